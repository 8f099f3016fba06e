/// Real PostgreSQL servers for tests, through tools/postgresql-server.sh.
#pragma once

#include <memory>
#include <string>

#include "tests/storage/fixtures.h"

namespace etalon {

/// A server of the test's own, which it may stop and start. Removed by the destructor, and soon after this
/// process has ended in any other way.
class PostgresqlServer {
 public:
  PostgresqlServer();
  ~PostgresqlServer();
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;

  void start();
  void stop(const std::string& mode = "fast");  ///< fast, immediate
  const std::string& address() const { return address_; }
  std::string socket() const { return (folder_ / "socket" / ".s.PGSQL.5432").string(); }

  /// Adds a rule before all others of pg_hba.conf and makes the running server read it.
  void add_access_rule(const std::string& rule);

 private:
  std::filesystem::path folder_;
  std::string address_;
  pid_t owner_;
};

/// The address of a server that all tests of this program (under ctest of all programs) share.
const std::string& shared_postgresql();

/// Why there can be no server here; empty if there can.
const std::string& why_no_postgresql();

/// `address` with another database, and with more options ("user=somebody") in the end.
std::string with_database(const std::string& address, const std::string& database,
                          const std::string& options = "");

/// Runs SQL in a connection of its own, outside of transactions. The first field of the first row, if any.
std::string execute(const std::string& address, const std::string& statements);

/// Runs one of the server's programs ("pg_dump ..."), quoted for a shell. Its exit status.
int run_postgresql_program(const std::string& command);

/// An empty database on the shared server, dropped by the destructor whoever is connected to it.
class PostgresqlDatabaseForTest {
 public:
  PostgresqlDatabaseForTest();
  ~PostgresqlDatabaseForTest();
  PostgresqlDatabaseForTest(const PostgresqlDatabaseForTest&) = delete;
  PostgresqlDatabaseForTest& operator=(const PostgresqlDatabaseForTest&) = delete;
  const std::string& address() const { return address_; }
  const std::string& name() const { return name_; }

 private:
  std::string name_, address_;
};

}  // namespace etalon
