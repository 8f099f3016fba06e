#include "etalon/nn/winograd_plan.h"

#include <algorithm>

#include "etalon/base/check.h"

namespace etalon {
namespace {

/// Tiles that a pass should have: enough that a frequency's weights, read once for all of them, cost little;
/// few enough that all frequencies of inputs and outputs stay in a second-level cache.
std::uint32_t wanted_tiles(std::uint32_t inputs, std::uint32_t outputs) {
  constexpr std::uint32_t values = 8 * 1024;  // 16 wide: half a MB
  return std::max(8u, values / (winograd_frequencies * (inputs + outputs)));
}

/// No two rows fall into the same sets of a cache.
std::uint64_t row_of(std::uint64_t numbers) {
  const std::uint64_t row = (numbers + 15) / 16 * 16;
  return row % 128 == 0 ? row + 16 : row;
}

}  // namespace

bool winograd_pays(const TensorShape& input, std::uint32_t outputs, std::uint32_t kernel_height,
                   std::uint32_t kernel_width, std::uint32_t stride, std::uint32_t padding) {
  const bool three = kernel_height == 3 && kernel_width == 3, five = kernel_height == 5 && kernel_width == 5;
  if ((!three && !five) || stride != 1 || padding >= kernel_width) return false;
  return input.channels >= (three ? 8u : 6u) && outputs >= 8 && input.height + 2 * padding >= 6 &&
         input.width + 2 * padding >= 6;
}

WinogradPlan plan_winograd(const WinogradShape& shape, std::uint32_t groups, bool alone) {
  check(winograd_pays(
            {shape.input.channels, shape.sums_height + shape.taps - 1, shape.sums_width + shape.taps - 1},
            shape.output.channels, shape.taps, shape.taps, 1, 0),
        "taps", shape.taps, "a shape that the algorithm serves");
  WinogradPlan plan;
  plan.shape = shape;
  const std::uint32_t side = winograd_tile(shape.taps);
  plan.tile_rows = (shape.sums_height + side - 1) / side;
  plan.tile_columns = (shape.sums_width + side - 1) / side;
  const std::uint64_t inputs = shape.input.channels, outputs = shape.output.channels;
  const std::uint32_t wanted = wanted_tiles(shape.input.channels, shape.output.channels);
  plan.groups = std::clamp(wanted / (plan.tile_rows * plan.tile_columns), 1u, std::max(groups, 1u));
  plan.rows = std::clamp(wanted / plan.tile_columns, 1u, plan.tile_rows);
  plan.tiles = (plan.groups * plan.rows * plan.tile_columns + 3) / 4 * 4;
  plan.by_slot = winograd_by_slot(shape.input.channels, shape.output.channels);
  plan.kernel_rows = plan.by_slot ? 1 : shape.output.channels;
  plan.kernel_columns = plan.by_slot ? shape.input.channels * shape.output.channels : shape.input.channels;
  plan.input_row = plan.by_slot ? inputs : row_of(inputs);
  plan.finished_row = row_of(plan.kernel_columns);
  plan.frequency = (outputs * plan.input_row + 15) / 16 * 16 + 48;
  plan.transformed = winograd_frequencies * plan.frequency;

  const std::uint64_t of_inputs = plan.tiles * inputs + 3, of_outputs = plan.tiles * outputs + 3;
  plan.input_plane = plan.output_plane = std::max(of_inputs, of_outputs);
  plan.forward_inputs_at = alone ? plan.output_plane : winograd_frequencies * plan.output_plane;
  plan.outputs_at = winograd_frequencies * plan.input_plane;
  plan.workspace = plan.outputs_at + winograd_frequencies * plan.output_plane;
  plan.scratch_row = std::uint64_t{side} * plan.tile_columns + 6 - side + 1;
  plan.scratch = 7 * plan.scratch_row;
  return plan;
}

}  // namespace etalon
