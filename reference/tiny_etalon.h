/// The whole idea of Etalon in plain scalar code: read this first, from top to bottom.
///
/// A network is trained once for every pair of learning rates (eta of the convolutions, eta of the dense
/// layers) and every seed. Each run leaves a curve, each curve gets a verdict, and the verdicts lead to a
/// choice. Nothing here is optimized and nothing is hidden: one number after the other, in double. The tests
/// hold the fast engine against these functions; tiny_etalon.cpp makes a program of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace tiny {

using Numbers = std::vector<double>;

inline double mean(const Numbers& numbers) {
  double sum = 0;
  for (const double number : numbers) sum += number;
  return sum / static_cast<double>(numbers.size());
}

// ---- The network: shapes, layers, forward and backward
// -------------------------------------------------------

struct Shape {
  int channels = 0, height = 1, width = 1;
  int size() const { return channels * height * width; }
};

/// A dense layer is a convolution whose kernel is as large as its input, so `weighted` is both.
enum class Kind { weighted, maxpool, relu };

struct Layer {
  Kind kind = Kind::relu;
  Shape in, out;
  int kernel_height = 0, kernel_width = 0, stride = 1, padding = 0;
  int group = 0;       ///< whose eta: 0 the convolutions', 1 the dense layers'
  Numbers parameters;  ///< weights [out channel][in channel][ky][kx], then biases [out channel]
  Numbers gradient;    ///< of the loss by the parameters, summed over a minibatch

  int weights() const { return out.channels * in.channels * kernel_height * kernel_width; }
  int bias_of(int output) const { return weights() + output / (out.height * out.width); }
};

using Network = std::vector<Layer>;

inline Layer weighted(Shape in, int out_channels, int kernel_height, int kernel_width, int stride,
                      int padding, int group) {
  const Shape out{out_channels, (in.height + 2 * padding - kernel_height) / stride + 1,
                  (in.width + 2 * padding - kernel_width) / stride + 1};
  Layer layer{Kind::weighted, in, out, kernel_height, kernel_width, stride, padding, group, {}, {}};
  layer.parameters.resize(layer.weights() + out_channels);
  return layer;
}

inline Layer conv(Shape in, int out_channels, int kernel, int stride, int padding) {
  return weighted(in, out_channels, kernel, kernel, stride, padding, 0);
}

inline Layer dense(Shape in, int outputs) { return weighted(in, outputs, in.height, in.width, 1, 0, 1); }

inline Layer maxpool(Shape in, int edge) {
  return {
      Kind::maxpool, in, {in.channels, in.height / edge, in.width / edge}, edge, edge, edge, 0, 0, {}, {}};
}

inline Layer relu(Shape in) { return {Kind::relu, in, in, 0, 0, 1, 0, 0, {}, {}}; }

/// Calls visit(output, input, weight) for every product that a weighted layer sums up. Forward and both
/// gradients are this one walk; what lies outside the image counts as 0.
template <typename Visit>
void each_product(const Layer& layer, Visit visit) {
  const Shape &in = layer.in, &out = layer.out;
  for (int oc = 0; oc < out.channels; ++oc)
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x)
        for (int ic = 0; ic < in.channels; ++ic)
          for (int ky = 0; ky < layer.kernel_height; ++ky)
            for (int kx = 0; kx < layer.kernel_width; ++kx) {
              const int in_y = y * layer.stride + ky - layer.padding,
                        in_x = x * layer.stride + kx - layer.padding;
              if (in_y < 0 || in_y >= in.height || in_x < 0 || in_x >= in.width) continue;
              visit((oc * out.height + y) * out.width + x, (ic * in.height + in_y) * in.width + in_x,
                    ((oc * in.channels + ic) * layer.kernel_height + ky) * layer.kernel_width + kx);
            }
}

/// Calls visit(output, input) with the largest input of every pooling window; the first of equals, and NaN
/// wins.
template <typename Visit>
void each_largest(const Layer& layer, const Numbers& input, Visit visit) {
  const Shape &in = layer.in, &out = layer.out;
  for (int c = 0; c < out.channels; ++c)
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x) {
        int largest = (c * in.height + y * layer.stride) * in.width + x * layer.stride;
        for (int ky = 0; ky < layer.kernel_height; ++ky)
          for (int kx = 0; kx < layer.kernel_width; ++kx) {
            const int i = (c * in.height + y * layer.stride + ky) * in.width + x * layer.stride + kx;
            if (input[i] > input[largest] || std::isnan(input[i])) largest = i;
          }
        visit((c * out.height + y) * out.width + x, largest);
      }
}

inline Numbers forward(const Layer& layer, const Numbers& input) {
  Numbers output(layer.out.size());
  if (layer.kind == Kind::weighted) {
    for (int o = 0; o < layer.out.size(); ++o) output[o] = layer.parameters[layer.bias_of(o)];
    each_product(layer, [&](int o, int i, int w) { output[o] += layer.parameters[w] * input[i]; });
  } else if (layer.kind == Kind::maxpool) {
    each_largest(layer, input, [&](int o, int i) { output[o] = input[i]; });
  } else {
    for (int i = 0; i < layer.in.size(); ++i) output[i] = input[i] < 0 ? 0 : input[i];  // keeps NaN
  }
  return output;
}

/// From the loss's gradient by the layer's output to that by its input; adds to that by its parameters.
inline Numbers backward(Layer& layer, const Numbers& input, const Numbers& by_output) {
  Numbers by_input(layer.in.size());
  if (layer.kind == Kind::weighted) {
    for (int o = 0; o < layer.out.size(); ++o) layer.gradient[layer.bias_of(o)] += by_output[o];
    each_product(layer, [&](int o, int i, int w) {
      layer.gradient[w] += by_output[o] * input[i];
      by_input[i] += by_output[o] * layer.parameters[w];
    });
  } else if (layer.kind == Kind::maxpool) {
    each_largest(layer, input, [&](int o, int i) { by_input[i] += by_output[o]; });
  } else {
    for (int i = 0; i < layer.in.size(); ++i) by_input[i] = input[i] <= 0 ? 0 : by_output[i];
  }
  return by_input;
}

// ---- Training: softmax cross-entropy and plain SGD, one eta a group
// ------------------------------------------

struct Image {
  Numbers pixels;  ///< [channel][y][x], centred
  int label = 0;
};
using Images = std::vector<Image>;
using Batches = std::vector<std::vector<int>>;  ///< indices of each minibatch's images, one minibatch a step

/// Turns the network's outputs into the gradient of -log softmax(outputs)[label], and returns that loss.
inline double cross_entropy(Numbers& outputs, int label) {
  const double largest = *std::max_element(outputs.begin(), outputs.end());
  double sum = 0;
  for (const double output : outputs) sum += std::exp(output - largest);
  const double loss = largest + std::log(sum) - outputs[label];
  for (double& output : outputs) output = std::exp(output - largest) / sum;
  outputs[label] -= 1;
  return loss;
}

/// The values between the layers: those of the image first, the network's outputs last.
inline std::vector<Numbers> all_values(const Network& network, const Image& image) {
  std::vector<Numbers> values{image.pixels};
  for (const Layer& layer : network) values.push_back(forward(layer, values.back()));
  return values;
}

/// One minibatch: the mean loss before the update, then parameters -= eta * mean gradient.
inline double train_step(Network& network, const Images& images, const std::vector<int>& batch,
                         const Numbers& eta) {
  for (Layer& layer : network) layer.gradient.assign(layer.parameters.size(), 0);
  Numbers losses;
  for (const int index : batch) {
    std::vector<Numbers> values = all_values(network, images[index]);
    losses.push_back(cross_entropy(values.back(), images[index].label));
    Numbers gradient = values.back();
    for (std::size_t i = network.size(); i-- > 0;) gradient = backward(network[i], values[i], gradient);
  }
  for (Layer& layer : network)
    for (std::size_t i = 0; i < layer.parameters.size(); ++i)
      layer.parameters[i] -= eta[layer.group] * layer.gradient[i] / static_cast<double>(batch.size());
  return mean(losses);
}

/// What a run leaves behind. A run that blows up ends early: its first non-finite loss is its last.
struct Curve {
  double reference_loss = 0;  ///< l_0: mean loss at the initial weights, over the first 20 minibatches
  Numbers loss;               ///< l_t: before update t
};

/// Trains `network` in place, from the weights it comes with.
inline Curve train(Network& network, const Images& images, const Batches& batches, const Numbers& eta) {
  Curve curve;
  Numbers losses;
  for (std::size_t t = 0; t < std::min<std::size_t>(20, batches.size()); ++t)
    for (const int index : batches[t]) {
      Numbers outputs = all_values(network, images[index]).back();
      losses.push_back(cross_entropy(outputs, images[index].label));
    }
  curve.reference_loss = mean(losses);
  for (std::size_t t = 0; t < batches.size() && (t == 0 || std::isfinite(curve.loss.back())); ++t)
    curve.loss.push_back(train_step(network, images, batches[t], eta));
  return curve;
}

inline double accuracy(const Network& network, const Images& images) {
  Numbers right;
  for (const Image& image : images) {
    const Numbers outputs = all_values(network, image).back();
    right.push_back(std::max_element(outputs.begin(), outputs.end()) - outputs.begin() == image.label);
  }
  return mean(right);
}

// ---- Judging: from a curve to a verdict
// -----------------------------------------------------------------------

enum class Status { learning, stalled, diverged };

struct Verdict {
  Status status = Status::learning;
  double area = 0;  ///< mean of min(v_t, 10): small is fast
};

/// v_t = min(l_t / l_0, 10^6): the loss as a multiple of where it began; 10^6 where it is not finite or the
/// run had ended.
inline Numbers relative_losses(const Curve& curve, std::size_t budget) {
  Numbers v(budget, 1e6);
  for (std::size_t t = 0; t < curve.loss.size(); ++t)
    if (std::isfinite(curve.loss[t]))
      v[t] = std::min(curve.loss[t] / std::max(curve.reference_loss, 1e-6), 1e6);
  return v;
}

/// The median of the last `window` values at every step.
inline Numbers running_median(const Numbers& values, std::size_t window) {
  Numbers medians;
  for (std::size_t t = 0; t < values.size(); ++t) {
    Numbers recent(values.begin() + static_cast<long>(t + 1 - std::min(t + 1, window)),
                   values.begin() + static_cast<long>(t + 1));
    std::sort(recent.begin(), recent.end());
    medians.push_back((recent[recent.size() / 2] + recent[(recent.size() - 1) / 2]) / 2);
  }
  return medians;
}

/// `budget` is T, the steps that were asked for; `label_entropy` is H, what guessing by frequency alone
/// costs.
inline Verdict judge(const Curve& curve, std::size_t budget, std::size_t steps_per_epoch,
                     double label_entropy) {
  const Numbers v = relative_losses(curve, budget);
  const Numbers end(v.end() - std::min<long>(20, static_cast<long>(budget)), v.end());
  const Numbers smooth = running_median(v, std::max<std::size_t>(5, steps_per_epoch / 20));
  const double lowest = *std::min_element(smooth.begin(), smooth.end()) * curve.reference_loss;

  Verdict verdict;
  if (!std::isfinite(curve.reference_loss) || !std::isfinite(curve.loss.back()) || mean(end) >= 1.1)
    verdict.status = Status::diverged;
  else if (lowest >= 0.98 * std::min(curve.reference_loss, label_entropy))
    verdict.status = Status::stalled;
  for (const double value : v) verdict.area += std::min(value, 10.0) / static_cast<double>(budget);
  return verdict;
}

// ---- Choosing: from verdicts to one pair of etas
// --------------------------------------------------------------

/// One pair of etas over all seeds.
struct Cell {
  Numbers eta;                    ///< [group]
  Numbers accuracy;               ///< [seed]; a diverged run counts as chance
  std::vector<Verdict> verdicts;  ///< [seed]
};

inline bool ever_diverged(const Cell& cell) {
  return std::any_of(cell.verdicts.begin(), cell.verdicts.end(),
                     [](const Verdict& verdict) { return verdict.status == Status::diverged; });
}

inline double mean_area(const Cell& cell) {
  Numbers areas;
  for (const Verdict& verdict : cell.verdicts) areas.push_back(verdict.area);
  return mean(areas);
}

/// True unless the cell lies behind the best by more than one standard error of their difference, taken seed
/// by seed: equal seeds share weights and batches, so most of the luck cancels.
inline bool as_good_as(const Cell& best, const Cell& cell) {
  Numbers lag, squares;
  for (std::size_t seed = 0; seed < best.accuracy.size(); ++seed)
    lag.push_back(best.accuracy[seed] - cell.accuracy[seed]);
  for (const double value : lag) squares.push_back((value - mean(lag)) * (value - mean(lag)));
  const double seeds = static_cast<double>(lag.size());
  return mean(lag) <= (seeds < 2 ? 0 : std::sqrt(mean(squares) / (seeds - 1)));
}

/// The fastest of the cells that never diverged and are as good as the most accurate one; nullptr if all
/// diverged. (Etalon weighs stability against speed here; this sketch takes speed alone.)
inline const Cell* choose(const std::vector<Cell>& cells) {
  const Cell *best = nullptr, *chosen = nullptr;
  for (const Cell& cell : cells)
    if (!ever_diverged(cell) && (!best || mean(cell.accuracy) > mean(best->accuracy))) best = &cell;
  for (const Cell& cell : cells)
    if (!ever_diverged(cell) && as_good_as(*best, cell) && (!chosen || mean_area(cell) < mean_area(*chosen)))
      chosen = &cell;
  return chosen;
}

}  // namespace tiny
