/// A store file and its log as copies elsewhere, for reading where nothing can be made beside them.
#pragma once

#include <filesystem>
#include <string>

namespace etalon {

/// In a folder of its own below the folder of temporary files; it goes with this value.
class SqliteCopy {
 public:
  /// Copies `path` and its log, as they stood at one moment. Throws RequestError where there is no room, or
  /// where somebody writes all the time.
  explicit SqliteCopy(const std::string& path);
  ~SqliteCopy();
  SqliteCopy(const SqliteCopy&) = delete;
  SqliteCopy& operator=(const SqliteCopy&) = delete;

  std::string path() const { return (folder_ / "copy.db").string(); }

 private:
  std::filesystem::path folder_;
};

/// True if `path` has a log beside it that holds anything.
bool has_log(const std::string& path);

}  // namespace etalon
