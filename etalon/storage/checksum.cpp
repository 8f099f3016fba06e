#include "etalon/storage/checksum.h"

#include <bit>
#include <cstring>

#include <zlib.h>

namespace etalon {

static_assert(std::endian::native == std::endian::little, "stored bytes are little-endian");

void Checksum::mix(const void* bytes, std::size_t count) {
  if (count > 0) crc_ = static_cast<std::uint32_t>(crc32_z(crc_, static_cast<const Bytef*>(bytes), count));
}

Checksum& Checksum::add(std::int64_t number) {
  mix(&number, sizeof number);
  return *this;
}

Checksum& Checksum::add(double number) { return add(std::bit_cast<std::int64_t>(number)); }

Checksum& Checksum::add(std::span<const std::uint8_t> bytes) {
  add(static_cast<std::int64_t>(bytes.size()));
  mix(bytes.data(), bytes.size());
  return *this;
}

Checksum& Checksum::add(std::string_view text) {
  add(static_cast<std::int64_t>(text.size()));
  mix(text.data(), text.size());
  return *this;
}

}  // namespace etalon
