/// A network in nested loops over one trial: the oracle of the engine's kernels.
///
/// Every sum is taken in the order that the kernels promise, and rounded as they round it, so that the two
/// agree to the last bit, wherever no infinity meets a zero of a border.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "etalon/lanes/functions.h"
#include "etalon/nn/plan.h"

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
  std::vector<T> gradient;             ///< of the mean loss, flat
};

template <class T>
class PlainNetwork {
 public:
  using Values = std::vector<T>;

  PlainNetwork(const NetworkDescription& network, const std::vector<T>& parameters)
      : network_(network), parameters_(parameters) {}

  PlainResult<T> run(const PlainBatch<T>& batch) {
    const std::size_t count = batch.inputs.size(), depth = network_.layers.size();
    gradient_.assign(network_.parameters, T(0));
    std::vector<std::vector<Values>> values(depth + 1);
    values[0] = batch.inputs;
    PlainResult<T> result;
    for (std::size_t i = 0; i < depth; ++i)
      for (std::size_t b = 0; b < count; ++b) values[i + 1].push_back(forward(i, values[i][b], batch, b));
    result.logits = values[depth];
    std::vector<Values> gradients(count);
    for (std::size_t b = 0; b < count; ++b)
      result.losses.push_back(loss(values[depth][b], batch.labels[b], count, gradients[b]));
    for (std::size_t i = depth; i-- > 0;) {
      add_parameter_gradients(i, values[i], gradients);
      for (std::size_t b = 0; b < count; ++b)
        gradients[b] = backward(i, values[i][b], values[i + 1][b], gradients[b], batch, b);
    }
    result.gradient = gradient_;
    return result;
  }

 private:
  using One = portable::Lanes<1, T>;

  /// Rounded as the kernels round: once or twice, by the numeric class of this build.
  static T multiply_add(T a, T b, T c) { return portable::fma(One(a), One(b), One(c)).v; }

  /// Calls body(o, i, y, x, ky, kx, place of the input) for every product of a convolution, in this order of
  /// o, y, x, i, ky, kx; taps outside the input are left out.
  template <class Body>
  static void for_products(const LayerDescription& l, const Body& body) {
    for (std::uint32_t o = 0; o < l.output.channels; ++o)
      for (std::uint32_t y = 0; y < l.output.height; ++y)
        for (std::uint32_t x = 0; x < l.output.width; ++x)
          for (std::uint32_t i = 0; i < l.input.channels; ++i)
            for (std::uint32_t ky = 0; ky < l.kernel_height; ++ky)
              for (std::uint32_t kx = 0; kx < l.kernel_width; ++kx) {
                const std::uint32_t row = y * l.stride + ky - l.padding,
                                    column = x * l.stride + kx - l.padding;
                if (row >= l.input.height || column >= l.input.width) continue;  // wraps below 0
                body((o * l.output.height + y) * l.output.width + x,
                     ((o * l.input.channels + i) * l.kernel_height + ky) * l.kernel_width + kx,
                     (i * l.input.height + row) * l.input.width + column);
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

  Values forward(std::size_t index, const Values& in, const PlainBatch<T>& batch, std::size_t b) const {
    const LayerDescription& l = network_.layers[index];
    Values out(l.output.size(), T(0));
    if (l.kind == LayerKind::conv || l.kind == LayerKind::dense) {
      const std::uint32_t area = l.output.height * l.output.width;
      for (std::uint32_t k = 0; k < out.size(); ++k) out[k] = biases(l)[k / area];
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
      for (std::size_t k = 0; k < in.size(); ++k)
        out[k] = l.kind == LayerKind::dropout ? in[k] * batch.factors[index][b][k] : activation(l, in[k]);
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
      default:
        return logistic(One(x)).v;
    }
  }
  static T slope(const LayerDescription& l, T out, T g) {
    switch (l.kind) {
      case LayerKind::relu:
        return out <= 0 ? 0 : g;
      case LayerKind::leaky_relu:
        return out <= 0 ? g * static_cast<T>(l.parameter) : g;
      case LayerKind::tanh:
        return g * (1 - out * out);
      default:
        return g * (out * (1 - out));
    }
  }

  Values backward(std::size_t index, const Values& in, const Values& out, const Values& g,
                  const PlainBatch<T>& batch, std::size_t b) const {
    const LayerDescription& l = network_.layers[index];
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
      for (std::size_t k = 0; k < in.size(); ++k)
        result[k] = l.kind == LayerKind::dropout ? g[k] * batch.factors[index][b][k] : slope(l, out[k], g[k]);
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
        for (std::uint32_t i = 0; i < l.input.channels; ++i)
          add_tap(l, o, i, k / l.kernel_width, k % l.kernel_width, g, result);
  }

  void add_tap(const LayerDescription& l, std::uint32_t o, std::uint32_t i, std::uint32_t ky,
               std::uint32_t kx, const Values& g, Values& result) const {
    const T w = weights(l)[((o * l.input.channels + i) * l.kernel_height + ky) * l.kernel_width + kx];
    for (std::uint32_t y = 0; y < l.output.height; ++y)
      for (std::uint32_t x = 0; x < l.output.width; ++x) {
        const std::uint32_t row = y * l.stride + ky - l.padding, column = x * l.stride + kx - l.padding;
        if (row >= l.input.height || column >= l.input.width) continue;
        T& place = result[(i * l.input.height + row) * l.input.width + column];
        place = multiply_add(w, g[(o * l.output.height + y) * l.output.width + x], place);
      }
  }

  /// Dense layers sum over the minibatch; convolutions over parts of it, then over the parts.
  void add_parameter_gradients(std::size_t index, const std::vector<Values>& in,
                               const std::vector<Values>& g) {
    const LayerDescription& l = network_.layers[index];
    if (l.biases == 0) return;
    const std::size_t count = in.size(),
                      parts = l.kind == LayerKind::dense ? 1 : std::min<std::size_t>(count, most_parts);
    for (std::size_t part = 0; part < parts; ++part) {
      Values sum(l.weights + l.biases, T(0));
      for (std::size_t b = count * part / parts; b < count * (part + 1) / parts; ++b)
        add_sample(l, in[b], g[b], sum);
      for (std::size_t k = 0; k < sum.size(); ++k) gradient_[l.first_parameter + k] += sum[k];
    }
  }

  static void add_sample(const LayerDescription& l, const Values& in, const Values& g, Values& sum) {
    multiply(l, [&](std::uint32_t o, std::uint32_t w, std::uint32_t i) {
      sum[w] = multiply_add(g[o], in[i], sum[w]);
    });
    const std::uint32_t area = l.output.height * l.output.width;
    for (std::uint32_t k = 0; k < l.output.size(); ++k) sum[l.weights + k / area] += g[k];
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
  std::vector<T> gradient_;
};

}  // namespace etalon
