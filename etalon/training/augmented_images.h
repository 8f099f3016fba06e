/// The images of one training step, augmented once for each seed index and epoch, however many lanes have it.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "etalon/training/trainer.h"

namespace etalon {

/// Sample indices in the order of their visits, by (seed index, epoch of the trial).
using Visits = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>>;

class AugmentedImages {
 public:
  explicit AugmentedImages(const TrainingTask& task) : task_(task) {}  ///< borrowed

  /// Makes the images that each order visits in `step`. Does nothing for a task without augmentation.
  void make(const Visits& visits, std::uint32_t step);

  /// [batch][c][y][x] of the order, which stands among the visits made; null without augmentation.
  const std::uint8_t* of(const std::vector<std::uint32_t>* order) const;

  /// What the images of all `lanes` take if no two share a seed index.
  static std::uint64_t most_bytes(const TrainingTask& task, std::uint32_t lanes);

 private:
  const TrainingTask& task_;
  std::map<const std::vector<std::uint32_t>*, std::size_t> first_;  ///< [order] in pixels_
  std::vector<std::uint8_t> pixels_;                                ///< [order][batch][c][y][x]
};

}  // namespace etalon
