/// A study file for the length of a test.
#pragma once

#include <filesystem>
#include <string>

#include <unistd.h>

#include "etalon/base/files.h"

namespace etalon {

class StudyText {
 public:
  explicit StudyText(const std::string& text) {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("etalon-study-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".toml");
    write_atomically(path_, text);
  }
  ~StudyText() { std::filesystem::remove(path_); }
  StudyText(const StudyText&) = delete;
  StudyText& operator=(const StudyText&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace etalon
