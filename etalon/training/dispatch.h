/// Which engine runs here: chosen once, by what the processor says of itself.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/training/engine.h"

namespace etalon {

/// All engines of the best numeric class that this processor runs, by ascending width. The environment
/// variable ETALON_NUMERIC_CLASS=x86-64 picks the class without fused multiply-add on any processor.
const std::vector<const Engine*>& engines();

/// The engine of that width; 0: the widest. Throws RequestError (place "--lanes") for any other.
const Engine& engine_for(std::uint32_t lanes);

/// The narrowest engine that holds `trials`, if they fill no more than half of `wide`; else `wide`.
const Engine& engine_holding(std::size_t trials, const Engine& wide);

}  // namespace etalon
