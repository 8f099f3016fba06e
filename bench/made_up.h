/// What the benchmark programs train: the input shape of each named network, and made-up images for it.
#pragma once

#include <cstdint>
#include <string>

#include "etalon/data/data_set.h"
#include "etalon/nn/describe.h"

namespace etalon::bench {

inline ImageShape shape_for(const std::string& network) {
  return network == "lenet5" || network == "mlp" ? ImageShape{1, 28, 28} : ImageShape{3, 32, 32};
}

/// The network for 10 classes, with the default groups.
inline NetworkDescription describe(const std::string& network) {
  const ImageShape shape = shape_for(network);
  std::vector<LayerGroup> groups = default_groups();
  if (network == "mlp") groups = {{"full", {"dense"}}};
  return describe_network({.name = network, .layers = {}}, groups,
                          {shape.channels, shape.height, shape.width}, 10, "benchmark");
}

/// `count` training images of noise; no time depends on their values.
inline DataSet made_up_data(ImageShape shape, std::uint32_t count) {
  DataSet data;
  data.name = "made-up";
  data.shape = shape;
  data.classes = 10;
  std::uint32_t state = 1;
  for (std::uint32_t k = 0; k < count * shape.size(); ++k) {
    state = state * 1664525u + 1013904223u;
    data.training.pixels.push_back(static_cast<std::uint8_t>(state >> 24));
  }
  for (std::uint32_t k = 0; k < count; ++k) data.training.labels.push_back(static_cast<std::uint8_t>(k % 10));
  return data;
}

}  // namespace etalon::bench
