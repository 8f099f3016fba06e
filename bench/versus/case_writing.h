/// What the programs that write cases for competitors share: raw numbers of this machine, layers as JSON,
/// images as the network sees them.
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "etalon/data/split.h"
#include "etalon/nn/describe.h"

namespace etalon::versus {

template <class T>
void write(std::ofstream& file, const std::vector<T>& values) {
  file.write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(T)));
}

inline nlohmann::json layers_json(const NetworkDescription& network) {
  nlohmann::json layers = nlohmann::json::array();
  for (const LayerDescription& layer : network.layers)
    layers.push_back({{"text", layer.text},
                      {"first_parameter", layer.first_parameter},
                      {"weights", layer.weights},
                      {"biases", layer.biases}});
  return layers;
}

/// Images float32 [samples][c][y][x], normalized, then labels int32 [samples].
inline void write_samples(std::ofstream& file, const DataSet& data, const Normalization& normalization,
                          std::span<const std::uint32_t> samples) {
  const std::uint32_t plane = data.shape.height * data.shape.width;
  std::vector<float> images;
  std::vector<std::int32_t> labels;
  for (const std::uint32_t sample : samples) {
    for (std::uint32_t k = 0; k < data.shape.size(); ++k) {
      const double pixel = data.training.pixels[std::size_t{sample} * data.shape.size() + k] / 255.0;
      images.push_back(static_cast<float>((pixel - double{normalization.mean[k / plane]}) *
                                          double{normalization.inverse_deviation[k / plane]}));
    }
    labels.push_back(data.training.labels[sample]);
  }
  write(file, images);
  write(file, labels);
}

}  // namespace etalon::versus
