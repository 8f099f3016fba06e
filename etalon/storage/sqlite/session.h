/// Statements on one SQLite connection; those that come again are kept ready.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "etalon/storage/sql/sql.h"

namespace etalon {

/// Lets SQLite::Exception through.
class SqliteSession final : public SqlSession {
 public:
  explicit SqliteSession(SQLite::Database& database) : database_(database) {}

  std::vector<SqlRow> query(const std::string& statement, const std::vector<SqlValue>& values) override;
  std::uint64_t run(const std::string& statement, const std::vector<SqlValue>& values) override;

 private:
  template <class Act>
  auto with_statement(const std::string& text, const std::vector<SqlValue>& values, const Act& act);

  SQLite::Database& database_;
  std::unordered_map<std::string, SQLite::Statement> ready_;
};

}  // namespace etalon
