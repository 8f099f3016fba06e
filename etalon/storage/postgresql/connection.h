/// One connection to a PostgreSQL server, set up for Etalon; SQL within its transactions.
///
/// Not thread-safe. It never connects again by itself: once broken it is thrown away.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include <pqxx/pqxx>

#include "etalon/storage/postgresql/address.h"
#include "etalon/storage/sql/sql.h"

namespace etalon {

/// How libpqxx connects: with keepalives and a time limit, and so that what fails carries its SQLSTATE.
class ConnectOnce final : public pqxx::connectionpolicy {
 public:
  using pqxx::connectionpolicy::connectionpolicy;
  handle do_startconnect(handle existing) override;

 private:
  bool used_ = false;
};

class PostgresqlConnection {
 public:
  /// Throws what throw_connection_trouble does. `meanwhile` is called now and then while it connects, and may
  /// throw to end that.
  explicit PostgresqlConnection(
      const PostgresqlAddress& address, const std::function<void()>& meanwhile = [] {});

  pqxx::connection_base& connection() { return connection_; }
  bool is_open() const { return connection_.is_open(); }

  /// Under this name the statement lies prepared, on the server too from its first use on.
  const std::string& prepared(const std::string& statement);

 private:
  pqxx::basic_connection_base<ConnectOnce> connection_;
  std::unordered_map<std::string, std::string> names_;  ///< [statement]
};

class PostgresqlSession final : public SqlSession {
 public:
  PostgresqlSession(PostgresqlConnection& connection, pqxx::transaction_base& transaction)
      : connection_(connection), transaction_(transaction) {}
  std::vector<SqlRow> query(const std::string& statement, const std::vector<SqlValue>& values) override;
  std::uint64_t run(const std::string& statement, const std::vector<SqlValue>& values) override;

 private:
  pqxx::result execute(const std::string& statement, const std::vector<SqlValue>& values);

  PostgresqlConnection& connection_;
  pqxx::transaction_base& transaction_;
};

}  // namespace etalon
