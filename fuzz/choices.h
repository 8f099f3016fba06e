/// Bytes of a fuzzer read as choices. Where they end, every choice is the first one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace etalon::fuzz {

class Choices {
 public:
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  /// 0 .. count - 1. REQUIRES: 1 <= count <= 256
  std::uint32_t below(std::uint32_t count) { return next() % count; }
  std::uint64_t seed() {
    std::uint64_t value = 0;
    for (int k = 0; k < 8; ++k) value = value << 8 | next();
    return value;
  }
  bool left() const { return at_ < bytes_.size(); }
  std::span<const std::uint8_t> rest() const { return bytes_.subspan(at_); }

 private:
  std::uint8_t next() { return left() ? bytes_[at_++] : std::uint8_t{0}; }

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

}  // namespace etalon::fuzz
