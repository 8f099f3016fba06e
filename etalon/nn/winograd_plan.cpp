#include "etalon/nn/winograd_plan.h"

#include <algorithm>

namespace etalon {
namespace {

std::uint64_t odd(std::uint64_t count) { return count | 1; }

/// Tiles that a pass should have: enough that a frequency's weights, read once for all of them, cost little;
/// few enough that a frequency of inputs, weights and outputs stays in a second-level cache of 1 MB.
constexpr std::uint32_t wanted_tiles = 32;

WinogradPasses passes_of(const WinogradPlan& plan, std::uint32_t samples) {
  WinogradPasses passes;
  passes.samples = std::clamp(wanted_tiles / (plan.tile_rows * plan.tile_columns), 1u, std::max(samples, 1u));
  passes.rows = std::clamp(wanted_tiles / plan.tile_columns, 1u, plan.tile_rows);
  const std::uint64_t most = std::uint64_t{passes.samples} * passes.rows * plan.tile_columns;
  passes.row = odd((most + 3) / 4 * 4);
  passes.input_plane = odd(plan.shape.input.channels * passes.row);
  passes.output_plane = odd(plan.shape.output.channels * passes.row);
  return passes;
}

}  // namespace

bool winograd_pays(const TensorShape& input, std::uint32_t outputs, std::uint32_t kernel_height,
                   std::uint32_t kernel_width, std::uint32_t stride, std::uint32_t padding) {
  if (kernel_height != 3 || kernel_width != 3 || stride != 1 || padding > 2) return false;
  return input.channels >= 8 && outputs >= 8 && input.height + 2 * padding >= 6 &&
         input.width + 2 * padding >= 6;
}

WinogradPlan plan_winograd(const WinogradShape& shape, std::uint32_t samples) {
  WinogradPlan plan;
  plan.shape = shape;
  plan.tile_rows = (shape.sums_height + 3) / 4;
  plan.tile_columns = (shape.sums_width + 3) / 4;
  const std::uint64_t inputs = shape.input.channels, outputs = shape.output.channels;
  plan.weight_row = odd(inputs);
  plan.weight_plane = odd(outputs * plan.weight_row);
  plan.scratch_row = odd(4 * std::uint64_t{plan.tile_columns} + 2);

  WinogradPasses& forward = plan.forward;
  forward = passes_of(plan, samples);
  forward.input_plane = forward.output_plane = std::max(forward.input_plane, forward.output_plane);
  forward.inputs_at = forward.output_plane;
  forward.length = (winograd_frequencies + 1) * forward.input_plane;
  WinogradPasses& backward = plan.backward;
  backward = passes_of(plan, samples);
  backward.outputs_at = winograd_frequencies * backward.input_plane;
  backward.length = backward.outputs_at + winograd_frequencies * backward.output_plane;

  plan.scratch_at = std::max(forward.length, backward.length);
  plan.transformed = winograd_frequencies * plan.weight_plane;
  plan.part = plan.transformed + outputs;
  plan.workspace =
      plan.scratch_at + (7 + 2 * (backward.rows < plan.tile_rows ? inputs : 1)) * plan.scratch_row;
  return plan;
}

}  // namespace etalon
