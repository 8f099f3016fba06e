/// Which engine runs here: chosen once, by what the processor says of itself.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/training/engine.h"

namespace etalon {

/// Every engine that this processor runs, of all numeric classes, in the order of cmake/engines.cmake: for
/// comparisons. The environment variable ETALON_INSTRUCTION_SET ("SSE2", "AVX2", "AVX-512", "NEON") makes the
/// processor count as one that has no newer set; an unknown name is ignored.
const std::vector<const Engine*>& runnable_engines();

/// Those of the best numeric class, one a width, by ascending width.
const std::vector<const Engine*>& engines();

/// The engine of that width; 0: the widest whose values fill one register. Throws RequestError (place
/// "--lanes") for any other.
const Engine& engine_for(std::uint32_t lanes);

/// The narrowest engine that holds `trials`, if they fill no more than half of `wide`; else `wide`.
const Engine& engine_holding(std::size_t trials, const Engine& wide);

}  // namespace etalon
