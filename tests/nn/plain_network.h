/// A network in nested loops over one trial: the oracle of the engine's kernels.
///
/// Every sum is taken in the order that the kernels promise, and rounded as they round it, so that the two
/// agree to the last bit, wherever no infinity meets a zero of a border.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "etalon/lanes/functions.h"
#include "etalon/nn/network_plan.h"
#include "tests/nn/plain_batch_norm.h"
#include "tests/nn/plain_winograd.h"

namespace etalon {

/// One minibatch: inputs[b] is [c][y][x] of the network's input.
template <class T>
struct PlainBatch {
  std::vector<std::vector<T>> inputs;
  std::vector<std::uint32_t> labels;
  std::vector<std::vector<std::vector<T>>> factors;  ///< [layer][b][k], for dropout layers
};

template <class T>
struct PlainResult {
  std::vector<std::vector<T>> logits;  ///< [b][class]
  std::vector<T> losses;               ///< [b]
  std::vector<T> gradient;             ///< of the mean loss, flat; none outside training
  std::vector<T> parameters;           ///< flat, after the minibatch: running statistics have moved
};

template <class T>
class PlainNetwork {
 public:
  using Values = std::vector<T>;

  /// `slots`: samples b with the same b % slots are summed first, in their order, then these sums by a tree.
  /// `winograd`: by Winograd's algorithm where a plan would.
  PlainNetwork(const NetworkDescription& network, const std::vector<T>& parameters, std::uint32_t slots = 8,
               bool winograd = false)
      : network_(network), parameters_(parameters), slots_(slots), winograd_(winograd) {}

  PlainResult<T> run(const PlainBatch<T>& batch, bool training = true) {
    PlainResult<T> result;
    result.parameters = parameters_;
    gradient_.assign(network_.parameters, T(0));
    values_.assign(network_.layers.size() + 1, {});
    gradients_.assign(network_.layers.size() + 1, {});
    values_[0] = batch.inputs;
    for (std::size_t i = 0; i < network_.layers.size(); ++i) forward(i, batch, training, result.parameters);
    result.logits = values_.back();
    for (std::size_t b = 0; b < batch.inputs.size(); ++b) {
      gradients_.back().emplace_back();
      result.losses.push_back(
          loss(result.logits[b], batch.labels[b], batch.inputs.size(), gradients_.back().back()));
    }
    if (!training) return result;
    for (std::size_t i = network_.layers.size(); i-- > 0;) backward(i, batch);
    result.gradient = gradient_;
    return result;
  }

 private:
  using One = portable::Lanes<1, T>;

  /// Rounded as the kernels round: once or twice, by the numeric class of this build.
  static T multiply_add(T a, T b, T c) { return portable::fma(One(a), One(b), One(c)).v; }

  /// Input channels of one group, and the first that output channel o sees.
  static std::uint32_t inputs_of(const LayerDescription& l) { return l.input.channels / l.channel_groups; }
  static std::uint32_t first_input(const LayerDescription& l, std::uint32_t o) {
    return o / (l.output.channels / l.channel_groups) * inputs_of(l);
  }

  /// Calls body(output, weight, input) for every product of a convolution, in this order of o, y, x, i, ky,
  /// kx; taps outside the input are left out. i counts within the output's channel group.
  template <class Body>
  static void for_products(const LayerDescription& l, const Body& body) {
    for (std::uint32_t o = 0; o < l.output.channels; ++o)
      for (std::uint32_t y = 0; y < l.output.height; ++y)
        for (std::uint32_t x = 0; x < l.output.width; ++x)
          for (std::uint32_t i = 0; i < inputs_of(l); ++i)
            for (std::uint32_t ky = 0; ky < l.kernel_height; ++ky)
              for (std::uint32_t kx = 0; kx < l.kernel_width; ++kx) {
                const std::uint32_t row = y * l.stride + ky - l.padding,
                                    column = x * l.stride + kx - l.padding;
                if (row >= l.input.height || column >= l.input.width) continue;  // wraps below 0
                body((o * l.output.height + y) * l.output.width + x,
                     ((o * inputs_of(l) + i) * l.kernel_height + ky) * l.kernel_width + kx,
                     ((first_input(l, o) + i) * l.input.height + row) * l.input.width + column);
              }
  }
  /// Calls body(output, tap, input) for every window of a pooling layer.
  template <class Body>
  static void for_windows(const LayerDescription& l, const Body& body) {
    std::uint32_t out = 0;
    for (std::uint32_t c = 0; c < l.output.channels; ++c)
      for (std::uint32_t y = 0; y < l.output.height; ++y)
        for (std::uint32_t x = 0; x < l.output.width; ++x, ++out)
          for (std::uint32_t tap = 0; tap < l.kernel_height * l.kernel_width; ++tap)
            body(out, tap,
                 (c * l.input.height + y * l.stride + tap / l.kernel_width) * l.input.width + x * l.stride +
                     tap % l.kernel_width);
  }

  const T* weights(const LayerDescription& l) const { return parameters_.data() + l.first_parameter; }
  const T* biases(const LayerDescription& l) const { return weights(l) + l.weights; }

  /// What layer i reads, or adds: the output of that layer, the network's input for -1; [sample].
  static std::size_t place_of(std::int32_t layer) { return static_cast<std::size_t>(layer + 1); }

  void forward(std::size_t i, const PlainBatch<T>& batch, bool training, Values& parameters) {
    const LayerDescription& l = network_.layers[i];
    const std::vector<Values>& in = values_[place_of(l.source)];
    if (l.kind == LayerKind::batchnorm) {
      PlainBatchNorm<T>& norm =
          norms_.insert_or_assign(i, PlainBatchNorm<T>(l, weights(l), slots_)).first->second;
      training ? norm.measure(in) : norm.recall();
      for (const Values& sample : in) values_[i + 1].push_back(norm.normalized(sample));
      std::copy(norm.running().begin(), norm.running().end(),
                parameters.begin() + l.first_parameter + l.weights + l.biases);
      return;
    }
    for (std::size_t b = 0; b < in.size(); ++b)
      values_[i + 1].push_back(l.kind == LayerKind::add       ? sum(l, in[b], values_[place_of(l.addend)][b])
                               : l.kind == LayerKind::dropout ? scaled(in[b], batch.factors[i][b], training)
                                                              : output(l, in[b]));
  }

  static Values scaled(const Values& in, const Values& factors, bool training) {
    Values out = in;
    for (std::size_t k = 0; k < in.size() && training; ++k) out[k] *= factors[k];
    return out;
  }

  /// Calls body(place of the output, place of the addend) wherever the addend reaches.
  template <class Body>
  static void for_added(const LayerDescription& l, const TensorShape& addend, const Body& body) {
    for (std::uint32_t c = 0; c < std::min(l.output.channels, addend.channels); ++c)
      for (std::uint32_t y = 0; y < l.output.height; ++y)
        for (std::uint32_t x = 0; x < l.output.width; ++x)
          body((c * l.output.height + y) * l.output.width + x,
               (c * addend.height + y * l.stride) * addend.width + x * l.stride);
  }
  const TensorShape& addend_shape(const LayerDescription& l) const {
    return l.addend < 0 ? network_.input : network_.layers[static_cast<std::size_t>(l.addend)].output;
  }
  Values sum(const LayerDescription& l, Values out, const Values& addend) const {
    for_added(l, addend_shape(l), [&](std::uint32_t o, std::uint32_t a) { out[o] += addend[a]; });
    return out;
  }

  bool by_winograd(const LayerDescription& l) const {
    return winograd_ && l.kind == LayerKind::conv && l.channel_groups == 1 &&
           winograd_pays(l.input, l.output.channels, l.kernel_height, l.kernel_width, l.stride, l.padding);
  }
  template <class Body>
  auto with_winograd(const LayerDescription& l, const Body& body) const {
    if (l.kernel_width == 3) return body(PlainWinograd<T, 3>(l, weights(l), slots_));
    return body(PlainWinograd<T, 5>(l, weights(l), slots_));
  }

  Values output(const LayerDescription& l, const Values& in) const {
    if (by_winograd(l))
      return with_winograd(
          l, [&](const auto& conv) { return conv.output(in, l.biases != 0 ? biases(l) : nullptr); });
    Values out(l.output.size(), T(0));
    if (l.kind == LayerKind::conv || l.kind == LayerKind::dense) {
      const std::uint32_t area = l.output.height * l.output.width;
      for (std::uint32_t k = 0; k < out.size() && l.biases != 0; ++k) out[k] = biases(l)[k / area];
      multiply(l, [&](std::uint32_t o, std::uint32_t w, std::uint32_t i) {
        out[o] = multiply_add(weights(l)[w], in[i], out[o]);
      });
    } else if (l.kind == LayerKind::maxpool) {
      for_windows(l, [&](std::uint32_t o, std::uint32_t tap, std::uint32_t i) {
        if (tap == 0 || in[i] > out[o]) out[o] = in[i];
      });
    } else if (l.kind == LayerKind::avgpool) {
      for_windows(l, [&](std::uint32_t o, std::uint32_t, std::uint32_t i) { out[o] += in[i]; });
      for (T& value : out) value *= T(1) / static_cast<T>(l.kernel_height * l.kernel_width);
    } else {
      for (std::size_t k = 0; k < in.size(); ++k) out[k] = activation(l, in[k]);
    }
    return out;
  }

  template <class Body>
  static void multiply(const LayerDescription& l, const Body& body) {
    if (l.kind == LayerKind::conv) return for_products(l, body);
    for (std::uint32_t o = 0; o < l.output.channels; ++o)
      for (std::uint32_t i = 0; i < l.input.size(); ++i) body(o, o * l.input.size() + i, i);
  }

  static T activation(const LayerDescription& l, T x) {
    switch (l.kind) {
      case LayerKind::relu:
        return x <= 0 ? 0 : x;
      case LayerKind::leaky_relu:
        return x <= 0 ? x * static_cast<T>(l.parameter) : x;
      case LayerKind::tanh:
        return hyperbolic_tangent(One(x)).v;
      case LayerKind::gelu:
        return x * normal_share(x);
      case LayerKind::silu:
        return x * logistic(One(x)).v;
      default:
        return logistic(One(x)).v;
    }
  }
  /// Share of the standard normal distribution below x.
  static T normal_share(T x) { return T(0.5) * (T(1) + error_function(One(x * T(0.70710678118654752))).v); }
  static T slope(const LayerDescription& l, T in, T out, T g) {
    switch (l.kind) {
      case LayerKind::relu:
        return out <= 0 ? 0 : g;
      case LayerKind::leaky_relu:
        return out <= 0 ? g * static_cast<T>(l.parameter) : g;
      case LayerKind::tanh:
        return g * (1 - out * out);
      case LayerKind::gelu: {
        const T density = T(0.39894228040143268) * exponential(One(T(-0.5) * in * in)).v;
        return g * multiply_add(in, density, normal_share(in));
      }
      case LayerKind::silu: {
        const T share = logistic(One(in)).v;
        return g * (share * multiply_add(in, T(1) - share, T(1)));
      }
      default:
        return g * (out * (1 - out));
    }
  }

  /// Hands the gradient of one reader to what it read: those of later readers stand there already.
  void give(std::int32_t layer, std::vector<Values> g) {
    std::vector<Values>& to = gradients_[place_of(layer)];
    for (std::size_t b = 0; b < to.size(); ++b)
      for (std::size_t k = 0; k < g[b].size(); ++k) g[b][k] += to[b][k];
    to = std::move(g);
  }

  void backward(std::size_t i, const PlainBatch<T>& batch) {
    const LayerDescription& l = network_.layers[i];
    const std::vector<Values>& in = values_[place_of(l.source)];
    std::vector<Values> g = gradients_[i + 1];
    if (l.kind == LayerKind::batchnorm) {
      norms_.at(i).backward(in, g, gradient_.data() + l.first_parameter);
    } else if (l.kind == LayerKind::add) {
      const TensorShape& shape = addend_shape(l);
      std::vector<Values> other(g.size(), Values(shape.size(), T(0)));
      for (std::size_t b = 0; b < g.size(); ++b)
        for_added(l, shape, [&](std::uint32_t o, std::uint32_t a) { other[b][a] = g[b][o]; });
      give(l.addend, std::move(other));
    } else {
      if (l.weights != 0) add_parameter_gradients(l, in, g);
      for (std::size_t b = 0; b < g.size(); ++b)
        g[b] = l.kind == LayerKind::dropout ? scaled(g[b], batch.factors[i][b], true)
                                            : input_gradient(l, in[b], values_[i + 1][b], g[b]);
    }
    give(l.source, std::move(g));
  }

  Values input_gradient(const LayerDescription& l, const Values& in, const Values& out,
                        const Values& g) const {
    if (by_winograd(l)) return with_winograd(l, [&](const auto& conv) { return conv.input_gradient(g); });
    Values result(in.size(), T(0));
    if (l.kind == LayerKind::conv || l.kind == LayerKind::dense) {
      // Sums run over outputs, then taps in their order: for one input, later positions come with earlier
      // taps.
      gather_products(l, g, result);
    } else if (l.kind == LayerKind::maxpool) {
      Values best(out.size());
      std::vector<std::uint32_t> winner(out.size());
      for_windows(l, [&](std::uint32_t o, std::uint32_t tap, std::uint32_t i) {
        if (tap == 0 || in[i] > best[o]) best[o] = in[i], winner[o] = i;
      });
      for (std::size_t o = 0; o < out.size(); ++o) result[winner[o]] += g[o];
    } else if (l.kind == LayerKind::avgpool) {
      const T share = T(1) / static_cast<T>(l.kernel_height * l.kernel_width);
      for_windows(l, [&](std::uint32_t o, std::uint32_t, std::uint32_t i) { result[i] += g[o] * share; });
    } else {
      for (std::size_t k = 0; k < in.size(); ++k) result[k] = slope(l, in[k], out[k], g[k]);
    }
    return result;
  }

  void gather_products(const LayerDescription& l, const Values& g, Values& result) const {
    if (l.kind == LayerKind::dense) {
      multiply(l, [&](std::uint32_t o, std::uint32_t w, std::uint32_t i) {
        result[i] = multiply_add(weights(l)[w], g[o], result[i]);
      });
      return;
    }
    for (std::uint32_t o = 0; o < l.output.channels; ++o)
      for (std::uint32_t k = 0; k < l.kernel_height * l.kernel_width; ++k)
        for (std::uint32_t i = 0; i < inputs_of(l); ++i)
          add_tap(l, o, i, k / l.kernel_width, k % l.kernel_width, g, result);
  }

  void add_tap(const LayerDescription& l, std::uint32_t o, std::uint32_t i, std::uint32_t ky,
               std::uint32_t kx, const Values& g, Values& result) const {
    const T w = weights(l)[((o * inputs_of(l) + i) * l.kernel_height + ky) * l.kernel_width + kx];
    for (std::uint32_t y = 0; y < l.output.height; ++y)
      for (std::uint32_t x = 0; x < l.output.width; ++x) {
        const std::uint32_t row = y * l.stride + ky - l.padding, column = x * l.stride + kx - l.padding;
        if (row >= l.input.height || column >= l.input.width) continue;
        T& place = result[((first_input(l, o) + i) * l.input.height + row) * l.input.width + column];
        place = multiply_add(w, g[(o * l.output.height + y) * l.output.width + x], place);
      }
  }

  /// Dense layers sum over the minibatch; convolutions over each slot, then over the slots.
  void add_parameter_gradients(const LayerDescription& l, const std::vector<Values>& in,
                               const std::vector<Values>& g) {
    if (by_winograd(l)) {
      T* own = gradient_.data() + l.first_parameter;
      return with_winograd(l, [&](const auto& conv) {
        conv.parameter_gradients(in, g, own, l.biases != 0 ? own + l.weights : nullptr);
      });
    }
    const std::size_t slots = l.kind == LayerKind::dense ? 1 : slots_;
    std::vector<Values> sums(slots, Values(l.weights + l.biases, T(0)));
    for (std::size_t b = 0; b < in.size(); ++b) add_sample(l, in[b], g[b], sums[b % slots]);
    for (std::size_t k = 0; k < sums[0].size(); ++k) {
      Values parts;
      for (const Values& sum : sums) parts.push_back(sum[k]);
      gradient_[l.first_parameter + k] += plain_tree(parts);
    }
  }

  static void add_sample(const LayerDescription& l, const Values& in, const Values& g, Values& sum) {
    multiply(l, [&](std::uint32_t o, std::uint32_t w, std::uint32_t i) {
      sum[w] = multiply_add(g[o], in[i], sum[w]);
    });
    const std::uint32_t area = l.output.height * l.output.width;
    for (std::uint32_t k = 0; k < l.output.size() && l.biases != 0; ++k) sum[l.weights + k / area] += g[k];
  }

  T loss(const Values& z, std::uint32_t label, std::size_t count, Values& g) const {
    T top = z[0], sum = 0;
    for (const T value : z) top = std::max(top, value);
    for (const T value : z) g.push_back(exponential(One(value - top)).v), sum += g.back();
    const T share = T(1) / sum, mean = T(1) / static_cast<T>(count);
    for (std::size_t c = 0; c < z.size(); ++c) g[c] = (g[c] * share - (c == label ? T(1) : T(0))) * mean;
    return logarithm(One(sum)).v - (z[label] - top);
  }

  const NetworkDescription& network_;
  const std::vector<T>& parameters_;
  std::uint32_t slots_;
  bool winograd_;
  std::vector<T> gradient_;
  std::vector<std::vector<Values>> values_,
      gradients_;                                   ///< [layer + 1][sample]: its output, and its gradient
  std::map<std::size_t, PlainBatchNorm<T>> norms_;  ///< by layer
};

}  // namespace etalon
