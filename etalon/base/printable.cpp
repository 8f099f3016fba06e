#include "etalon/base/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

namespace etalon {
namespace {

/// Bytes of the UTF-8 sequence that `text` begins with, and what it stands for; 0 bytes where it is none
/// (RFC 3629: no longer than needed, no surrogates).
std::pair<std::size_t, std::uint32_t> first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {0, 0};
  std::uint32_t point = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0, 0};
    point = point << 6 | (byte(i) & 0x3fu);
  }
  static constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xd800 && point < 0xe000;
  if (point < least.at(size) || point > 0x10ffff || surrogate) return {0, 0};
  return {size, point};
}

/// Control characters, line and paragraph separators, marks of direction, what has no width and joins
/// nothing.
bool is_control(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x200e || point == 0x200f ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff ||
         point == 0x200b || point == 0x2060;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto [size, point] = first_code_point(text);
    const bool stays = size > 0 && (!is_control(point) || point == '\n' || point == '\t');
    const std::size_t taken = std::max<std::size_t>(size, 1);
    for (const char c : text.substr(0, taken))
      shown += stays ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    text.remove_prefix(taken);
  }
  return shown;
}

}  // namespace etalon
