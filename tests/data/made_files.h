/// Small files made on the spot, and a check of the complaint that a bad one must raise.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include "etalon/base/error.h"
#include "etalon/base/files.h"

namespace etalon {

/// A folder of its own, gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "etalon_data_XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Not write_atomically(): it waits for the disk.
inline void make_file(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline Bytes idx_bytes(std::uint32_t magic, std::initializer_list<std::uint32_t> lengths,
                       const Bytes& values) {
  Bytes bytes;
  const auto add = [&bytes](std::uint32_t number) {
    for (const unsigned shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  };
  add(magic);
  for (const std::uint32_t length : lengths) add(length);
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

inline Bytes gzip(const Bytes& plain) {
  Bytes packed(plain.size() + 1024);
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = const_cast<std::uint8_t*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// `act` must throw a RequestError whose place, received and expected hold the given texts.
inline void expect_complaint(const std::function<void()>& act, const std::string& place,
                             const std::string& received, const std::string& expected) {
  try {
    act();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const RequestError& error) {
    EXPECT_THAT(error.complaint().place, testing::HasSubstr(place));
    EXPECT_THAT(error.complaint().received, testing::HasSubstr(received));
    EXPECT_THAT(error.complaint().expected, testing::HasSubstr(expected));
    EXPECT_EQ(error.code(), ExitCode::wrong_request);
  }
}

}  // namespace etalon
