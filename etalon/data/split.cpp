#include "etalon/data/split.h"

#include <algorithm>
#include <cmath>

#include "etalon/base/error.h"
#include "etalon/base/exact_math.h"
#include "etalon/base/random.h"
#include "etalon/data/stratify.h"

namespace etalon {
namespace {

std::vector<std::uint64_t> count_labels(const LabelledImages& images,
                                        const std::vector<std::uint32_t>& indices, std::uint32_t classes) {
  std::vector<std::uint64_t> counts(classes);
  for (const std::uint32_t index : indices) ++counts[images.labels[index]];
  return counts;
}

/// Exact sums over the pixels of one channel.
struct PixelSums {
  std::uint64_t count = 0, sum = 0, squares = 0;
};

PixelSums sum_channel(const DataSet& data, const Split& split, std::uint32_t channel) {
  const std::size_t plane = std::size_t{data.shape.height} * data.shape.width;
  PixelSums sums;
  for (const std::uint32_t index : split.training) {
    const std::uint8_t* pixels =
        data.training.pixels.data() + (std::size_t{index} * data.shape.channels + channel) * plane;
    for (std::size_t i = 0; i < plane; ++i) {
      sums.sum += pixels[i];
      sums.squares += std::uint32_t{pixels[i]} * pixels[i];
    }
  }
  sums.count = plane * split.training.size();
  return sums;
}

/// Variance around the mean, from the integer part q and the rest r / n of the mean: the sum of (p - q)^2 is
/// an exact integer, and nothing cancels.
double variance_of(const PixelSums& sums) {
  const double count = static_cast<double>(sums.count);
  const std::uint64_t whole = sums.sum / sums.count, rest = sums.sum % sums.count;
  const std::uint64_t around_whole = sums.squares - whole * (sums.sum + rest);
  const double fraction = static_cast<double>(rest) / count;
  return static_cast<double>(around_whole) / count - fraction * fraction;
}

/// The permutation's images in turn: to validation while it wants more of their class, then to training.
Split deal(const DataSet& data, std::uint32_t validation, std::uint32_t samples, std::uint64_t study_seed) {
  const LabelledImages& images = data.training;
  std::vector<std::uint32_t> counts(data.classes);
  for (const std::uint8_t label : images.labels) ++counts[label];
  std::vector<std::uint32_t> wanted = stratified_counts(counts, validation);
  Split split;
  for (const std::uint32_t index :
       permutation(images.count(), RandomSequence({study_seed, 0, Purpose::validation_split}))) {
    std::uint32_t& more = wanted[images.labels[index]];
    if (more > 0) {
      --more;
      split.validation.push_back(index);
    } else if (split.training.size() < samples) {
      split.training.push_back(index);
    }
  }
  return split;
}

}  // namespace

Split split_training_part(const DataSet& data, std::uint32_t validation, std::uint32_t samples,
                          std::uint64_t study_seed) {
  const std::uint32_t count = data.training.count();
  const std::string images = " training images of " + data.name;
  const std::uint32_t cut = validation == 0 ? count / 6 : validation;
  if (cut == 0 || cut >= count)
    throw RequestError(
        {Field::validation,
         std::to_string(validation == 0 ? cut : validation) + " of the " + std::to_string(count) + images,
         "at least 1, and at least 1 left to train on",
         "ask for fewer validation images, or use a larger set"});
  const std::uint32_t left = count - cut;
  if (samples > left)
    throw RequestError({Field::samples, std::to_string(samples),
                        "at most " + std::to_string(left) + ": the " + std::to_string(count) + images +
                            " less " + std::to_string(cut) + " for validation",
                        "ask for fewer samples, or for a smaller validation part"});
  return deal(data, cut, samples == 0 ? left : samples, study_seed);
}

Normalization normalization_of(const DataSet& data, const Split& split) {
  Normalization normalization;
  for (std::uint32_t channel = 0; channel < data.shape.channels; ++channel) {
    const PixelSums sums = sum_channel(data, split, channel);
    const double mean =
        sums.count == 0 ? 0.0 : static_cast<double>(sums.sum) / (255.0 * static_cast<double>(sums.count));
    const double variance = sums.count == 0 ? 0.0 : variance_of(sums);
    normalization.mean.push_back(static_cast<float>(mean));
    normalization.inverse_deviation.push_back(variance > 0.0 ? static_cast<float>(255.0 / std::sqrt(variance))
                                                             : 1.0f);
  }
  return normalization;
}

double label_entropy(const LabelledImages& images, const std::vector<std::uint32_t>& indices,
                     std::uint32_t classes, double smoothing) {
  double entropy = 0.0;
  for (const std::uint64_t count : count_labels(images, indices, classes)) {
    const double counted = static_cast<double>(count) / static_cast<double>(indices.size());
    const double share = (1 - smoothing) * counted + smoothing / classes;
    if (share > 0) entropy -= share * exact_log(share);
  }
  return entropy;
}

double chance_accuracy(const LabelledImages& images, const std::vector<std::uint32_t>& indices,
                       std::uint32_t classes) {
  std::uint64_t most = 0;
  for (const std::uint64_t count : count_labels(images, indices, classes)) most = std::max(most, count);
  return indices.empty() ? 0.0 : static_cast<double>(most) / static_cast<double>(indices.size());
}

std::vector<std::uint32_t> batch_order(std::uint32_t samples, std::uint32_t batch, std::uint64_t study_seed,
                                       std::uint32_t seed_index, std::uint32_t epoch) {
  if (batch == 0 || batch > samples)
    throw RequestError({Field::batch, std::to_string(batch),
                        "from 1 to the number of training samples, " + std::to_string(samples),
                        "take a smaller batch or more samples"});
  std::vector<std::uint32_t> order =
      permutation(samples, RandomSequence({study_seed, seed_index, Purpose::batch_order}, epoch));
  order.resize(samples / batch * batch);
  return order;
}

}  // namespace etalon
