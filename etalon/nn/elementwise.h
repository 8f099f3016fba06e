/// Steps that work value by value, a channel of a group at a time: activations, dropout, add, fork. An
/// activation states its function and its derivative by its input or its output. A NaN passes through each.
#pragma once

#include "etalon/lanes/functions.h"
#include "etalon/nn/network_plan.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
struct Relu {
  static ETALON_INLINE L value(L x, L) { return rectified(x); }
  static ETALON_INLINE L gradient(L, L out, L g, L) { return select<L>(less_equal(out, L(0)), L(0), g); }
};
template <class L>
struct LeakyRelu {
  static ETALON_INLINE L value(L x, L slope) { return select<L>(less_equal(x, L(0)), x * slope, x); }
  static ETALON_INLINE L gradient(L, L out, L g, L slope) {
    return select<L>(less_equal(out, L(0)), g * slope, g);
  }
};
template <class L>
struct Tanh {
  static ETALON_INLINE L value(L x, L) { return hyperbolic_tangent(x); }
  static ETALON_INLINE L gradient(L, L out, L g, L) { return g * (L(1) - out * out); }
};
template <class L>
struct Sigmoid {
  static ETALON_INLINE L value(L x, L) { return logistic(x); }
  static ETALON_INLINE L gradient(L, L out, L g, L) { return g * (out * (L(1) - out)); }
};
/// x P(x), P the standard normal distribution function (Hendrycks and Gimpel 2016), without approximation.
template <class L>
struct Gelu {
  static ETALON_INLINE L share(L x) {
    return L(Scalar(0.5)) * (L(1) + error_function(x * L(Scalar(0.70710678118654752))));
  }
  static ETALON_INLINE L value(L x, L) { return x * share(x); }
  static ETALON_INLINE L gradient(L x, L, L g, L) {
    const L density = L(Scalar(0.39894228040143268)) * exponential(L(Scalar(-0.5)) * x * x);
    return g * fma(x, density, share(x));
  }
  using Scalar = typename L::Scalar;
};
/// x / (1 + e^-x)
template <class L>
struct Silu {
  static ETALON_INLINE L value(L x, L) { return x * logistic(x); }
  static ETALON_INLINE L gradient(L x, L, L g, L) {
    const L s = logistic(x);
    return g * (s * fma(x, L(1) - s, L(1)));
  }
};

/// One row of a group's channel.
template <class L>
ETALON_INLINE L* row_of(const Desk<L>& desk, const Tensor& t, std::uint32_t group, std::uint32_t c,
                        std::uint32_t y) {
  return desk.at(t, group) + c * t.plane + y * t.row;
}
template <class L, class Function>
void elementwise_forward(const LayerPlan& p, const Desk<L>& desk, std::uint32_t group, std::uint32_t c) {
  const L parameter(static_cast<typename L::Scalar>(p.parameter));
  for (std::uint32_t y = 0; y < p.output.height; ++y) {
    const L* in = row_of(desk, p.input, group, c, y);
    L* out = row_of(desk, p.output, group, c, y);
    for (std::uint32_t x = 0; x < p.output.width; ++x) out[x] = Function::value(in[x], parameter);
  }
}
template <class L, class Function>
void elementwise_backward(const LayerPlan& p, const Desk<L>& desk, std::uint32_t group, std::uint32_t c) {
  const L parameter(static_cast<typename L::Scalar>(p.parameter));
  for (std::uint32_t y = 0; y < p.output.height; ++y) {
    const L *in = row_of(desk, p.input, group, c, y), *out = row_of(desk, p.output, group, c, y);
    const L* from = row_of(desk, p.output_gradient, group, c, y);
    L* to = row_of(desk, p.input_gradient, group, c, y);
    for (std::uint32_t x = 0; x < p.output.width; ++x)
      to[x] = Function::gradient(in[x], out[x], from[x], parameter);
  }
}

/// Dropout multiplies by factors drawn before the step, 0 or 1 / (1 - share); outside training it changes
/// nothing.
template <class L>
void scale_by_factors(const LayerPlan& p, const Desk<L>& desk, std::uint32_t group, std::uint32_t c,
                      const Tensor& from, const Tensor& to) {
  const L* factors =
      desk.arena + p.extra + group * p.extra_group + std::uint64_t{c} * p.output.height * p.output.width;
  for (std::uint32_t y = 0; y < p.output.height; ++y) {
    const L* in = row_of(desk, from, group, c, y);
    L* out = row_of(desk, to, group, c, y);
    for (std::uint32_t x = 0; x < p.output.width; ++x) out[x] = in[x] * *factors++;
  }
}
template <class L>
void copy(const Desk<L>& desk, std::uint32_t group, std::uint32_t c, const Tensor& from, const Tensor& to) {
  if (from.first == to.first) return;
  for (std::uint32_t y = 0; y < to.height; ++y) {
    const L* in = row_of(desk, from, group, c, y);
    L* out = row_of(desk, to, group, c, y);
    for (std::uint32_t x = 0; x < to.width; ++x) out[x] = in[x];
  }
}

/// out = in + addend; of a larger addend every s-th row and column, and nothing where it lacks a channel.
template <class L>
class Add {
 public:
  Add(const LayerPlan& plan, const Desk<L>& desk) : p_(plan), desk_(desk), step_(plan.stride) {}

  void forward(std::uint32_t group, std::uint32_t c) const {
    for (std::uint32_t y = 0; y < p_.output.height; ++y) {
      const L* in = row_of(desk_, p_.input, group, c, y);
      const L* more = c < p_.addend.channels ? row_of(desk_, p_.addend, group, c, y * step_) : nullptr;
      L* out = row_of(desk_, p_.output, group, c, y);
      for (std::uint32_t x = 0; x < p_.output.width; ++x) {
        const L sum = more != nullptr ? in[x] + more[x * step_] : in[x];
        out[x] = p_.rectify ? rectified(sum) : sum;
      }
    }
  }

  /// Of a sum the gradient goes to both sides as it is: the input's is the output's own tensor.
  void backward(std::uint32_t group, std::uint32_t c) const {
    if (p_.rectify) mask(group, c);
    const Tensor& to = p_.addend_gradient;
    if (c >= to.channels) return;
    for (std::uint32_t y = 0; y < to.height; ++y) {
      L* more = row_of(desk_, to, group, c, y);
      const bool reached = y % step_ == 0 && y / step_ < p_.output.height;
      if (step_ != 1 || !reached)
        for (std::uint32_t x = 0; x < to.width; ++x) more[x] = L(0);
      if (!reached) continue;
      const L* gradient = row_of(desk_, p_.output_gradient, group, c, y / step_);
      for (std::uint32_t x = 0; x < p_.output.width; ++x) more[x * step_] = gradient[x];
    }
  }

 private:
  void mask(std::uint32_t group, std::uint32_t c) const {
    for (std::uint32_t y = 0; y < p_.output.height; ++y) {
      const L* out = row_of(desk_, p_.output, group, c, y);
      L* gradient = row_of(desk_, p_.output_gradient, group, c, y);
      for (std::uint32_t x = 0; x < p_.output.width; ++x)
        gradient[x] = select<L>(less_equal(out[x], L(0)), L(0), gradient[x]);
    }
  }

  const LayerPlan& p_;
  Desk<L> desk_;
  std::uint32_t step_;
};

/// A fork hands its input to two readers; backward it adds their gradients, in the second one's place.
template <class L>
void join_gradients(const LayerPlan& p, const Desk<L>& desk, std::uint32_t group, std::uint32_t c) {
  for (std::uint32_t y = 0; y < p.output.height; ++y) {
    const L* first = row_of(desk, p.output_gradient, group, c, y);
    L* second = row_of(desk, p.second_gradient, group, c, y);
    for (std::uint32_t x = 0; x < p.output.width; ++x) second[x] = first[x] + second[x];
  }
}

}  // namespace etalon::ETALON_INSTANCE
