#include "etalon/storage/sqlite/birth.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/storage/misread_place.h"
#include "etalon/storage/sqlite/schema.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
  throw RequestError({path, reason, "a place where a store can be made",
                      "name another file as the store, or change the folder's permissions"});
}

bool anything_at(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

/// A file name of its own beside the target; unless moved away, the file goes, with what SQLite put beside
/// it.
class UnfinishedStore {
 public:
  explicit UnfinishedStore(const std::string& target) {
    int descriptor = -1;
    for (int number = 0; descriptor < 0; ++number) {
      path_ = target + ".unfinished-" + std::to_string(::getpid()) + "-" + std::to_string(number);
      descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
      if (descriptor < 0 && errno != EEXIST) refuse(target, std::strerror(errno));
    }
    ::close(descriptor);
  }
  UnfinishedStore(const UnfinishedStore&) = delete;
  UnfinishedStore& operator=(const UnfinishedStore&) = delete;
  ~UnfinishedStore() {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((path_ + end).c_str());
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void fill(const std::string& path) {
  SQLite::Database database(sqlite_name(path), SQLite::OPEN_READWRITE);
  database.exec("PRAGMA auto_vacuum = INCREMENTAL");  // has to come before the first table
  migrate(database);
  database.exec("PRAGMA journal_mode = WAL");  // stays with the file
}

/// False if something lies at the target already.
bool move_without_replacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  if (::link(from.c_str(), to.c_str()) == 0) return true;  // for file systems without RENAME_NOREPLACE
  if (errno == EEXIST) return false;
  refuse(to, std::strerror(errno));
}

void sync_folder_of(const std::string& path) {
  const fs::path folder = fs::absolute(path).parent_path();
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

void make_store_if_missing(const std::string& path) {
  if (anything_at(path)) return;
  const bool log_is_left = anything_at(path + "-wal") || anything_at(path + "-journal");
  if (anything_at(path)) return;  // made by another process just now
  if (log_is_left)
    throw RequestError({path + "-wal", "the log of a store that is gone", "a store beside its log",
                        "put " + path + " back, or remove its log to start anew"});
  if (const fs::path folder = fs::absolute(path).parent_path(); !fs::is_directory(folder))
    refuse(path, "the folder " + folder.string() + ", which does not exist");
  const UnfinishedStore unfinished(path);
  try {
    fill(unfinished.path());
  } catch (const SQLite::Exception& error) {
    refuse(path, error.what());
  }
  move_without_replacing(unfinished.path(), path);
  sync_folder_of(path);
}

}  // namespace etalon
