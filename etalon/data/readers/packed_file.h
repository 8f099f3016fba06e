/// A data file read front to back, unpacked on the way where it is gzip (RFC 1952: one member or several,
/// zeros after the last). It is never in memory as a whole. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace etalon {

class PackedFile {
 public:
  /// Throws RequestError if the file cannot be read, or is named .gz and is no gzip file.
  explicit PackedFile(const std::filesystem::path& path);
  ~PackedFile();
  PackedFile(PackedFile&&) noexcept;

  /// Fills `into` with the next bytes; returns fewer than asked for only at the end of the contents. Throws
  /// RequestError where a gzip stream is cut off or damaged.
  std::size_t read(std::span<std::uint8_t> into);

  /// The next `count` bytes, fewer only at the end. Ask may_hold() before. Throws RequestError where the
  /// machine has no room for so many.
  std::vector<std::uint8_t> read_whole(std::uint64_t count);

  /// Whether the contents may be `bytes` long, judged without making room for them: by the file's size, or
  /// for gzip by its highest ratio and by the length in its trailer; where that is of another length, as in a
  /// file of several members, by unpacking. Ask this before making room for what a header claims.
  bool may_hold(std::uint64_t bytes) const;

  /// Throws a RequestError that says how long the contents are instead of `bytes`; `expected` says what
  /// should be there.
  [[noreturn]] void refuse_length(std::uint64_t bytes, const std::string& expected) const;

  /// Throws RequestError unless read() has delivered all contents, `bytes` of them.
  void require_end(std::uint64_t bytes, const std::string& expected);

  const std::string& place() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace etalon
