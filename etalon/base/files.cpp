#include "etalon/base/files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "etalon/base/error.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

std::string system_reason() { return std::strerror(errno); }

/// Owns a descriptor and the unfinished file behind it; unless kept, both go.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(const fs::path& target) {
    // A name of its own, so that two writers of one target never share a file.
    for (unsigned number = 0; descriptor_ < 0; ++number) {
      path_ = target.string() + ".unfinished-" + std::to_string(::getpid()) + "-" + std::to_string(number);
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
      if (descriptor_ < 0 && errno != EEXIST) break;
    }
    if (descriptor_ < 0)
      throw RequestError({target.string(), system_reason(), "a place that can be written to",
                          "choose another folder, or change its permissions"});
  }
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  ~UnfinishedFile() {
    ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
  }

  void write(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("writing");
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void rename_to(const fs::path& target) {
    if (::fsync(descriptor_) != 0 || ::rename(path_.c_str(), target.c_str()) != 0) fail("finishing");
    kept_ = true;
    sync_folder(target.has_parent_path() ? target.parent_path() : ".");
  }

 private:
  [[noreturn]] void fail(const std::string& act) {
    throw Failure({path_, system_reason() + " while " + act, "a file written to its end",
                   "see that the disk has room; nothing was changed"});
  }

  /// So that the new name outlives a loss of power. A file system that cannot do it has done all it can.
  static void sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
  }

  std::string path_;
  int descriptor_ = -1;
  bool kept_ = false;
};

}  // namespace

Bytes read_bytes(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored))
    throw RequestError({path.string(), "a folder", "a file", "name a file in it"});
  std::ifstream in(path, std::ios::binary);
  if (!in) throw RequestError({path.string(), system_reason(), "a readable file", "check the path"});
  // In pieces, because a pipe or a device has no size to ask for; a plain file comes in one.
  Bytes bytes;
  std::size_t piece = 1 << 16;
  if (fs::is_regular_file(path, ignored)) piece += fs::file_size(path, ignored);
  while (in) {
    const std::size_t before = bytes.size();
    bytes.resize(before + piece);
    in.read(reinterpret_cast<char*>(bytes.data() + before), static_cast<std::streamsize>(piece));
    bytes.resize(before + static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad())
    throw Failure({path.string(), "a read that stopped early", "the whole file", "check the disk"});
  return bytes;
}

std::string read_text(const fs::path& path) {
  const Bytes bytes = read_bytes(path);
  return {bytes.begin(), bytes.end()};
}

void write_atomically(const fs::path& path, std::span<const std::uint8_t> bytes) {
  if (path.has_parent_path()) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error)
      throw RequestError({path.parent_path().string(), error.message(), "a folder that can be made",
                          "choose another folder, or change its permissions"});
  }
  UnfinishedFile file(path);
  file.write(bytes);
  file.rename_to(path);
}

void write_atomically(const fs::path& path, std::string_view text) {
  write_atomically(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void require_writable_folder(const fs::path& folder, const std::string& place) {
  fs::path existing = fs::absolute(folder);
  std::error_code ignored;
  while (!fs::exists(existing, ignored) && existing.has_relative_path()) existing = existing.parent_path();
  if (!fs::is_directory(existing, ignored))
    throw RequestError({place, existing.string() + ", which is not a folder",
                        "a folder that can be written to", "name another folder"});
  // Asking for permissions is not enough: root may do all, and a read-only file system still refuses.
  std::string probe = (existing / ".etalon-probe-XXXXXX").string();
  const int descriptor = ::mkostemp(probe.data(), O_CLOEXEC);
  if (descriptor < 0)
    throw RequestError({place, existing.string() + " (" + system_reason() + ")",
                        "a folder that can be written to", "name another folder, or change its permissions"});
  ::close(descriptor);
  ::unlink(probe.c_str());
}

}  // namespace etalon
