/// Networks, parameters and minibatches made up from a seed, for property tests.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "etalon/base/random.h"
#include "etalon/nn/describe.h"
#include "tests/nn/plain_network.h"

namespace etalon {

inline NetworkDescription described(const std::vector<std::string>& layers, TensorShape input) {
  std::vector<LayerGroup> used{{"all", {}}};
  for (const char* kind : {"conv", "dense"})
    for (const std::string& layer : layers)
      if (layer.rfind(kind, 0) == 0) {
        used[0].selectors.push_back(kind);
        break;
      }
  return describe_network({.name = "", .layers = layers}, used, input, 3, "made-up network");
}

/// What random_layers may take.
enum class Kinds { all, without_batch_norm };

/// Makes up layers that fit, one after another.
class RandomLayers {
 public:
  RandomLayers(RandomSequence& random, TensorShape input, Kinds kinds)
      : random_(random), kinds_(kinds), shape_(input), outputs_{{"input", input}} {}

  /// Layers with one that has weights among them, then "dense 4".
  std::vector<std::string> make() {
    for (std::uint32_t depth = 1 + random_.below(7); depth > 0; --depth) add_one();
    layers_.push_back("dense 4");
    return layers_;
  }

 private:
  struct Output {
    std::string label;
    TensorShape shape;
  };

  void add_one() {
    const std::uint32_t edge = std::min(shape_.height, shape_.width), choice = random_.below(11);
    if (choice < 3 && edge >= 2)
      convolution(edge);
    else if (choice < 5 && edge >= 2)
      pooling(edge);
    else if (choice == 7 && random_.below(3) == 0)
      dense(1 + random_.below(70));
    else if (choice == 8 && random_.below(3) == 0)
      put("gap", {shape_.channels, 1, 1});
    else if (choice == 9 && weighted_ && kinds_ == Kinds::all)
      put("batchnorm", shape_);
    else if (choice == 10)
      shortcut();
    else
      function();
  }

  void convolution(std::uint32_t edge) {
    const std::uint32_t kernel = 1 + random_.below(std::min(edge, 7u)), stride = 1 + random_.below(3);
    const std::uint32_t padding = random_.below(kernel);
    std::uint32_t groups = 1, outputs = 1 + random_.below(9);
    if (random_.below(3) == 0) {  // of the possible numbers of groups the largest is depthwise
      do groups = 1 + random_.below(shape_.channels);
      while (shape_.channels % groups != 0);
      outputs = groups * (1 + random_.below(3));
    }
    std::string text = "conv " + std::to_string(outputs) + " " + std::to_string(kernel) + "x" +
                       std::to_string(kernel) + " stride " + std::to_string(stride) + " pad " +
                       std::to_string(padding);
    if (groups != 1) text += " groups " + std::to_string(groups);
    if (random_.below(4) == 0) text += " no-bias";
    weighted_ = true;
    put(text, {outputs, (shape_.height + 2 * padding - kernel) / stride + 1,
               (shape_.width + 2 * padding - kernel) / stride + 1});
  }

  void pooling(std::uint32_t edge) {
    const std::uint32_t window = random_.below(2) == 0 ? 2 : 1 + random_.below(std::min(edge, 3u));
    const std::uint32_t stride = random_.below(2) == 0 ? window : 1 + random_.below(3);
    put((random_.below(3) == 0 ? "avgpool " : "maxpool ") + std::to_string(window) + " stride " +
            std::to_string(stride),
        {shape_.channels, (shape_.height - window) / stride + 1, (shape_.width - window) / stride + 1});
  }

  /// Adds an earlier output that fits, if there is any: as large, or larger by a whole number.
  void shortcut() {
    std::vector<std::string> fitting;
    for (std::size_t k = 0; k + 1 < outputs_.size(); ++k)
      if (fits(outputs_[k].shape)) fitting.push_back(outputs_[k].label);
    if (fitting.empty()) return function();
    put("add " + fitting[random_.below(static_cast<std::uint32_t>(fitting.size()))], shape_);
  }
  bool fits(const TensorShape& addend) const {
    if (addend.channels > shape_.channels) return false;
    for (std::uint32_t stride = 1; stride <= 3; ++stride)
      if (shape_.height == (addend.height + stride - 1) / stride &&
          shape_.width == (addend.width + stride - 1) / stride)
        return true;
    return false;
  }

  void function() {
    static const std::vector<std::string> functions{"relu",        "leaky-relu 0.1", "tanh", "sigmoid",
                                                    "dropout 0.3", "gelu",           "silu"};
    put(functions[random_.below(static_cast<std::uint32_t>(functions.size()))], shape_);
  }

  void dense(std::uint32_t outputs) {
    weighted_ = true;
    put("dense " + std::to_string(outputs), {outputs, 1, 1});
  }

  void put(const std::string& text, TensorShape shape) {
    shape_ = shape;
    outputs_.push_back({"l" + std::to_string(layers_.size()), shape});
    layers_.push_back(text + " label " + outputs_.back().label);
  }

  RandomSequence& random_;
  Kinds kinds_;
  TensorShape shape_;
  bool weighted_ = false;
  std::vector<Output> outputs_;
  std::vector<std::string> layers_;
};

inline std::vector<std::string> random_layers(RandomSequence& random, TensorShape input,
                                              Kinds kinds = Kinds::all) {
  return RandomLayers(random, input, kinds).make();
}

/// Running variances among made-up parameters.
template <class T>
void make_variances_positive(const NetworkDescription& network, std::vector<T>& parameters) {
  for (const LayerDescription& layer : network.layers)
    for (std::uint32_t k = layer.statistics / 2; k < layer.statistics; ++k) {
      T& variance = parameters[layer.first_parameter + layer.weights + layer.biases + k];
      variance = variance < 0 ? -variance : variance;
    }
}

template <class T>
std::vector<T> random_parameters(RandomSequence& random, const NetworkDescription& network) {
  std::vector<T> parameters;
  for (std::uint32_t k = 0; k < network.parameters; ++k)
    parameters.push_back(static_cast<T>(random.uniform(-0.6, 0.6)));
  make_variances_positive(network, parameters);
  return parameters;
}

template <class T>
PlainBatch<T> random_batch(RandomSequence& random, const NetworkDescription& network, std::uint32_t count) {
  PlainBatch<T> batch;
  batch.factors.resize(network.layers.size());
  for (std::uint32_t b = 0; b < count; ++b) {
    batch.inputs.emplace_back();
    for (std::uint32_t k = 0; k < network.input.size(); ++k)
      batch.inputs.back().push_back(static_cast<T>(random.uniform(-2, 2)));
    batch.labels.push_back(random.below(4));
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      batch.factors[i].emplace_back();
      for (std::uint32_t k = 0; k < network.layers[i].output.size(); ++k)
        batch.factors[i].back().push_back(random.below(3) == 0 ? T(0) : T(1.5));
    }
  }
  return batch;
}

}  // namespace etalon
