#include "etalon/storage/sqlite/database.h"

#include <cstring>
#include <filesystem>

#include <SQLiteCpp/Backup.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "etalon/base/error.h"
#include "etalon/storage/misread_place.h"
#include "etalon/storage/sqlite/birth.h"
#include "etalon/storage/sqlite/copy.h"
#include "etalon/storage/sqlite/header.h"
#include "etalon/storage/sqlite/schema.h"

namespace etalon {
namespace {

constexpr int busy_timeout_millis = 60'000;  // longer than any transaction of any process takes

void keep_log_on_close(SQLite::Database& database, bool keep) {
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

/// Nothing can be made beside the file, or not now: a folder without permission, a disk that is full or
/// read-only.
bool is_of_the_disk(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xff;
  return code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_FULL || code == SQLITE_IOERR;
}

/// For a file in a folder that cannot be written to: such a store has no log beside it, and no writer.
SQLite::Database open_immutable(const std::string& path) {
  std::string escaped;
  for (const char c : std::filesystem::absolute(path).string())
    if (c == '?' || c == '#' || c == '%')
      escaped += c == '?' ? "%3f" : c == '#' ? "%23" : "%25";
    else
      escaped += c;
  return {"file:" + escaped + "?immutable=1", SQLite::OPEN_READONLY | SQLite::OPEN_URI};
}

}  // namespace

SqliteDatabase::SqliteDatabase(const std::string& path, StoreAccess access) : path_(path) {
  if (access == StoreAccess::create) make_store_if_missing(path);
  require_store_header(path);
  try {
    connect(access);
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    const std::string received =
        damaged ? std::string("a damaged store (") + error.what() + ")" : error.what();
    throw RequestError(
        {path_, received,
         access == StoreAccess::read ? "a store that can be read" : "a store that can be written to",
         damaged
             ? "restore it from a copy, or name another store; it was left as it is"
             : "see the permissions of the file and its folder, and that the disk has room, or name another "
               "store"});
  }
}

void SqliteDatabase::connect(StoreAccess access) {
  const bool reads = access == StoreAccess::read;
  const bool had_log = std::filesystem::exists(path_ + "-wal");
  try {
    database_.emplace(sqlite_name(path_), SQLite::OPEN_READWRITE, busy_timeout_millis);
    identity_ = identity_at_path();
    // A store that is refused below stays as it is: a log that it has is not worked in on closing.
    keep_log_on_close(*database_, had_log);
    check_store();
    if (!reads && sqlite3_db_readonly(database_->getHandle(), "main") != 0)
      throw SQLite::Exception("a file that is write-protected", SQLITE_READONLY);
    if (!reads) database_->exec("PRAGMA journal_mode = WAL");
    migrate(*database_);
  } catch (const SQLite::Exception& error) {
    if (!reads || !is_of_the_disk(error)) throw;
    // Reading needs an index of the log, which lies in a file beside the store.
    if (has_log(path_))
      connect_to_copy();
    else
      connect_to_unwritable();
  }
  if (reads) database_->exec("PRAGMA query_only = 1");
  database_->exec("PRAGMA secure_delete = OFF; PRAGMA journal_size_limit = 16777216");
  keep_log_on_close(*database_, false);
  session_.emplace(*database_);
}

void SqliteDatabase::connect_to_unwritable() {
  SQLite::Database file = open_immutable(path_);
  identity_ = identity_at_path();
  const bool older = file.execAndGet("PRAGMA user_version").getUInt() < newest_schema_version();
  if (older) {  // brought up to date in memory
    database_.emplace(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Backup(*database_, file).executeStep();
    migrate(*database_);
  } else {
    database_.emplace(std::move(file));
  }
  check_store();
}

/// What was not worked from its log into the file yet is read too. The copy is gone by name at once.
void SqliteDatabase::connect_to_copy() {
  database_.reset();  // its locks would end with the first close() of a copied file
  const SqliteCopy copy(path_);
  database_.emplace(copy.path(), SQLite::OPEN_READWRITE, busy_timeout_millis);
  identity_ = identity_at_path();
  check_store();
  migrate(*database_);
  database_->exec("PRAGMA journal_mode = DELETE");  // no further file is opened
}

/// The same questions that require_store_header asked, now with the log taken into account.
void SqliteDatabase::check_store() {
  const auto version = database_->execAndGet("PRAGMA user_version").getUInt();
  const auto application = database_->execAndGet("PRAGMA application_id").getUInt();
  require_store_version(path_, application, version);
  if (version == newest_schema_version() && !has_all_tables(*database_))
    throw SQLite::Exception("tables are missing", SQLITE_CORRUPT);
}

std::optional<SqliteDatabase::FileIdentity> SqliteDatabase::identity_at_path() const {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

void SqliteDatabase::require_in_place() const {
  if (identity_at_path() != identity_)
    throw Failure({path_, "a file that was removed or replaced since it was opened",
                   "the store that was opened", "put the store back, or start again with another one"});
}

void SqliteDatabase::transact(const char* synchronous, SQLite::TransactionBehavior behaviour,
                              const char* act_name, const std::function<void(SqlSession&)>& act) {
  const std::lock_guard guard(mutex_);
  require_in_place();
  try {
    if (synchronous) database_->exec(synchronous);
    SQLite::Transaction transaction(*database_, behaviour);
    act(*session_);
    transaction.commit();
  } catch (const SQLite::Exception& error) {
    fail(error, act_name);
  }
}

void SqliteDatabase::read(const std::function<void(SqlSession&)>& act) {
  transact(nullptr, SQLite::TransactionBehavior::DEFERRED, "reading", act);
}

/// FULL: the commit reaches the disk before it is reported.
void SqliteDatabase::write(const std::function<void(SqlSession&)>& act) {
  transact("PRAGMA synchronous = FULL", SQLite::TransactionBehavior::IMMEDIATE, "writing", act);
}

/// NORMAL: it reaches the log, in the order of commits, and the disk with the next that has to.
void SqliteDatabase::write_soon(const std::function<void(SqlSession&)>& act) {
  transact("PRAGMA synchronous = NORMAL", SQLite::TransactionBehavior::IMMEDIATE, "writing", act);
}

std::uint64_t SqliteDatabase::size_bytes() {
  require_in_place();
  std::uint64_t size = 0;
  for (const char* end : {"", "-wal", "-shm"}) {
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(path_ + end, missing);
    if (!missing) size += bytes;
  }
  return size;
}

void SqliteDatabase::shrink() noexcept {
  const std::lock_guard guard(mutex_);
  if (identity_at_path() != identity_) return;
  database_->tryExec("PRAGMA incremental_vacuum");
  database_->tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
}

void SqliteDatabase::fail(const SQLite::Exception& error, const char* act_name) const {
  const int code = error.getErrorCode();
  const int system_error = sqlite3_system_errno(database_->getHandle());
  std::string received = std::string(error.what()) + " while " + act_name;
  std::string hint = "nothing was changed";
  if (code == SQLITE_FULL || code == SQLITE_IOERR) {
    if (system_error != 0) received += std::string(" (") + std::strerror(system_error) + ")";
    hint = "see that the disk has room; nothing was changed, and the study goes on when there is room";
  } else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
    hint = "the store is damaged: restore it from a copy";
  } else if (code == SQLITE_BUSY) {
    hint = "another process holds the store for very long; try again when it has ended";
  } else if (code == SQLITE_READONLY) {
    hint = "the store was opened to be read, or is write-protected";
  }
  throw Failure({path_, received, "a store that works", hint});
}

}  // namespace etalon
