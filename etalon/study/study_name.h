/// What a study may be called, and how names of older stores, which may hold any bytes, are shown.
#pragma once

#include <cstddef>
#include <string>

namespace etalon {

inline constexpr std::size_t longest_study_name = 200;  ///< bytes: files are named after studies too

/// Throws RequestError, beginning with `place`, unless `name` is UTF-8 of 1 to longest_study_name bytes
/// without control characters, not beginning with '-' (it would be an option), with no space at either end.
void require_study_name(const std::string& name, const std::string& place);

/// The name where it may be printed as it is. Else its odd bytes as "\\xNN"; users may name the study so too.
std::string shown_name(const std::string& name);

/// The same on one line of a table: the middle of a very long name is left out.
std::string short_name(const std::string& name);

}  // namespace etalon
