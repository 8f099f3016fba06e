/// A data file read front to back, unpacked on the way where it is gzip. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

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

  /// Whether the contents may be `bytes` long, judged without unpacking them: by the file's size, or for gzip
  /// by the length in its trailer and its highest ratio. Ask this before making room for what a header
  /// claims.
  bool may_hold(std::uint64_t bytes) const;

  /// Length of the whole contents, read to their end. Throws as read() does.
  std::uint64_t measure();

  /// Throws RequestError unless read() has delivered all contents; `expected` says what should be there.
  void require_end(const std::string& expected);

  const std::string& place() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace etalon
