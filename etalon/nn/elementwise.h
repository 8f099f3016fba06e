/// Layers that work value by value: ReLU, leaky ReLU, tanh, sigmoid, dropout. Each states its function and
/// its derivative by its own output. A NaN passes through each.
#pragma once

#include "etalon/lanes/functions.h"
#include "etalon/nn/plan.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
struct Relu {
  static ETALON_INLINE L value(L x, L) { return rectified(x); }
  static ETALON_INLINE L gradient(L out, L g, L) { return select<L>(less_equal(out, L(0)), L(0), g); }
};
template <class L>
struct LeakyRelu {
  static ETALON_INLINE L value(L x, L slope) { return select<L>(less_equal(x, L(0)), x * slope, x); }
  static ETALON_INLINE L gradient(L out, L g, L slope) {
    return select<L>(less_equal(out, L(0)), g * slope, g);
  }
};
template <class L>
struct Tanh {
  static ETALON_INLINE L value(L x, L) { return hyperbolic_tangent(x); }
  static ETALON_INLINE L gradient(L out, L g, L) { return g * (L(1) - out * out); }
};
template <class L>
struct Sigmoid {
  static ETALON_INLINE L value(L x, L) { return logistic(x); }
  static ETALON_INLINE L gradient(L out, L g, L) { return g * (out * (L(1) - out)); }
};

/// Calls body(input or its gradient, output or its gradient, output value, k) for each value of a sample.
template <class L, class Body>
ETALON_INLINE void for_each_value(const Tensor& a, const Tensor& b, const Tensor& out, L* arena,
                                  std::uint32_t sample, const Body& body) {
  std::uint32_t k = 0;
  for (std::uint32_t c = 0; c < out.channels; ++c)
    for (std::uint32_t y = 0; y < out.height; ++y) {
      const auto row = [&](const Tensor& t) {
        return arena + t.first + sample * t.sample + c * t.plane + y * t.row;
      };
      L *from = row(a), *to = row(b), *value = row(out);
      for (std::uint32_t x = 0; x < out.width; ++x) body(from[x], to[x], value[x], k++);
    }
}

template <class L, class Function>
void elementwise_forward(const LayerPlan& p, L* arena, std::uint32_t sample) {
  const L parameter(p.parameter);
  for_each_value(p.input, p.output, p.output, arena, sample,
                 [&](L& in, L& out, L&, std::uint32_t) { out = Function::value(in, parameter); });
}
template <class L, class Function>
void elementwise_backward(const LayerPlan& p, L* arena, std::uint32_t sample) {
  const L parameter(p.parameter);
  for_each_value(p.input_gradient, p.output_gradient, p.output, arena, sample,
                 [&](L& in, L& g, L& out, std::uint32_t) { in = Function::gradient(out, g, parameter); });
}

/// Dropout multiplies by factors drawn before the step, 0 or 1 / (1 - share); outside training it changes
/// nothing.
template <class L>
void dropout_forward(const LayerPlan& p, L* arena, std::uint32_t sample, bool training) {
  if (!training && p.in_place) return;
  const L* factors = arena + p.extra + sample * p.extra_sample;
  for_each_value(p.input, p.output, p.output, arena, sample,
                 [&](L& in, L& out, L&, std::uint32_t k) { out = training ? in * factors[k] : in; });
}
template <class L>
void dropout_backward(const LayerPlan& p, L* arena, std::uint32_t sample) {
  const L* factors = arena + p.extra + sample * p.extra_sample;
  for_each_value(p.input_gradient, p.output_gradient, p.output, arena, sample,
                 [&](L& in, L& g, L&, std::uint32_t k) { in = g * factors[k]; });
}

}  // namespace etalon::ETALON_INSTANCE
