/// Texts of unknown origin, such as names and paths, made fit for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace etalon {

/// `text` as a terminal and any reader of UTF-8 can take it: bytes that are no UTF-8, control characters (but
/// line feeds and tabs) and marks that turn the direction of writing come out as "\\xNN", byte by byte.
std::string printable(std::string_view text);

}  // namespace etalon
