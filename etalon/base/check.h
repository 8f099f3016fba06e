/// What a caller must ensure, checked. A failed check is a programmer's mistake, never a user's: it says
/// place, value and expectation on standard error and aborts.
///
/// `check` is on in every build. `check_closely` is for what stands in inner loops: it is on in builds with
/// sanitizers and in debug builds (ETALON_CHECK_CLOSELY), and costs nothing elsewhere.
#pragma once

#include <cstdint>
#include <string>

#include <fmt/core.h>

namespace etalon {

/// "etalon: FILE:LINE: received WHAT RECEIVED, expected EXPECTED; this is a mistake in the program", and
/// aborts.
[[noreturn]] void fail_check(const char* what, const std::string& received, const char* expected,
                             const char* file, int line);
/// The same for kernels, which share no inline function with other code.
[[noreturn]] void fail_check(const char* what, std::uint64_t received, const char* expected, const char* file,
                             int line);

#ifdef ETALON_CHECK_CLOSELY
inline constexpr bool checks_closely = true;
#else
inline constexpr bool checks_closely = false;
#endif

/// `received` is what `what` turned out to be: a number or a text.
template <class Value>
void check(bool holds, const char* what, const Value& received, const char* expected,
           const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (!holds) [[unlikely]]
    fail_check(what, fmt::format("{}", received), expected, file, line);
}

template <class Value>
void check_closely(bool holds, const char* what, const Value& received, const char* expected,
                   const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if constexpr (checks_closely) check(holds, what, received, expected, file, line);
}

}  // namespace etalon
