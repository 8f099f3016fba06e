#include "tests/storage/postgresql_server.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <pqxx/pqxx>
#include <sys/wait.h>
#include <unistd.h>

namespace etalon {
namespace fs = std::filesystem;
namespace {

const std::string tool = std::string(ETALON_SOURCE_DIR) + "/tools/postgresql-server.sh";
constexpr int nothing_installed = 3;  ///< the tool's exit status

int run_tool(const std::string& arguments) {
  const int status = std::system((tool + " " + arguments + " > /dev/null").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void require_tool(const std::string& arguments) {
  if (run_tool(arguments) != 0) throw std::runtime_error("postgresql-server.sh " + arguments + " failed");
}

}  // namespace

PostgresqlServer::PostgresqlServer() : owner_(::getpid()) {
  std::string pattern = (fs::temp_directory_path() / "etalon-postgresql-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  require_tool("make " + folder_.string());
  address_ = "postgresql://etalon@/etalon?host=" + (folder_ / "socket").string();
  start();
}

PostgresqlServer::~PostgresqlServer() {
  if (::getpid() == owner_) run_tool("remove " + folder_.string());
}

void PostgresqlServer::start() { require_tool("start " + folder_.string() + " " + std::to_string(owner_)); }

void PostgresqlServer::stop(const std::string& mode) {
  require_tool("stop " + folder_.string() + " " + mode);
}

void PostgresqlServer::add_access_rule(const std::string& rule) {
  const fs::path path = folder_ / "data" / "pg_hba.conf";
  std::stringstream rules;
  rules << rule << "\n" << std::ifstream(path).rdbuf();
  std::ofstream(path) << rules.str();
  execute(address_, "SELECT pg_reload_conf()");
}

const std::string& shared_postgresql() {
  static std::unique_ptr<PostgresqlServer> own;
  static const std::string address = [] {
    if (const char* given = std::getenv("ETALON_TEST_POSTGRESQL")) return std::string(given);
    own = std::make_unique<PostgresqlServer>();
    return own->address();
  }();
  return address;
}

const std::string& why_no_postgresql() {
  static const std::string reason = run_tool("find") == nothing_installed
                                        ? "no PostgreSQL server is installed (Debian: postgresql-15)"
                                        : "";
  return reason;
}

std::string with_database(const std::string& address, const std::string& database,
                          const std::string& options) {
  const std::size_t question = address.find('?');
  const std::size_t slash = address.rfind('/', question);
  return address.substr(0, slash + 1) + database + address.substr(question) +
         (options.empty() ? "" : "&" + options);
}

std::string execute(const std::string& address, const std::string& statements) {
  pqxx::connection connection(address);
  const pqxx::result rows = pqxx::nontransaction(connection).exec(statements);
  return rows.empty() || rows[0].empty() ? "" : rows[0][0].as<std::string>("");
}

int run_postgresql_program(const std::string& command) {
  const int status = std::system(("$(" + tool + " find)/" + command + " > /dev/null").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

PostgresqlDatabaseForTest::PostgresqlDatabaseForTest() {
  static std::atomic<int> count = 0;
  name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
  execute(shared_postgresql(), "CREATE DATABASE " + name_);
  address_ = with_database(shared_postgresql(), name_);
}

PostgresqlDatabaseForTest::~PostgresqlDatabaseForTest() {
  try {
    execute(shared_postgresql(), "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) {  // goes with the server
  }
}

}  // namespace etalon
