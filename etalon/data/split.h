/// The cut of a training part into training and validation samples, and their normalization.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/data/data_set.h"

namespace etalon {

/// Indices into DataSet::training.
struct Split {
  std::vector<std::uint32_t> training;
  std::vector<std::uint32_t> validation;
};

/// A permutation keyed by the study seed alone (law 2), dealt out: of each class its first images are
/// validation, as many as its share of `validation` (0: a sixth of the training part, rounded down) comes to
/// (stratified_counts); of all others the first `samples` (0: all) are training. Throws RequestError if there
/// are too few.
Split split_training_part(const DataSet& data, std::uint32_t validation, std::uint32_t samples,
                          std::uint64_t study_seed);

/// Per channel: input = (pixel / 255 - mean) * inverse_deviation.
struct Normalization {
  std::vector<float> mean;               ///< [channel], in units of pixel / 255
  std::vector<float> inverse_deviation;  ///< [channel]; 1 for a constant channel
};

/// Mean and deviation over the samples of `split.training`, from exact integer sums.
Normalization normalization_of(const DataSet& data, const Split& split);

/// H: entropy of the labels at `indices`, in nats: the least loss of a network that never looks at its input.
/// With `smoothing` e in [0, 1) each class's share p of the labels counts as (1 - e) p + e / classes.
double label_entropy(const LabelledImages& images, const std::vector<std::uint32_t>& indices,
                     std::uint32_t classes, double smoothing = 0);

/// Share of the most frequent class at `indices`: what a network that never looks at its input reaches.
double chance_accuracy(const LabelledImages& images, const std::vector<std::uint32_t>& indices,
                       std::uint32_t classes);

/// The order in which epoch `epoch` (from 0) visits `split.training`, keyed by study seed and seed index:
/// positions within split.training, [batches * batch]; the last partial batch is dropped. Throws RequestError
/// if batch > samples.
std::vector<std::uint32_t> batch_order(std::uint32_t samples, std::uint32_t batch, std::uint64_t study_seed,
                                       std::uint32_t seed_index, std::uint32_t epoch);

}  // namespace etalon
