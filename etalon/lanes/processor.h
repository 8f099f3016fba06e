/// What the processor at hand can do.
#pragma once

#include <string_view>

namespace etalon {

/// True if code compiled for that instruction set runs here: "SSE2", "AVX2" (with fused multiply-add),
/// "AVX-512" (its foundation), "NEON".
bool processor_has(std::string_view instruction_set);

}  // namespace etalon
