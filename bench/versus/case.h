/// The case that competitors train (see make_case.cpp), read back, and the loop that checks and times one.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace versus {

struct Layer {
  std::string kind;  ///< "conv", "dense", "relu", "maxpool"
  int outputs = 0, kernel = 0, stride = 1, padding = 0;
  std::size_t first_parameter = 0, weights = 0, biases = 0;
};

struct Case {
  std::string network;
  int channels = 0, height = 0, width = 0, batch = 0, steps = 0, classes = 0;
  float eta = 0;
  std::vector<Layer> layers;
  std::vector<float> parameters;     ///< layer by layer: weights [out][in][kh][kw], biases
  std::vector<float> images;         ///< [step][b][c][y][x]
  std::vector<std::int32_t> labels;  ///< [step][b]

  std::size_t image_size() const { return std::size_t(channels) * height * width; }
  const float* images_of(int step) const { return images.data() + image_size() * batch * (step % steps); }
  const std::int32_t* labels_of(int step) const {
    return labels.data() + std::size_t(batch) * (step % steps);
  }
};

inline Layer layer_from(const nlohmann::json& json) {
  Layer layer;
  std::istringstream words(json.at("text").get<std::string>());
  words >> layer.kind;
  if (layer.kind == "conv" || layer.kind == "dense") words >> layer.outputs;
  if (layer.kind == "conv" || layer.kind == "maxpool") words >> layer.kernel;
  if (layer.kind == "maxpool") layer.stride = layer.kernel;
  for (std::string word; words >> word;) {
    if (word == "pad") words >> layer.padding;
    if (word == "stride") words >> layer.stride;
  }
  layer.first_parameter = json.at("first_parameter");
  layer.weights = json.at("weights");
  layer.biases = json.at("biases");
  return layer;
}

inline Case read_case(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  if (!std::getline(file, line))
    throw std::runtime_error(path + ": received no case, expected a file that make_case wrote");
  const auto json = nlohmann::json::parse(line);
  Case read;
  read.network = json.at("network");
  read.channels = json.at("shape")[0], read.height = json.at("shape")[1], read.width = json.at("shape")[2];
  read.batch = json.at("batch"), read.steps = json.at("steps"), read.classes = json.at("classes");
  read.eta = json.at("eta");
  for (const auto& layer : json.at("layers")) read.layers.push_back(layer_from(layer));
  read.parameters.resize(json.at("parameters"));
  read.labels.resize(std::size_t(read.steps) * read.batch);
  read.images.resize(read.labels.size() * read.image_size());
  const auto take = [&](void* to, std::size_t count) {
    file.read(static_cast<char*>(to), std::streamsize(4 * count));
  };
  take(read.parameters.data(), read.parameters.size());
  take(read.images.data(), read.images.size());
  take(read.labels.data(), read.labels.size());
  if (!file) throw std::runtime_error(path + ": ends too early");
  return read;
}

/// main() of a competitor: PROGRAM CASE SECONDS. `Network` is made from a case and has step(k), which trains
/// on minibatch k and returns its loss. Prints the case's losses and the speed as one JSON object.
template <class Network>
int run(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s CASE SECONDS\n", words[0]);
    return 2;
  }
  try {
    const Case given = read_case(words[1]);
    Network network(given);
    std::vector<double> losses;
    for (int step = 0; step < given.steps; ++step) losses.push_back(network.step(step));
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    int steps = 0;
    double passed = 0;
    do {
      network.step(steps++);
      passed = std::chrono::duration<double>(clock::now() - start).count();
    } while (passed < std::atof(words[2]));
    std::printf("%s\n",
                nlohmann::json{{"losses", losses}, {"speed", steps * given.batch / passed}}.dump().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace versus
