#include "etalon/storage/sqlite/copy.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "etalon/base/error.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

constexpr int most_tries = 5;

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
  throw RequestError(
      {path, "a store whose log cannot be worked in where it lies, and no copy of it (" + reason + ")",
       "a folder that can be written to, or room for a copy",
       "make room beside the store, or point TMPDIR to a folder that has it"});
}

/// Size and time of change of both files: what a writer between two looks would alter.
struct Look {
  std::array<std::uintmax_t, 2> sizes{};
  std::array<fs::file_time_type, 2> times{};
  bool operator==(const Look&) const = default;
};

Look look_at(const std::string& path) {
  const std::array<std::string, 2> files{path, path + "-wal"};
  Look look;
  for (std::size_t i = 0; i < files.size(); ++i) {
    look.sizes.at(i) = fs::file_size(files.at(i));
    look.times.at(i) = fs::last_write_time(files.at(i));
  }
  return look;
}

}  // namespace

bool has_log(const std::string& path) {
  std::error_code missing;
  const auto size = fs::file_size(path + "-wal", missing);
  return !missing && size > 0;
}

SqliteCopy::SqliteCopy(const std::string& path) {
  std::error_code none;
  std::string pattern = (fs::temp_directory_path(none) / "etalon-copy-XXXXXX").string();
  if (none || ::mkdtemp(pattern.data()) == nullptr)
    refuse(path, none ? none.message() : std::strerror(errno));
  folder_ = pattern;
  try {
    for (int tries = 0; tries < most_tries; ++tries) {
      const Look before = look_at(path);
      for (const char* end : {"", "-wal"})
        fs::copy_file(path + end, this->path() + end, fs::copy_options::overwrite_existing);
      if (look_at(path) == before) return;
    }
  } catch (const fs::filesystem_error& error) {
    fs::remove_all(folder_, none);
    refuse(path, error.code().message());
  }
  fs::remove_all(folder_, none);
  refuse(path, "somebody writes to it all the time");
}

SqliteCopy::~SqliteCopy() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace etalon
