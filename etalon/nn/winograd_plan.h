/// How a convolution with stride 1 runs by Winograd's algorithms F(4x4, 3x3) and F(2x2, 5x5): when they are
/// used, their tiles and the length of their arrays.
///
/// Sums are cut into tiles of 4x4 or 2x2, each computed from 6x6 inputs. 36 *frequencies* of a tile's inputs,
/// times those of the weights, summed over the channels, are the frequencies of its sums: 36 multiplications
/// an input channel where the direct sums have 144 or 100. S. Winograd, "Arithmetic Complexity of
/// Computations", 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, arXiv
/// 1509.09308.
///
/// All depends on shapes alone (law 1). Lengths and strides count values, as in nn/network_plan.h.
#pragma once

#include <cstdint>

#include "etalon/nn/network_plan.h"

namespace etalon {

inline constexpr std::uint32_t winograd_frequencies = 36;

/// What the caller knows of a layer.
struct WinogradShape {
  Tensor input;            ///< no frame is read
  Tensor output;           ///< after ReLU and pooling; no frame is read or written
  Tensor output_gradient;  ///< of the output, or of a batch norm's behind; no frame is read
  Tensor input_gradient;   ///< no frame is written
  std::uint32_t sums_height = 0, sums_width = 0;  ///< before pooling
  std::uint32_t taps = 3;                         ///< a side of the kernel: 3 or 5
  std::uint32_t padding = 0;
  std::uint64_t weight_row = 0, weight_plane = 0;  ///< weights as [ky * taps + kx][o][i], numbers
  bool rectify = false;                            ///< a ReLU follows, done in the same pass
  bool pool = false;                ///< a max-pool 2x2 (and `rectify`) follows, done in the same pass
  std::uint64_t winners_group = 0;  ///< bytes a slot from one group's winners to the next
};

/// Tiles go through the weights in passes: those of some groups, or some rows of those of one. Frequencies of
/// a pass stand as [f][tile / 4][channel][tile % 4], so that a product reads on and on.
struct WinogradPlan {
  WinogradShape shape;
  std::uint32_t tile_rows = 0, tile_columns = 0;  ///< of a group
  std::uint32_t groups = 0, rows = 0;             ///< of a pass: groups, or rows of tiles of one group alone
  std::uint32_t tiles = 0;                        ///< of a pass at most, a multiple of 4
  /// Few weights: each slot adds up its own dU, [f][o][i] values, and the slots are added once a step. They
  /// stand without gaps then, one row of all.
  bool by_slot = false;
  std::uint32_t kernel_rows = 0, kernel_columns = 0;  ///< weights of a tap: o times i, or one row of both
  std::uint64_t input_row = 0;     ///< numbers of a row of inputs: frequencies of weights are
  std::uint64_t frequency = 0;     ///< [f][o][i], numbers from one f to the next;
  std::uint64_t transformed = 0;   ///< and all of them
  std::uint64_t finished_row = 0;  ///< numbers from one tap to the next of a row's finished gradient
  std::uint64_t input_plane = 0, output_plane = 0;  ///< values from one f to the next
  std::uint64_t forward_inputs_at = 0;              ///< in the workspace; the outputs stand at its beginning
  std::uint64_t outputs_at = 0;                     ///< backward; there the inputs do
  std::uint64_t workspace = 0;                      ///< its length; may hold anything at first
  std::uint64_t scratch_row = 0, scratch = 0;       ///< half-transformed rows of tiles, [7][x]: of a member
};

/// Sums of a side of a tile for kernels of `taps` taps a side.
constexpr std::uint32_t winograd_tile(std::uint32_t taps) { return 7 - taps; }

/// Whether a layer of so many weights a tap adds up its dU slot by slot.
constexpr bool winograd_by_slot(std::uint32_t inputs, std::uint32_t outputs) {
  return inputs * outputs <= 128;
}

/// Whether the algorithm serves a convolution of that shape and is worth its transforms there.
bool winograd_pays(const TensorShape& input, std::uint32_t outputs, std::uint32_t kernel_height,
                   std::uint32_t kernel_width, std::uint32_t stride, std::uint32_t padding);

/// REQUIRES: the shape is one that winograd_pays() took. `groups`: of a minibatch. `alone`: one
/// thread goes through the passes; then frequencies of outputs may take the place that those of inputs leave.
WinogradPlan plan_winograd(const WinogradShape& shape, std::uint32_t groups, bool alone);

}  // namespace etalon
