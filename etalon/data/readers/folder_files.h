/// The files of a set's folder, found by name however they are spelt.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace etalon {

class FolderFiles {
 public:
  /// Throws RequestError naming `folder` if it is missing, no folder, or cannot be listed.
  explicit FolderFiles(std::filesystem::path folder);

  /// The file of the first of `names` that is there: spelt so, or with other capitals, or with other ones of
  /// '-', '_' and '.'; or such a file within a folder that is named like it. Folders are no files.
  std::optional<std::filesystem::path> find(const std::vector<std::string>& names) const;

  /// What to do where none of `names` is there: names what else the folder holds, nearest first, or a folder
  /// below that holds one of them.
  std::string hint_for(const std::vector<std::string>& names) const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::vector<std::filesystem::path> files_;    // sorted by name
  std::vector<std::filesystem::path> folders_;  // sorted by name
};

}  // namespace etalon
