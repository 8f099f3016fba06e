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
/// Place `extra` keeps [5][c], one row for each Constant, then [b][2][c], the sums of each sample.
#pragma once

#include "etalon/nn/plan.h"
#include "etalon/nn/tile.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
class BatchNorm {
 public:
  /// `plan` is either of the two steps.
  BatchNorm(const LayerPlan& plan, const Desk<L>& desk)
      : p_(plan), desk_(desk), channels_(plan.input.channels), area_(plan.input.height * plan.input.width) {}

  /// First step, forward: sum and squared distance of one sample.
  void measure(std::uint32_t sample) const {
    const L share = L(Scalar(1) / static_cast<Scalar>(area_));
    for (std::uint32_t c = 0; c < channels_; ++c) {
      const L* in = desk_.at(p_.input, sample) + c * p_.input.plane;
      const L mean = total(in, [](L x) { return x; }) * share;
      sums(sample)[c] = mean;
      sums(sample)[channels_ + c] = total(in, [&](L x) { return (x - mean) * (x - mean); });
    }
  }

  /// After all samples: what the second step needs of channels [first, end).
  void conclude(std::uint32_t samples, bool training, Range range) const {
    for (std::uint32_t c = range.first; c < range.end; ++c) {
      const Moments used = training ? add_up(samples, c) : Moments{running()[c], running()[channels_ + c]};
      constant(used_mean)[c] = used.mean;
      constant(used_inverse)[c] = L(1) / square_root(used.variance + L(Scalar(1e-5)));
    }
  }

  /// Second step, forward.
  void normalize(std::uint32_t sample) const {
    for (std::uint32_t c = 0; c < channels_; ++c) {
      const L mean = constant(used_mean)[c], shift = desk_.arena[p_.biases + c];
      const L factor = desk_.arena[p_.weights + c] * constant(used_inverse)[c];
      for_rows(c, sample, [&](std::uint32_t, const L* in, L* out, std::uint32_t width) {
        for (std::uint32_t x = 0; x < width; ++x) {
          const L value = fma(in[x] - mean, factor, shift);
          out[x] = p_.rectify ? rectified(value) : value;
        }
      });
    }
  }

  /// Second step, backward: the sums of one sample's gradient.
  void measure_gradient(std::uint32_t sample) const {
    const Tensor& g = p_.output_gradient;
    for (std::uint32_t c = 0; c < channels_; ++c) {
      const L mean = constant(used_mean)[c];
      const L* gradient = desk_.at(g, sample) + c * g.plane;
      L plain[4] = {L(0), L(0), L(0), L(0)}, weighted[4] = {L(0), L(0), L(0), L(0)};
      for_rows(c, sample, [&](std::uint32_t y, const L* in, const L* out, std::uint32_t width) {
        for (std::uint32_t x = 0; x < width; ++x) {
          const L d = passed(gradient[y * g.row + x], out[x]);
          plain[x & 3] = plain[x & 3] + d;
          weighted[x & 3] = fma(d, in[x] - mean, weighted[x & 3]);
        }
      });
      sums(sample)[c] = (plain[0] + plain[1]) + (plain[2] + plain[3]);
      sums(sample)[channels_ + c] = (weighted[0] + weighted[1]) + (weighted[2] + weighted[3]);
    }
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
      const L factor = desk_.arena[p_.weights + c] * inverse;
      constant(gradient_factor)[c] = factor;
      constant(gradient_offset)[c] = L(0) - factor * plain * share;
      constant(gradient_slope)[c] = L(0) - factor * weighted * share * inverse;
      take(p_.weights + c, 1, 1, 0, &weighted, 0, p_.group);
      take(p_.biases + c, 1, 1, 0, &plain, 0, p_.group);
    }
  }

  /// First step, backward.
  void pass_gradient(std::uint32_t sample) const {
    const Tensor &g = p_.output_gradient, &to = p_.input_gradient;
    for (std::uint32_t c = 0; c < channels_; ++c) {
      const L mean = constant(used_mean)[c], factor = constant(gradient_factor)[c];
      const L offset = constant(gradient_offset)[c], slope = constant(gradient_slope)[c];
      const L* gradient = desk_.at(g, sample) + c * g.plane;
      L* result = desk_.at(to, sample) + c * to.plane;
      for_rows(c, sample, [&](std::uint32_t y, const L* in, const L* out, std::uint32_t width) {
        for (std::uint32_t x = 0; x < width; ++x) {
          const L d = passed(gradient[y * g.row + x], out[x]);
          result[y * to.row + x] = fma(slope, in[x] - mean, fma(factor, d, offset));
        }
      });
    }
  }

 private:
  using Scalar = typename L::Scalar;
  enum Constant : std::uint32_t { used_mean, used_inverse, gradient_factor, gradient_offset, gradient_slope };
  struct Moments {
    L mean, variance;
  };

  L* constant(Constant which) const { return desk_.arena + p_.extra + which * channels_; }
  L* sums(std::uint32_t sample) const {
    return desk_.arena + p_.extra + 5 * channels_ + sample * p_.extra_sample;
  }
  L* running() const { return desk_.arena + p_.statistics; }

  /// The gradient that the ReLU behind lets through.
  ETALON_INLINE L passed(L gradient, L out) const {
    return p_.rectify ? select<L>(less_equal(out, L(0)), L(0), gradient) : gradient;
  }

  /// Sum of f over one channel: four chains by column, then their sum.
  template <class Function>
  ETALON_INLINE L total(const L* channel, const Function& f) const {
    L chain[4] = {L(0), L(0), L(0), L(0)};
    for (std::uint32_t y = 0; y < p_.input.height; ++y, channel += p_.input.row)
      for (std::uint32_t x = 0; x < p_.input.width; ++x) chain[x & 3] = chain[x & 3] + f(channel[x]);
    return (chain[0] + chain[1]) + (chain[2] + chain[3]);
  }

  template <class Body>
  ETALON_INLINE void for_rows(std::uint32_t c, std::uint32_t sample, const Body& body) const {
    const L* in = desk_.at(p_.input, sample) + c * p_.input.plane;
    L* out = desk_.at(p_.output, sample) + c * p_.output.plane;
    for (std::uint32_t y = 0; y < p_.input.height; ++y, in += p_.input.row, out += p_.output.row)
      body(y, in, out, p_.input.width);
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
