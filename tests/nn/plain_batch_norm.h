/// Batch norm in nested loops over one trial: the oracle of nn/batch_norm.h, which says what is computed.
///
/// Sums are taken in the order that the kernel promises: within a sample four chains by column, then the
/// samples of each slot in their order, then the slots by a tree.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "etalon/lanes/functions.h"
#include "etalon/nn/describe.h"

namespace etalon {

/// The sum of 1, 2, 4, ... parts: each of the first half and its partner in the second, and so on.
template <class T>
T plain_tree(std::vector<T> parts) {
  while (parts.size() > 1) {
    const std::size_t half = parts.size() / 2;
    for (std::size_t k = 0; k < half; ++k) parts[k] += parts[k + half];
    parts.resize(half);
  }
  return parts[0];
}

template <class T>
class PlainBatchNorm {
 public:
  using Values = std::vector<T>;

  /// `parameters`: scale, shift, running mean, running variance, each [channel].
  PlainBatchNorm(const LayerDescription& layer, const T* parameters, std::uint32_t slots)
      : slots_(slots),
        channels_(layer.input.channels),
        area_(layer.input.height * layer.input.width),
        width_(layer.input.width),
        parameters_(parameters),
        running_(parameters + 2 * channels_, parameters + 4 * channels_) {}

  /// Takes mean and variance from the minibatch, and moves the running ones.
  void measure(const std::vector<Values>& in) {
    const T count = static_cast<T>(area_) * static_cast<T>(in.size());
    for (std::uint32_t c = 0; c < channels_; ++c) {
      Values means, distances;
      for (const Values& sample : in) {
        const T mean = total([&](std::uint32_t k) { return sample[c * area_ + k]; }) * (T(1) / T(area_));
        means.push_back(mean);
        distances.push_back(total([&](std::uint32_t k) {
          return (sample[c * area_ + k] - mean) * (sample[c * area_ + k] - mean);
        }));
      }
      Values sums(slots_, T(0)), spreads = sums, own = sums;
      for (std::size_t b = 0; b < in.size(); ++b) sums[b % slots_] += means[b];
      const T mean = plain_tree(sums) * (T(1) / static_cast<T>(in.size()));
      for (std::size_t b = 0; b < in.size(); ++b) {
        T& spread = spreads[b % slots_];
        spread = multiply_add(means[b] - mean, means[b] - mean, spread);
        own[b % slots_] += distances[b];
      }
      const T distance = multiply_add(plain_tree(spreads), T(area_), plain_tree(own));
      const T unbiased = distance * (T(1) / (count > 1 ? count - 1 : T(1)));
      running_[c] = multiply_add(T(0.1), mean, running_[c] * T(0.9));
      running_[channels_ + c] = multiply_add(T(0.1), unbiased, running_[channels_ + c] * T(0.9));
      use(mean, distance * (T(1) / count));
    }
  }
  /// Outside training.
  void recall() {
    for (std::uint32_t c = 0; c < channels_; ++c) use(running_[c], running_[channels_ + c]);
  }

  Values normalized(const Values& in) const {
    Values out;
    for (std::uint32_t k = 0; k < in.size(); ++k) {
      const std::uint32_t c = k / area_;
      out.push_back(multiply_add(in[k] - means_[c], scale(c) * inverses_[c], shift(c)));
    }
    return out;
  }

  /// Adds the gradients of scale and shift to gradient[2 * channels]; turns `g`, [sample], from that of the
  /// output into that of the input.
  void backward(const std::vector<Values>& in, std::vector<Values>& g, T* gradient) const {
    const T share = T(1) / (static_cast<T>(area_) * static_cast<T>(in.size()));
    for (std::uint32_t c = 0; c < channels_; ++c) {
      const std::uint32_t first = c * area_;
      Values plains(slots_, T(0)), weights = plains;
      for (std::size_t b = 0; b < in.size(); ++b) {
        plains[b % slots_] += total([&](std::uint32_t k) { return g[b][first + k]; });
        weights[b % slots_] +=
            total_of_products([&](std::uint32_t k) { return g[b][first + k]; },
                              [&](std::uint32_t k) { return in[b][first + k] - means_[c]; });
      }
      const T plain = plain_tree(plains), weighted = plain_tree(weights) * inverses_[c];
      gradient[c] += weighted;
      gradient[channels_ + c] += plain;
      const T factor = scale(c) * inverses_[c], offset = -(factor * plain * share),
              slope = -(factor * weighted * share * inverses_[c]);
      for (std::size_t b = 0; b < in.size(); ++b)
        for (std::uint32_t k = first; k < first + area_; ++k)
          g[b][k] = multiply_add(slope, in[b][k] - means_[c], multiply_add(factor, g[b][k], offset));
    }
  }

  const Values& running() const { return running_; }  ///< mean, then variance

 private:
  using One = portable::Lanes<1, T>;
  static T multiply_add(T a, T b, T c) { return portable::fma(One(a), One(b), One(c)).v; }

  T scale(std::uint32_t c) const { return parameters_[c]; }
  T shift(std::uint32_t c) const { return parameters_[channels_ + c]; }
  void use(T mean, T variance) {
    means_.push_back(mean);
    inverses_.push_back(T(1) / std::sqrt(variance + T(1e-5)));
  }

  template <class Function>
  T total(const Function& f) const {
    T chain[4] = {0, 0, 0, 0};
    for (std::uint32_t k = 0; k < area_; ++k) chain[k % width_ % 4] += f(k);
    return (chain[0] + chain[1]) + (chain[2] + chain[3]);
  }
  template <class Function, class Other>
  T total_of_products(const Function& f, const Other& g) const {
    T chain[4] = {0, 0, 0, 0};
    for (std::uint32_t k = 0; k < area_; ++k) {
      T& sum = chain[k % width_ % 4];
      sum = multiply_add(f(k), g(k), sum);
    }
    return (chain[0] + chain[1]) + (chain[2] + chain[3]);
  }

  std::uint32_t slots_, channels_, area_, width_;
  const T* parameters_;
  Values running_, means_, inverses_;
};

}  // namespace etalon
