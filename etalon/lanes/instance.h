/// The namespace that code over lanes lives in: one for each instruction set that it is compiled for.
///
/// Everything templated over Lanes stands in etalon::ETALON_INSTANCE and is compiled once for each
/// instruction set, with ETALON_INSTANCE set by the build. Two such copies share no symbol, so the linker can
/// never hand code made for a newer processor to an older one. `portable` is the copy for any processor of
/// the platform.
#pragma once

#ifndef ETALON_INSTANCE
#define ETALON_INSTANCE portable
#endif

#if defined(__clang__)
#define ETALON_UNROLL _Pragma("clang loop unroll(full)")
#else
#define ETALON_UNROLL _Pragma("GCC unroll 16")
#endif

#define ETALON_INLINE inline __attribute__((always_inline))
