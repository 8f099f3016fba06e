/// Loss and accuracy with dropout and augmentation off. A sample whose logits hold a NaN counts as wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "etalon/training/arena.h"
#include "etalon/training/crew.h"
#include "etalon/training/shared_task.h"

namespace etalon {

/// Samples for a call of an engine.
class SampleBlock {
 public:
  SampleBlock(std::uint32_t samples, std::uint32_t image_size);

  void set(std::uint32_t b, const LabelledImages& images, std::uint32_t index);
  /// Puts images [b][c][y][x] in the place of all that were set; labels stay.
  void set_images(const std::uint8_t* images);
  SampleView view(std::uint32_t count) const { return {images_.data(), labels_.data(), count}; }

 private:
  std::uint32_t image_size_;
  std::vector<const std::uint8_t*> images_;
  std::vector<std::int32_t> labels_;
};

/// The parameters as they stand in `arena`, on images of the training part; the loss is that of labels
/// smoothed by `label_smoothing`. Nothing if `stop` answers true midway.
std::optional<Evaluation> evaluate_trial(const SharedTask& shared, const Engine& engine, Arena& arena,
                                         Crew& crew, std::span<const std::uint32_t> indices,
                                         float label_smoothing, const std::function<bool()>& stop);

/// A model alone on the test images, on this thread: by the slot law the same as evaluate_trial. Throws Failure
/// for weights that are not of this network.
Evaluation evaluate_test(const SharedTask& shared, std::span<const float> weights);

}  // namespace etalon
