/// How a 3x3 convolution with stride 1 runs by Winograd's algorithm F(4x4, 3x3): when it is used, its tiles
/// and the length of its arrays.
///
/// Sums are cut into tiles of 4x4, each computed from 6x6 inputs. 36 *frequencies* of a tile's inputs, times
/// those of the weights, summed over the channels, are the frequencies of its sums: 36 multiplications an
/// input channel where the direct sum has 144. S. Winograd, "Arithmetic Complexity of Computations", 1980;
/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, arXiv 1509.09308.
///
/// All depends on shapes alone (law 1). Lengths and strides count values, as in nn/plan.h.
#pragma once

#include <cstdint>

#include "etalon/nn/plan.h"

namespace etalon {

inline constexpr std::uint32_t winograd_frequencies = 36;

/// What the caller knows of a layer.
struct WinogradShape {
  Tensor input;            ///< no frame is read
  Tensor output;           ///< after ReLU and pooling; no frame is read or written
  Tensor output_gradient;  ///< of the output, or of a batch norm's behind; no frame is read
  Tensor input_gradient;   ///< no frame is written
  std::uint32_t sums_height = 0, sums_width = 0;  ///< before pooling
  std::uint32_t padding = 0;
  std::uint64_t weight_row = 0;      ///< weights as [o][i][3][3], values from one o to the next
  bool rectify = false;              ///< a ReLU follows, done in the same pass
  bool pool = false;                 ///< a max-pool 2x2 (and `rectify`) follows, done in the same pass
  std::uint64_t winners_sample = 0;  ///< bytes a lane from one sample's winners to the next
};

/// The tiles that share a pass over the weights, and where their frequencies stand in a workspace.
struct WinogradPasses {
  std::uint32_t samples = 0;  ///< in a pass;
  std::uint32_t rows = 0;     ///< of one sample alone: rows of tiles
  std::uint64_t row = 0;      ///< frequencies stand as [f][channel][tile]: stride of a channel,
  std::uint64_t input_plane = 0, output_plane = 0;  ///< of a frequency
  std::uint64_t inputs_at = 0, outputs_at = 0;      ///< in the workspace
  std::uint64_t length = 0;                         ///< of both together
};

struct WinogradPlan {
  WinogradShape shape;
  std::uint32_t tile_rows = 0, tile_columns = 0;   ///< of a sample
  std::uint64_t weight_row = 0, weight_plane = 0;  ///< frequencies of weights, [f][o][i]: strides of o and f
  WinogradPasses forward, backward;
  std::uint64_t scratch_row = 0, scratch_at = 0;  ///< half-transformed rows of tiles, [6][x]
  std::uint64_t transformed = 0;                  ///< length of the transformed weights
  std::uint64_t part = 0;                         ///< length of a part's gradient: frequencies, then biases
  std::uint64_t workspace = 0;  ///< length of a thread's workspace; may hold anything finite at first
};

/// Whether the algorithm serves a convolution of that shape and is worth its transforms there.
bool winograd_pays(const TensorShape& input, std::uint32_t outputs, std::uint32_t kernel_height,
                   std::uint32_t kernel_width, std::uint32_t stride, std::uint32_t padding);

/// REQUIRES: the shape is that of a 3x3 convolution with stride 1. `samples`: most that are given at once.
WinogradPlan plan_winograd(const WinogradShape& shape, std::uint32_t samples);

}  // namespace etalon
