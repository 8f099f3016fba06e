#include "etalon/lanes/processor.h"

namespace etalon {

bool processor_has(std::string_view instruction_set) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (instruction_set == "AVX2") return fused;
  if (instruction_set == "AVX-512") return fused && __builtin_cpu_supports("avx512f");
  return instruction_set == "SSE2";
#else
  return instruction_set == "NEON";
#endif
}

}  // namespace etalon
