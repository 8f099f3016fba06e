#include "etalon/nn/winograd_plan.h"

#include <algorithm>

namespace etalon {
namespace {

/// Tiles that a pass should have: enough that a frequency's weights, read once for all of them, cost little;
/// few enough that all frequencies of inputs and outputs stay in a second-level cache.
constexpr std::uint32_t wanted_tiles = 8;

/// No two rows fall into the same sets of a cache.
std::uint64_t row_of(std::uint64_t numbers) {
  const std::uint64_t row = (numbers + 15) / 16 * 16;
  return row % 128 == 0 ? row + 16 : row;
}

}  // namespace

bool winograd_pays(const TensorShape& input, std::uint32_t outputs, std::uint32_t kernel_height,
                   std::uint32_t kernel_width, std::uint32_t stride, std::uint32_t padding) {
  if (kernel_height != 3 || kernel_width != 3 || stride != 1 || padding > 2) return false;
  return input.channels >= 8 && outputs >= 8 && input.height + 2 * padding >= 6 &&
         input.width + 2 * padding >= 6;
}

WinogradPlan plan_winograd(const WinogradShape& shape, std::uint32_t groups, bool alone) {
  WinogradPlan plan;
  plan.shape = shape;
  plan.tile_rows = (shape.sums_height + 3) / 4;
  plan.tile_columns = (shape.sums_width + 3) / 4;
  const std::uint64_t inputs = shape.input.channels, outputs = shape.output.channels;
  plan.groups = std::clamp(wanted_tiles / (plan.tile_rows * plan.tile_columns), 1u, std::max(groups, 1u));
  plan.rows = std::clamp(wanted_tiles / plan.tile_columns, 1u, plan.tile_rows);
  plan.tiles = (plan.groups * plan.rows * plan.tile_columns + 3) / 4 * 4;
  plan.input_row = row_of(inputs);
  plan.frequency = outputs * plan.input_row + 48;
  plan.transformed = winograd_frequencies * plan.frequency;

  const std::uint64_t of_inputs = plan.tiles * inputs + 3, of_outputs = plan.tiles * outputs + 3;
  plan.input_plane = plan.output_plane = std::max(of_inputs, of_outputs);
  plan.forward_inputs_at = alone ? plan.output_plane : winograd_frequencies * plan.output_plane;
  plan.outputs_at = winograd_frequencies * plan.input_plane;
  plan.workspace = plan.outputs_at + winograd_frequencies * plan.output_plane;
  plan.scratch_row = 4 * std::uint64_t{plan.tile_columns} + 3;
  plan.scratch = 7 * plan.scratch_row;
  return plan;
}

}  // namespace etalon
