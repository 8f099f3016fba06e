#include "etalon/data/readers/folder_files.h"

#include <algorithm>
#include <utility>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/data/part.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_named = 4;
constexpr std::size_t most_entries =
    10000;  // a folder of so many is no data set's; what is beyond is not seen

struct Listing {
  std::vector<fs::path> files, folders;
};

/// Empty where the folder cannot be listed and `error` is set.
Listing list(const fs::path& folder, std::error_code& error) {
  Listing listing;
  std::size_t seen = 0;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && seen < most_entries;
       entry.increment(error), ++seen) {
    std::error_code unknown;  // a dangling link is neither
    if (entry->is_directory(unknown))
      listing.folders.push_back(entry->path());
    else if (entry->is_regular_file(unknown))
      listing.files.push_back(entry->path());
  }
  std::ranges::sort(listing.files);
  std::ranges::sort(listing.folders);
  return listing;
}

/// Spellings of one name are equal: "Train-Images.idx3-ubyte" and "train_images-idx3-ubyte".
std::string plain(const std::string& name) {
  std::string result;
  for (const char c : name)
    result += c == '.' || c == '_' || c == ' ' ? '-'
              : c >= 'A' && c <= 'Z'           ? static_cast<char>(c - 'A' + 'a')
                                               : c;
  return result;
}

std::string name_of(const fs::path& path) { return path.filename().string(); }

std::optional<fs::path> find_among(const std::vector<fs::path>& paths, const std::string& name) {
  const auto exact = std::ranges::find(paths, name, name_of);
  if (exact != paths.end()) return *exact;
  const auto similar =
      std::ranges::find_if(paths, [&](const fs::path& path) { return plain(name_of(path)) == plain(name); });
  return similar == paths.end() ? std::nullopt : std::optional(*similar);
}

std::optional<fs::path> find_among(const std::vector<fs::path>& paths,
                                   const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (auto found = find_among(paths, name)) return found;
  return std::nullopt;
}

/// A folder one or two levels below that holds one of `names`.
std::optional<fs::path> folder_with(const std::vector<std::string>& names,
                                    const std::vector<fs::path>& folders, unsigned levels) {
  for (const fs::path& folder : folders) {
    std::error_code ignored;
    const Listing below = list(folder, ignored);
    if (find_among(below.files, names)) return folder;
    if (levels > 1)
      if (auto found = folder_with(names, below.folders, levels - 1)) return found;
  }
  return std::nullopt;
}

}  // namespace

FolderFiles::FolderFiles(fs::path folder) : folder_(std::move(folder)) {
  require_folder(folder_);
  std::error_code error;
  Listing listing = list(folder_, error);
  if (error)
    throw RequestError(
        {folder_.string(), error.message(), "a folder that can be listed", "check its permissions"});
  files_ = std::move(listing.files);
  folders_ = std::move(listing.folders);
}

std::optional<fs::path> FolderFiles::find(const std::vector<std::string>& names) const {
  if (auto found = find_among(files_, names)) return found;
  for (const fs::path& folder : folders_) {
    if (!find_among({folder}, names)) continue;
    std::error_code ignored;
    if (auto found = find_among(list(folder, ignored).files, names)) return found;
  }
  return std::nullopt;
}

std::string FolderFiles::hint_for(const std::vector<std::string>& names) const {
  if (const auto below = folder_with(names, folders_, 2))
    return "there is one in " + below->string() + ": name that folder";
  std::vector<std::string> others, others_plain;
  for (const fs::path& path : files_)
    if (!name_of(path).starts_with('.')) others.push_back(name_of(path));
  if (others.empty()) return folders_.empty() ? "the folder is empty" : "the folder holds no files";
  for (const std::string& other : others) others_plain.push_back(plain(other));
  if (const auto near = nearest(plain(names.front()), others_plain)) {
    const auto at = std::ranges::find(others_plain, *near) - others_plain.begin();
    std::rotate(others.begin(), others.begin() + at, others.begin() + at + 1);
  }
  const std::size_t more = others.size() - std::min(others.size(), most_named);
  others.resize(others.size() - more);
  return "the folder holds " + join(others, ", ") + (more > 0 ? " and " + counted(more, "other file") : "") +
         "; rename what is meant";
}

}  // namespace etalon
