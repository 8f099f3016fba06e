/// One open store file of SQLite: the connection, the mutex that guards it, and the check that it is still
/// the file at its path.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "etalon/storage/open_store.h"
#include "etalon/storage/sql/sql.h"
#include "etalon/storage/sqlite/session.h"

namespace etalon {

class SqliteDatabase final : public SqlDatabase {
 public:
  /// Throws RequestError as open_store does.
  SqliteDatabase(const std::string& path, StoreAccess access);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  void read(const std::function<void(SqlSession&)>& act) override;
  void write(const std::function<void(SqlSession&)>& act) override;
  void write_soon(const std::function<void(SqlSession&)>& act) override;
  std::string locking_rows() const override { return ""; }
  std::uint64_t size_bytes() override;
  void shrink() noexcept override;

 private:
  struct FileIdentity {
    std::uint64_t device = 0, number = 0;
    bool operator==(const FileIdentity&) const = default;
  };

  void transact(const char* synchronous, SQLite::TransactionBehavior behaviour, const char* act_name,
                const std::function<void(SqlSession&)>& act);
  void connect(StoreAccess access);
  void connect_to_unwritable();
  void connect_to_copy();
  void check_store();
  std::optional<FileIdentity> identity_at_path() const;
  void require_in_place() const;
  [[noreturn]] void fail(const SQLite::Exception& error, const char* act_name) const;

  std::string path_;
  std::mutex mutex_;
  std::optional<SQLite::Database> database_;
  std::optional<SqliteSession> session_;
  std::optional<FileIdentity> identity_;
};

}  // namespace etalon
