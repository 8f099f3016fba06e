/// From Etalon's descriptions to the reference's plain values.
#pragma once

#include <stdexcept>
#include <vector>

#include "etalon/nn/describe.h"
#include "reference/tiny_etalon.h"
#include "tests/golden/cases.h"

namespace etalon {

inline tiny::Layer tiny_layer(const LayerDescription& layer, tiny::Shape in) {
  const auto number = [](std::uint32_t value) { return static_cast<int>(value); };
  switch (layer.kind) {
    case LayerKind::conv:
      return tiny::conv(in, number(layer.output.channels), number(layer.kernel_height), number(layer.stride),
                        number(layer.padding));
    case LayerKind::dense:
      return tiny::dense(in, number(layer.output.channels));
    case LayerKind::maxpool:
      return tiny::maxpool(in, number(layer.kernel_height));
    case LayerKind::relu:
      return tiny::relu(in);
    default:
      throw std::invalid_argument("the reference has no layer '" + layer.text + "'");
  }
}

/// The same network with the same parameters: both keep weights [out][in][ky][kx], then biases.
inline tiny::Network tiny_network(const NetworkDescription& network, const std::vector<float>& parameters) {
  tiny::Network result;
  tiny::Shape shape{static_cast<int>(network.input.channels), static_cast<int>(network.input.height),
                    static_cast<int>(network.input.width)};
  for (const LayerDescription& layer : network.layers) {
    result.push_back(tiny_layer(layer, shape));
    shape = result.back().out;
    const auto first = parameters.begin() + layer.first_parameter;
    result.back().parameters.assign(first, first + layer.weights + layer.biases);
  }
  return result;
}

inline tiny::Images tiny_images(const golden::GoldenInputs& inputs) {
  const std::size_t size = inputs.data.shape.size();
  tiny::Images images;
  for (std::size_t n = 0; n < inputs.labels.size(); ++n) {
    const auto first = inputs.images.begin() + static_cast<long>(n * size);
    images.push_back({tiny::Numbers(first, first + static_cast<long>(size)), inputs.labels[n]});
  }
  return images;
}

inline tiny::Curve train_tiny(const golden::GoldenInputs& inputs, const std::vector<double>& eta) {
  tiny::Network network = tiny_network(inputs.network, inputs.weights);
  tiny::Batches batches;
  for (const auto& indices : inputs.batches) batches.emplace_back(indices.begin(), indices.end());
  return tiny::train(network, tiny_images(inputs), batches, eta);
}

}  // namespace etalon
