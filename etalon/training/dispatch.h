/// Which engine runs here: chosen by what the processor says of itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/training/engine.h"

namespace etalon {

/// Every engine that this processor runs, of all numeric classes, in the order of cmake/engines.cmake: for
/// comparisons. The environment variable ETALON_INSTRUCTION_SET ("SSE2", "AVX2", "AVX-512", "NEON") makes the
/// processor count as one that has no newer set; an unknown name is ignored.
const std::vector<const Engine*>& runnable_engines();

/// The engine of the best numeric class for plans of so many slots: the newest, or the newest of an
/// instruction set no newer than `newest`. REQUIRES: slots is 4, 8 or 16.
const Engine& engine_for(std::uint32_t slots, const std::string& newest = "");

}  // namespace etalon
