/// One open store file: the connection, the mutex that guards it, and the check that it is still the file at
/// its path.
///
/// Thread-safe: one call at a time. Nothing of SQLite's errors leaves it: they become Failures with a reason.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "etalon/storage/open.h"

namespace etalon {

class SqliteFile {
 public:
  /// Throws RequestError as open_store does.
  SqliteFile(const std::string& path, StoreAccess access);
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

  /// Calls act(database) on one consistent state of the store; writers are neither seen nor blocked.
  template <class Act>
  auto read(Act&& act) {
    return in_transaction(SQLite::TransactionBehavior::DEFERRED, "reading", std::forward<Act>(act));
  }

  /// Calls act(database); all that it does is durable when this returns, and undone if it throws.
  template <class Act>
  auto write(Act&& act) {
    return in_transaction(SQLite::TransactionBehavior::IMMEDIATE, "writing", std::forward<Act>(act));
  }

  /// Gives the room of deleted rows back to the disk, as far as readers allow it now. Never throws.
  void shrink() noexcept;

  const std::string& path() const { return path_; }

 private:
  struct FileIdentity {
    std::uint64_t device = 0, number = 0;
    bool operator==(const FileIdentity&) const = default;
  };

  template <class Act>
  auto in_transaction(SQLite::TransactionBehavior behaviour, const char* act_name, Act&& act) {
    const std::lock_guard guard(mutex_);
    require_in_place();
    try {
      SQLite::Transaction transaction(*database_, behaviour);
      if constexpr (std::is_void_v<decltype(act(*database_))>) {
        act(*database_);
        transaction.commit();
      } else {
        auto result = act(*database_);
        transaction.commit();
        return result;
      }
    } catch (const SQLite::Exception& error) {
      fail(error, act_name);
    }
  }

  void connect(StoreAccess access);
  void check_store();
  std::optional<FileIdentity> identity_at_path() const;
  void require_in_place() const;
  [[noreturn]] void fail(const SQLite::Exception& error, const char* act_name) const;

  std::string path_;
  std::mutex mutex_;
  std::optional<SQLite::Database> database_;
  std::optional<FileIdentity> identity_;
};

}  // namespace etalon
