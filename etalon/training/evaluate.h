/// Loss and accuracy with dropout and augmentation off. A sample whose logits hold a NaN counts as wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "etalon/training/arena.h"
#include "etalon/training/crew.h"
#include "etalon/training/shared_task.h"

namespace etalon {

/// Samples for a call of an engine: [b][lane] images and labels.
class SampleBlock {
 public:
  SampleBlock(std::uint32_t samples, std::uint32_t lanes, std::uint32_t image_size);

  void set(std::uint32_t b, std::uint32_t lane, const LabelledImages& images, std::uint32_t index);
  /// Puts `count` images [b][c][y][x] in the place of those that were set for the lane; labels stay.
  void set_images(std::uint32_t lane, std::uint32_t count, const std::uint8_t* images);
  LaneSamples view(std::uint32_t count) const { return {images_.data(), labels_.data(), count}; }

 private:
  std::uint32_t lanes_, image_size_;
  std::vector<const std::uint8_t*> images_;
  std::vector<std::int32_t> labels_;
};

/// Every lane's own parameters, as they stand in `arena`, on the same samples: [lane]. Empty if `stop`
/// answers true midway.
std::vector<Evaluation> evaluate_lanes(const SharedTask& shared, const Engine& engine, Arena& arena,
                                       Crew& crew, const LabelledImages& images,
                                       std::span<const std::uint32_t> indices,
                                       const std::function<bool()>& stop);

/// One model alone, its samples in the lanes: by the lane law the same loss as in any lane of a pack.
Evaluation evaluate_model(const SharedTask& shared, const Engine& engine, std::span<const float> weights,
                          const LabelledImages& images, std::span<const std::uint32_t> indices,
                          float label_smoothing = 0);

}  // namespace etalon
