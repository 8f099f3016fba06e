/// The register tiles of a convolution: which four positions are computed together.
///
/// They depend on the shapes alone. Each sum is one chain of multiply-adds in a fixed order, so that tiles
/// change no bit, but for one thing: the tile's rectangle of taps decides which zeros of the border are
/// multiplied, and zero times infinity is NaN. Hence tiles are the same for every width and instruction set.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/nn/network_plan.h"

namespace etalon {

/// Positions of `layer`'s output row by row, or, with pooling, window by window.
std::vector<PositionTile> position_tiles(const LayerPlan& layer, std::uint32_t padding);

/// Positions of the input gradient, those with the same taps together.
std::vector<GradientTile> gradient_tiles(const LayerPlan& layer, std::uint32_t padding);

/// Zeros that gradient_tiles need around the gradient of the sums (height `sums`) in one dimension.
std::uint32_t gradient_border(std::uint32_t input, std::uint32_t sums, std::uint32_t kernel,
                              std::uint32_t stride, std::uint32_t padding);

/// Offsets of taps (i, ky, kx) of the output (0, 0) from the corner of the input's zeros, in that order, for
/// one group of channels.
std::vector<std::uint32_t> tap_offsets(const LayerPlan& layer, std::uint32_t padding);

}  // namespace etalon
