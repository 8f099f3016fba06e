/// Networks, parameters and minibatches made up from a seed, for property tests.
#pragma once

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

/// Random layers that fit, with one that has weights among them, then "dense 4".
inline std::vector<std::string> random_layers(RandomSequence& random, TensorShape shape) {
  std::vector<std::string> layers;
  const std::vector<std::string> functions{"relu", "leaky-relu 0.1", "tanh", "sigmoid", "dropout 0.3"};
  const std::uint32_t depth = 1 + random.below(6);
  for (std::uint32_t k = 0; k < depth; ++k) {
    const std::uint32_t edge = std::min(shape.height, shape.width), choice = random.below(8);
    if (choice < 3 && edge >= 2) {
      const std::uint32_t kernel = 1 + random.below(std::min(edge, 7u)), stride = 1 + random.below(3);
      const std::uint32_t padding = random.below(kernel), outputs = 1 + random.below(9);
      layers.push_back("conv " + std::to_string(outputs) + " " + std::to_string(kernel) + "x" +
                       std::to_string(kernel) + " stride " + std::to_string(stride) + " pad " +
                       std::to_string(padding));
      shape = {outputs, (shape.height + 2 * padding - kernel) / stride + 1,
               (shape.width + 2 * padding - kernel) / stride + 1};
    } else if (choice < 5 && edge >= 2) {
      const std::uint32_t window = random.below(2) == 0 ? 2 : 1 + random.below(std::min(edge, 3u));
      const std::uint32_t stride = random.below(2) == 0 ? window : 1 + random.below(3);
      layers.push_back((random.below(3) == 0 ? "avgpool " : "maxpool ") + std::to_string(window) +
                       " stride " + std::to_string(stride));
      shape.height = (shape.height - window) / stride + 1;
      shape.width = (shape.width - window) / stride + 1;
    } else if (choice == 7 && random.below(3) == 0) {
      const std::uint32_t outputs = 1 + random.below(70);
      layers.push_back("dense " + std::to_string(outputs));
      shape = {outputs, 1, 1};
    } else {
      layers.push_back(functions[random.below(static_cast<std::uint32_t>(functions.size()))]);
    }
  }
  layers.push_back("dense 4");
  return layers;
}

template <class T>
std::vector<T> random_parameters(RandomSequence& random, const NetworkDescription& network) {
  std::vector<T> parameters;
  for (std::uint32_t k = 0; k < network.parameters; ++k)
    parameters.push_back(static_cast<T>(random.uniform(-0.6, 0.6)));
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
