# The engines of the target's architecture, for all who compile code once for each of them.
#
# etalon_for_each_engine(FUNCTION) calls FUNCTION(INSTANCE WIDTH SET CLASS FLAGS...) for each: the namespace that it lives in,
# slots of a group, instruction set, numeric class, and the compiler's flags. Instruction sets come in ascending order; of two
# engines of one width and class, the later one is used where the processor has its instructions. Engines wider than a register
# take several for a group.
macro(etalon_for_each_engine function)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    cmake_language(CALL ${function} neon_4 4 "NEON" "aarch64")
    cmake_language(CALL ${function} neon_8 8 "NEON" "aarch64")
    cmake_language(CALL ${function} neon_16 16 "NEON" "aarch64")
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    cmake_language(CALL ${function} sse2_4 4 "SSE2" "x86-64")
    cmake_language(CALL ${function} sse2_8 8 "SSE2" "x86-64")
    cmake_language(CALL ${function} sse2_16 16 "SSE2" "x86-64")
    cmake_language(CALL ${function} avx2_4 4 "AVX2" "x86-64-fma" -mavx2 -mfma)
    cmake_language(CALL ${function} avx2_8 8 "AVX2" "x86-64-fma" -mavx2 -mfma)
    cmake_language(CALL ${function} avx2_16 16 "AVX2" "x86-64-fma" -mavx2 -mfma)
    cmake_language(CALL ${function} avx512_16 16 "AVX-512" "x86-64-fma" -mavx512f -mavx2 -mfma)
  else()
    message(FATAL_ERROR "${CMAKE_SYSTEM_PROCESSOR}: no engine is written for this processor, expected x86_64 or aarch64")
  endif()
endmacro()

# etalon_engine_object(TARGET SOURCE INSTANCE WIDTH SET CLASS FLAGS...): compiles SOURCE as the library TARGET for one engine.
function(etalon_engine_object target source instance width set class)
  add_library(${target} OBJECT ${source})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE
    ETALON_INSTANCE=${instance} ETALON_WIDTH=${width} ETALON_SET="${set}" ETALON_CLASS="${class}")
  # Under a sanitizer an engine takes more than three minutes to compile with -O2, and half of that with -O1.
  set(level -O2)
  if(ETALON_SANITIZE)
    set(level -O1)
  endif()
  target_compile_options(${target} PRIVATE ${level} -mtune=generic -fno-math-errno ${ARGN})
  # Code for one engine shares no object with another: how a vector wider than a register is passed matters to nobody.
  target_compile_options(${target} PRIVATE -Wno-psabi)
endfunction()
