/// SHA-256 as lower-case hexadecimal: fingerprints of data and definitions.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace etalon {

/// Takes bytes in any number of pieces; the digest depends on their concatenation alone.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void add(std::span<const std::uint8_t> bytes);
  void add(std::string_view text);
  std::string finish();  ///< 64 hexadecimal digits. Call once, last.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string digest_of(std::string_view text);

}  // namespace etalon
