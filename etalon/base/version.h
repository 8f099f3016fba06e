/// Etalon's version, as CMakeLists.txt states it.
#pragma once

namespace etalon {

inline constexpr const char* version = ETALON_VERSION;

}  // namespace etalon
