/// Dropout's factors for a step, drawn outside the engine: keyed by study seed, seed index, layer and step
/// (law 2).
#pragma once

#include <cstdint>

#include "etalon/training/arena.h"
#include "etalon/training/shared_task.h"

namespace etalon {

/// Sets the factors of every dropout layer of the plan, 0 or 1 / (1 - share), for step `step` (from 0) of a
/// trial with that seed index: value k of sample b takes word b * size + k of stream step * layers + layer.
/// Does nothing for a network without dropout.
void draw_dropout(const SharedTask& shared, Arena& arena, std::uint32_t seed_index, std::uint32_t step);

}  // namespace etalon
