/// Dropout's factors for a step, drawn outside the engine: keyed by study seed, seed index, layer and step
/// (law 2).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "etalon/training/arena.h"
#include "etalon/training/shared_task.h"

namespace etalon {

/// A lane to draw for. Lanes with the same seed index and step get the same factors, drawn once.
struct DropoutLane {
  std::uint32_t lane = 0, seed_index = 0;
  std::uint32_t step = 0;  ///< of its trial, from 0
};

/// Sets the factors of every dropout layer of the plan, 0 or 1 / (1 - share), for each of `lanes`: value k of
/// sample b takes word b * size + k of stream step * layers + layer. Does nothing for a network without
/// dropout.
void draw_dropout(const SharedTask& shared, Arena& arena, std::span<const DropoutLane> lanes);

}  // namespace etalon
