/// The cases that are trained twice: by PyTorch, which leaves its losses in tests/golden/*.json, and by the
/// engine, which has to reach the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/data/data_set.h"
#include "etalon/data/split.h"
#include "etalon/nn/describe.h"
#include "etalon/study/definition.h"

namespace etalon::golden {

inline constexpr std::uint32_t batch = 8, steps_per_epoch = 5, epochs = 4;
inline constexpr std::uint32_t validation = 8, samples = batch * steps_per_epoch;
inline constexpr std::uint64_t study_seed = 20'26;
inline constexpr std::uint32_t seed_index = 3;

struct GoldenCase {
  std::string file;  ///< its losses stand in tests/golden/FILE.json
  std::string name;  ///< unique within the file
  ImageShape shape;
  std::uint32_t classes = 0;
  std::vector<std::string> layers;
  std::vector<LayerGroup> groups;
  std::vector<double> eta;                         ///< [group]
  std::vector<double> momentum{}, weight_decay{};  ///< [group]; empty: as `training` says
  TrainingSpec training;
};

std::vector<GoldenCase> golden_cases();

/// All that both sides need to train a case, from the product's own functions.
struct GoldenInputs {
  DataSet data;
  Split split;
  NetworkDescription network;
  std::vector<float> weights;                       ///< initial ones, [network.parameters]
  std::vector<float> images;                        ///< normalized, [samples][channel][y][x]
  std::vector<std::uint8_t> labels;                 ///< [samples]
  std::vector<std::vector<std::uint32_t>> batches;  ///< [step][batch], indices of samples
  std::vector<float> validation_images;             ///< normalized, [validation][channel][y][x]
  std::vector<std::uint8_t> validation_labels;      ///< [validation]
};

/// Images of one random pattern a class, under noise.
DataSet patterns(const ImageShape& shape, std::uint32_t classes);

GoldenInputs inputs_of(const GoldenCase& golden_case);

/// SHA-256 over weights, images, labels and batches: tells when stored losses are of other inputs.
std::string digest_of(const GoldenInputs& inputs);

}  // namespace etalon::golden
