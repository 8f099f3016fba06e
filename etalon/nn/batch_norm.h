/// Batch norm over lanes (Ioffe and Szegedy 2015), by channel c over all samples and positions:
///
///   out = scale[c] * (in - mean[c]) / sqrt(variance[c] + epsilon) + shift[c],  epsilon = 1e-5
///
/// In training, mean and variance (divided by the count) are the minibatch's, and the running ones follow:
/// running = 0.9 running + 0.1 new, the variance there divided by the count less 1, as PyTorch does. Outside
/// training the running ones are used.
///
/// Two steps. The first sees each sample while it is in the cache and keeps its sum and its squared distance
/// from its own mean; these are put together in the samples' order (Chan, Golub and LeVeque 1979), so that no
/// large numbers cancel. Backward, the second step sums the gradient in the same way, and the first step, in
/// the stage before, passes it on:
///
///   dscale = sum dout * x',  dshift = sum dout,  x' = (in - mean) / sqrt(variance + epsilon)
///   din = scale / sqrt(variance + epsilon) * (dout - dshift / count - x' * dscale / count)
///
/// Which gradients a ReLU behind lets through is worked out anew from the input, bit for bit as the output
/// was, so that nobody needs the output on the way back. A convolution by Winograd's algorithm that reads the
/// output works that out too, and one that makes the input takes the gradient back itself: neither the output
/// nor the gradient of the input is kept then (`merged`).
///
/// Place `extra` keeps [batch_norm_constants][c], one row for each Constant, then [b][2][c], the sums of each
/// sample.
#pragma once

#include "etalon/nn/plan.h"
#include "etalon/nn/tile.h"

namespace etalon::ETALON_INSTANCE {

/// What a channel's values become, and their gradients.
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

  /// First step, forward: mean and squared distance of one sample's channel.
  void measure(std::uint32_t sample, std::uint32_t c) const {
    const L share = L(Scalar(1) / static_cast<Scalar>(area_));
    const L* in = row_of(p_.input, sample, c);
    const L mean = total(in, [](L x) { return x; }) * share;
    sums(sample)[c] = mean;
    sums(sample)[channels_ + c] = total(in, [&](L x) { return (x - mean) * (x - mean); });
  }

  /// After all samples: what the second step needs of channels [first, end).
  void conclude(std::uint32_t samples, bool training, Range range) const {
    for (std::uint32_t c = range.first; c < range.end; ++c) {
      const Moments used = training ? add_up(samples, c) : Moments{running()[c], running()[channels_ + c]};
      const L inverse = L(1) / square_root(used.variance + L(Scalar(1e-5)));
      constant(used_mean)[c] = used.mean;
      constant(used_inverse)[c] = inverse;
      constant(used_factor)[c] = desk_.arena[p_.weights + c] * inverse;
      constant(used_shift)[c] = desk_.arena[p_.biases + c];
    }
  }

  /// Second step, forward.
  void normalize(std::uint32_t sample, std::uint32_t c) const {
    with_line(c, [&](const auto& line) {
      const L* in = row_of(p_.input, sample, c);
      L* out = row_of(p_.output, sample, c);
      for (std::uint32_t y = 0; y < p_.input.height; ++y, in += p_.input.row, out += p_.output.row)
        for (std::uint32_t x = 0; x < p_.input.width; ++x) out[x] = line.value(in[x]);
    });
  }

  /// Second step, backward: the sums of one sample's gradient.
  void measure_gradient(std::uint32_t sample, std::uint32_t c) const {
    L plain[4] = {L(0), L(0), L(0), L(0)}, weighted[4] = {L(0), L(0), L(0), L(0)};
    for_gradients(sample, c, [&](const auto& line, std::uint32_t, std::uint32_t, std::uint32_t j, L in, L g) {
      const L off = in - line.mean, d = line.passed(off, g);
      plain[j] = plain[j] + d;
      weighted[j] = fma(d, off, weighted[j]);
    });
    sums(sample)[c] = (plain[0] + plain[1]) + (plain[2] + plain[3]);
    sums(sample)[channels_ + c] = (weighted[0] + weighted[1]) + (weighted[2] + weighted[3]);
  }

  /// After all samples: what the first step needs on its way back; hands the gradients of scale and shift of
  /// channels [first, end) to `take` (see Convolution::update).
  template <class Update>
  void conclude_gradient(std::uint32_t samples, Range range, Update& take) const {
    const L share = L(Scalar(1) / (static_cast<Scalar>(area_) * static_cast<Scalar>(samples)));
    for (std::uint32_t c = range.first; c < range.end; ++c) {
      L plain(0), weighted(0);
      for (std::uint32_t b = 0; b < samples; ++b) {
        plain = plain + sums(b)[c];
        weighted = weighted + sums(b)[channels_ + c];
      }
      const L inverse = constant(used_inverse)[c];
      weighted = weighted * inverse;
      const L factor = constant(used_factor)[c];
      constant(gradient_offset)[c] = L(0) - factor * plain * share;
      constant(gradient_slope)[c] = L(0) - factor * weighted * share * inverse;
      take(p_.weights + c, 1, 1, 0, &weighted, 0, p_.group);
      take(p_.biases + c, 1, 1, 0, &plain, 0, p_.group);
    }
  }

  /// First step, backward.
  void pass_gradient(std::uint32_t sample, std::uint32_t c) const {
    const Tensor& to = p_.input_gradient;
    L* result = row_of(to, sample, c);
    for_gradients(sample, c,
                  [&](const auto& line, std::uint32_t y, std::uint32_t x, std::uint32_t, L in, L g) {
                    result[y * to.row + x] = line.input_gradient(in, g);
                  });
  }

  /// Calls body(NormLine of channel c), made for a ReLU behind or for none. Its backward side stands from
  /// conclude_gradient() on.
  template <class Body>
  ETALON_INLINE void with_line(std::uint32_t c, const Body& body) const {
    if (p_.rectify)
      body(line_of<true>(c));
    else
      body(line_of<false>(c));
  }

 private:
  using Scalar = typename L::Scalar;
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
    L mean, variance;
  };

  L* constant(Constant which) const { return desk_.arena + p_.extra + which * channels_; }
  L* sums(std::uint32_t sample) const {
    return desk_.arena + p_.extra + batch_norm_constants * channels_ + sample * p_.extra_sample;
  }
  L* running() const { return desk_.arena + p_.statistics; }

  template <bool rectify>
  NormLine<L, rectify> line_of(std::uint32_t c) const {
    return {constant(used_mean)[c], constant(used_factor)[c], constant(used_shift)[c],
            constant(gradient_offset)[c], constant(gradient_slope)[c]};
  }
  L* row_of(const Tensor& t, std::uint32_t sample, std::uint32_t c) const {
    return desk_.at(t, sample) + c * t.plane;
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
  ETALON_INLINE void for_gradients(std::uint32_t sample, std::uint32_t c, const Body& body) const {
    with_line(c, [&](const auto& line) {
      const L *in = row_of(p_.input, sample, c), *gradient = row_of(p_.output_gradient, sample, c);
      for (std::uint32_t y = 0; y < p_.input.height;
           ++y, in += p_.input.row, gradient += p_.output_gradient.row)
        for_columns([&](std::uint32_t x, std::uint32_t j) { body(line, y, x, j, in[x], gradient[x]); });
    });
  }

  /// Of the minibatch; the running ones follow.
  Moments add_up(std::uint32_t samples, std::uint32_t c) const {
    const Scalar count = static_cast<Scalar>(area_) * static_cast<Scalar>(samples);
    L mean(0), distance(0), spread(0);
    for (std::uint32_t b = 0; b < samples; ++b) mean = mean + sums(b)[c];
    mean = mean * L(Scalar(1) / static_cast<Scalar>(samples));
    for (std::uint32_t b = 0; b < samples; ++b) {
      const L off = sums(b)[c] - mean;
      spread = fma(off, off, spread);
      distance = distance + sums(b)[channels_ + c];
    }
    distance = fma(spread, L(static_cast<Scalar>(area_)), distance);
    L *running_mean = running() + c, *running_variance = running() + channels_ + c;
    const L unbiased = distance * L(Scalar(1) / (count > 1 ? count - 1 : Scalar(1)));
    *running_mean = fma(L(Scalar(0.1)), mean, *running_mean * L(Scalar(0.9)));
    *running_variance = fma(L(Scalar(0.1)), unbiased, *running_variance * L(Scalar(0.9)));
    return {mean, distance * L(Scalar(1) / count)};
  }

  const LayerPlan& p_;
  Desk<L> desk_;
  std::uint32_t channels_, area_;
};

}  // namespace etalon::ETALON_INSTANCE
