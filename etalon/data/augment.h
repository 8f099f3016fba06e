/// Random changes to training images: the same for every trial with the same seed index (law 2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/base/random.h"
#include "etalon/data/data_set.h"

namespace etalon {

/// One change. The distance N is drawn anew for each axis, uniformly from -N to N pixels.
struct AugmentationStep {
  enum class Kind : std::uint8_t {
    shift,  ///< moves the image; its border pixels are repeated where nothing is left
    crop,   ///< pads by N black pixels (value 0) and cuts the old size out at random
    flip    ///< mirrors left and right with probability 1/2
  };
  Kind kind = Kind::flip;
  std::uint32_t distance = 0;  ///< N; shift and crop only, at least 1
  bool operator==(const AugmentationStep&) const = default;
};
std::string to_text(const AugmentationStep& step);  ///< "shift 2", "crop 4", "flip"

using Augmentation = std::vector<AugmentationStep>;  ///< applied in this order; empty: none

/// Reads "shift N", "crop N" and "flip". Throws RequestError for unknown words, numbers out of range and more
/// than 8 steps; `place` begins the message.
Augmentation read_augmentation(const std::vector<std::string>& steps, const std::string& place);

/// Throws RequestError where a distance is not smaller than the images' shorter edge.
void require_fitting(const Augmentation& augmentation, const ImageShape& shape, const std::string& place);

/// Which image of which epoch: `sample` is its index in the training part.
struct AugmentedSample {
  std::uint64_t study_seed = 0;
  std::uint32_t seed_index = 0, epoch = 0, sample = 0;
};

/// Writes the image [c][y][x] as it looks in that epoch to `result`, of the same size. All channels move
/// together. Step k draws from Purpose::augmentation, stream `sample`, counter 8 epoch + k.
void augment(const Augmentation& augmentation, const ImageShape& shape, const AugmentedSample& which,
             const std::uint8_t* image, std::uint8_t* result);

}  // namespace etalon
