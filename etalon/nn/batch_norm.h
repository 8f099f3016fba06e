/// Batch norm over slots (Ioffe and Szegedy 2015), by channel c over all samples and positions:
///
///   out = scale[c] * (in - mean[c]) / sqrt(variance[c] + epsilon) + shift[c],  epsilon = 1e-5
///
/// In training, mean and variance (divided by the count) are the minibatch's, and the running ones follow:
/// running = 0.9 running + 0.1 new, the variance there divided by the count less 1, as PyTorch does. Outside
/// training the running ones are used.
///
/// Two steps. The first sees each group while it is in the cache and keeps each sample's mean and its squared
/// distance from that; these are put together slot by slot, then over slots (Chan, Golub and LeVeque 1979),
/// so that no large numbers cancel. Empty slots add nothing and get no gradient. Backward, the second step
/// sums the gradient in the same way, and the first step, in the stage before, passes it on:
///
///   dscale = sum dout * x',  dshift = sum dout,  x' = (in - mean) / sqrt(variance + epsilon)
///   din = scale / sqrt(variance + epsilon) * (dout - dshift / count - x' * dscale / count)
///
/// Which gradients a ReLU behind lets through is worked out anew from the input, bit for bit as the output
/// was, so that nobody needs the output on the way back. A convolution by Winograd's algorithm that reads the
/// output works that out too, and one that makes the input takes the gradient back itself: neither the output
/// nor the gradient of the input is kept then (`merged`).
///
/// Place `constants` keeps [batch_norm_constants][c], one row for each Constant; `extra` [g][2][c], the sums
/// of each sample.
#pragma once

#include "etalon/nn/network_plan.h"
#include "etalon/nn/tile.h"

namespace etalon::ETALON_INSTANCE {

/// What a channel's values become, and their gradients. In empty slots `offset` and `slope` are 0.
template <class L, bool rectify>
struct NormLine {
  L mean, factor, shift;  ///< forward
  L offset, slope;        ///< backward

  ETALON_INLINE L value(L in) const {
    const L sum = at(in - mean);
    return rectify ? rectified(sum) : sum;
  }
  /// The gradient of the output that a ReLU behind lets through.
  ETALON_INLINE L passed(L off, L gradient) const {
    return rectify ? select<L>(less_equal(at(off), L(0)), L(0), gradient) : gradient;
  }
  ETALON_INLINE L input_gradient(L in, L gradient) const {
    const L off = in - mean;
    return fma(slope, off, fma(factor, passed(off, gradient), offset));
  }

 private:
  ETALON_INLINE L at(L off) const { return fma(off, factor, shift); }
};

template <class L>
class BatchNorm {
 public:
  /// `plan` is either of the two steps.
  BatchNorm(const LayerPlan& plan, const Desk<L>& desk)
      : p_(plan), desk_(desk), channels_(plan.input.channels), area_(plan.input.height * plan.input.width) {}

  /// First step, forward: means and squared distances of one group's channel.
  void measure(std::uint32_t group, std::uint32_t c) const {
    const L share = L(Scalar(1) / static_cast<Scalar>(area_));
    const L* in = row_of(p_.input, group, c);
    const L mean = total(in, [](L x) { return x; }) * share;
    sums(group)[c] = mean;
    sums(group)[channels_ + c] = total(in, [&](L x) { return (x - mean) * (x - mean); });
  }

  /// After all groups: what the second step needs of channels [first, end).
  void conclude(bool training, Range range) const {
    for (std::uint32_t c = range.first; c < range.end; ++c) {
      const Moments used = training ? add_up(c) : Moments{running()[c], running()[channels_ + c]};
      const Scalar inverse = (One(1) / square_root(One(used.variance + Scalar(1e-5)))).v;
      constant(used_mean)[c] = used.mean;
      constant(used_inverse)[c] = inverse;
      constant(used_factor)[c] = desk_.numbers[p_.weights + c] * inverse;
      constant(used_shift)[c] = desk_.numbers[p_.biases + c];
    }
  }

  /// Second step, forward.
  void normalize(std::uint32_t group, std::uint32_t c) const {
    with_line(group, c, [&](const auto& line) {
      const L* in = row_of(p_.input, group, c);
      L* out = row_of(p_.output, group, c);
      for (std::uint32_t y = 0; y < p_.input.height; ++y, in += p_.input.row, out += p_.output.row)
        for (std::uint32_t x = 0; x < p_.input.width; ++x) out[x] = line.value(in[x]);
    });
  }

  /// Second step, backward: the sums of one group's gradients.
  void measure_gradient(std::uint32_t group, std::uint32_t c) const {
    L plain[4] = {L(0), L(0), L(0), L(0)}, weighted[4] = {L(0), L(0), L(0), L(0)};
    for_gradients(group, c, [&](const auto& line, std::uint32_t, std::uint32_t, std::uint32_t j, L in, L g) {
      const L off = in - line.mean, d = line.passed(off, g);
      plain[j] = plain[j] + d;
      weighted[j] = fma(d, off, weighted[j]);
    });
    sums(group)[c] = (plain[0] + plain[1]) + (plain[2] + plain[3]);
    sums(group)[channels_ + c] = (weighted[0] + weighted[1]) + (weighted[2] + weighted[3]);
  }

  /// After all groups: what the first step needs on its way back; hands the gradients of scale and shift of
  /// channels [first, end) to `take` (see Convolution::update).
  template <class Update>
  void conclude_gradient(std::uint32_t samples, Range range, Update& take) const {
    const Scalar share = Scalar(1) / (static_cast<Scalar>(area_) * static_cast<Scalar>(samples));
    for (std::uint32_t c = range.first; c < range.end; ++c) {
      L plains(0), weights(0);
      for (std::uint32_t g = 0; g < desk_.groups; ++g) {
        plains = plains + sums(g)[c];
        weights = weights + sums(g)[channels_ + c];
      }
      const Scalar inverse = constant(used_inverse)[c], factor = constant(used_factor)[c];
      const Scalar plain = sum_over_lanes(plains), weighted = sum_over_lanes(weights) * inverse;
      constant(gradient_offset)[c] = Scalar(0) - factor * plain * share;
      constant(gradient_slope)[c] = Scalar(0) - factor * weighted * share * inverse;
      take(p_.weights + c, 1, 1, 0, &weighted, 0, p_.group);
      take(p_.biases + c, 1, 1, 0, &plain, 0, p_.group);
    }
  }

  /// First step, backward.
  void pass_gradient(std::uint32_t group, std::uint32_t c) const {
    const Tensor& to = p_.input_gradient;
    L* result = row_of(to, group, c);
    for_gradients(group, c,
                  [&](const auto& line, std::uint32_t y, std::uint32_t x, std::uint32_t, L in, L g) {
                    result[y * to.row + x] = line.input_gradient(in, g);
                  });
  }

  /// Calls body(NormLine of channel c in a group), made for a ReLU behind or for none. Its backward side
  /// stands from conclude_gradient() on.
  template <class Body>
  ETALON_INLINE void with_line(std::uint32_t group, std::uint32_t c, const Body& body) const {
    if (p_.rectify)
      body(line_of<true>(group, c));
    else
      body(line_of<false>(group, c));
  }

 private:
  using Scalar = typename L::Scalar;
  using One = Lanes<1, Scalar>;
  enum Constant : std::uint32_t {
    used_mean,
    used_inverse,
    used_factor,
    used_shift,
    gradient_offset,
    gradient_slope
  };
  static_assert(gradient_slope + 1 == batch_norm_constants);
  struct Moments {
    Scalar mean, variance;
  };

  Scalar* constant(Constant which) const { return desk_.numbers + p_.constants + which * channels_; }
  L* sums(std::uint32_t group) const { return desk_.arena + p_.extra + group * p_.extra_group; }
  Scalar* running() const { return desk_.numbers + p_.statistics; }
  /// `lanes`, 0 in the empty slots of a group.
  L in_filled(std::uint32_t group, L lanes) const {
    return select<L>(lanes_before<L>(desk_.filled(group)), lanes, L(0));
  }

  template <bool rectify>
  NormLine<L, rectify> line_of(std::uint32_t group, std::uint32_t c) const {
    return {L(constant(used_mean)[c]), L(constant(used_factor)[c]), L(constant(used_shift)[c]),
            in_filled(group, L(constant(gradient_offset)[c])),
            in_filled(group, L(constant(gradient_slope)[c]))};
  }
  L* row_of(const Tensor& t, std::uint32_t group, std::uint32_t c) const {
    return desk_.at(t, group) + c * t.plane;
  }

  /// Calls body(x, x modulo 4), x ascending, the second known to the compiler: chains by it stay in
  /// registers.
  template <class Body>
  ETALON_INLINE void for_columns(const Body& body) const {
    const std::uint32_t width = p_.input.width;
    std::uint32_t x = 0;
    for (; x + 4 <= width; x += 4) ETALON_UNROLL for (std::uint32_t j = 0; j < 4; ++j) body(x + j, j);
    ETALON_UNROLL for (std::uint32_t j = 0; j < 3; ++j) if (x + j < width) body(x + j, j);
  }

  /// Sum of f over one channel: four chains by column, then their sum.
  template <class Function>
  ETALON_INLINE L total(const L* channel, const Function& f) const {
    L chain[4] = {L(0), L(0), L(0), L(0)};
    for (std::uint32_t y = 0; y < p_.input.height; ++y, channel += p_.input.row)
      for_columns([&](std::uint32_t x, std::uint32_t j) { chain[j] = chain[j] + f(channel[x]); });
    return (chain[0] + chain[1]) + (chain[2] + chain[3]);
  }

  /// body(line, y, x, x modulo 4, input, gradient of the output) over one channel.
  template <class Body>
  ETALON_INLINE void for_gradients(std::uint32_t group, std::uint32_t c, const Body& body) const {
    with_line(group, c, [&](const auto& line) {
      const L *in = row_of(p_.input, group, c), *gradient = row_of(p_.output_gradient, group, c);
      for (std::uint32_t y = 0; y < p_.input.height;
           ++y, in += p_.input.row, gradient += p_.output_gradient.row)
        for_columns([&](std::uint32_t x, std::uint32_t j) { body(line, y, x, j, in[x], gradient[x]); });
    });
  }

  /// Of the minibatch; the running ones follow.
  Moments add_up(std::uint32_t c) const {
    const auto samples =
        static_cast<Scalar>((desk_.groups - 1) * static_cast<std::uint32_t>(L::width) + desk_.last_slots);
    const Scalar area = static_cast<Scalar>(area_), count = area * samples;
    L means(0), distances(0), spreads(0);
    for (std::uint32_t g = 0; g < desk_.groups; ++g) means = means + in_filled(g, sums(g)[c]);
    const Scalar mean = sum_over_lanes(means) * (Scalar(1) / samples);
    for (std::uint32_t g = 0; g < desk_.groups; ++g) {
      const L off = in_filled(g, sums(g)[c] - L(mean));
      spreads = fma(off, off, spreads);
      distances = distances + in_filled(g, sums(g)[channels_ + c]);
    }
    const Scalar distance = fma(One(sum_over_lanes(spreads)), One(area), One(sum_over_lanes(distances))).v;
    Scalar *running_mean = running() + c, *running_variance = running() + channels_ + c;
    const Scalar unbiased = distance * (Scalar(1) / (count > 1 ? count - 1 : Scalar(1)));
    *running_mean = moved(*running_mean, mean);
    *running_variance = moved(*running_variance, unbiased);
    return {mean, distance * (Scalar(1) / count)};
  }
  static Scalar moved(Scalar running, Scalar now) {
    return fma(One(Scalar(0.1)), One(now), One(running * Scalar(0.9))).v;
  }

  const LayerPlan& p_;
  Desk<L> desk_;
  std::uint32_t channels_, area_;
};

}  // namespace etalon::ETALON_INSTANCE
