/// CRC-32 (zlib's) over the fields of a row: finds damage by accident, not by intent.
///
/// Texts and byte strings go in behind their length, so that ("ab", "c") and ("a", "bc") differ.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace etalon {

class Checksum {
 public:
  Checksum& add(std::span<const std::uint8_t> bytes);
  Checksum& add(std::string_view text);
  Checksum& add(std::int64_t number);
  Checksum& add(double number);                ///< its bits
  std::int64_t value() const { return crc_; }  ///< in [0, 2^32)

 private:
  void mix(const void* bytes, std::size_t count);
  std::uint32_t crc_ = 0;
};

}  // namespace etalon
