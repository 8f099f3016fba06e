#include "etalon/storage/postgresql/connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <new>

#include <libpq-fe.h>
#include <poll.h>

#include "etalon/storage/postgresql/trouble.h"
#include "etalon/storage/postgresql/values.h"

namespace etalon {
namespace {

/// A statement is prepared while there are fewer than this; what comes later is parsed at every use.
constexpr std::size_t most_prepared = 200;

constexpr std::int64_t longest_poll_millis = 50;  ///< while connecting: a person may want to leave

/// Options that the address may override; a peer that went without a word is noticed within a minute.
constexpr std::array<std::array<const char*, 2>, 6> connect_options = {
    {{"keepalives", "1"},
     {"keepalives_idle", "30"},
     {"keepalives_interval", "10"},
     {"keepalives_count", "3"},
     {"tcp_user_timeout", "60000"},
     {"fallback_application_name", "etalon"}}};

/// Long waits are the server's right (a lock, a slow disk), a transaction that its client forgot is not: a
/// process that is stopped in the middle of one must not hold up all others. A commit that was told is on the
/// disk.
constexpr const char* session_settings =
    "SET search_path = etalon, pg_temp; SET statement_timeout = 0; SET lock_timeout = 0; "
    "SET idle_in_transaction_session_timeout = '30s'; "
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; "
    "SET extra_float_digits = 1; SET bytea_output = hex; SET client_min_messages = error; SET jit = off; "
    "SET default_transaction_deferrable = off; "
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') IN ('off', 'local')";

PGconn* start_connecting(const std::string& address) {
  std::vector<const char*> names, values;
  for (const auto& [name, value] : connect_options) {
    names.push_back(name);
    values.push_back(value);
  }
  names.insert(names.end(), {"dbname", "client_encoding", nullptr});  // later ones win
  values.insert(values.end(), {address.c_str(), "UTF8", nullptr});
  const int expand_address = 1;
  return PQconnectStartParams(names.data(), values.data(), expand_address);
}

/// libpqxx makes the object that connects itself, and hands nothing on to it.
thread_local const std::function<void()>* while_connecting = nullptr;

/// Sets it for one connection.
class Meanwhile {
 public:
  explicit Meanwhile(const std::function<void()>& act) { while_connecting = &act; }
  ~Meanwhile() { while_connecting = nullptr; }
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;
};

const std::string& text_with(const Meanwhile&, const std::string& text) { return text; }

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

/// False when the time is up.
bool wait_for(const PGconn* connection, PostgresPollingStatusType wanted,
              std::chrono::steady_clock::time_point end) {
  pollfd socket{PQsocket(connection), static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const int ready = ::poll(&socket, 1, static_cast<int>(std::min(left.count(), longest_poll_millis)));
    if (ready > 0) return true;
    if (while_connecting) (*while_connecting)();
    if (ready < 0 && errno != EINTR) return true;  // libpq will say what it is
  }
}

/// False when the time is up; otherwise the connection stands or has failed.
bool finish_connecting(PGconn* connection, double seconds) {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                             std::chrono::duration<double>(std::min(seconds, 1e6)));
  auto status = PGRES_POLLING_WRITING;
  while (PQstatus(connection) != CONNECTION_BAD && status != PGRES_POLLING_OK &&
         status != PGRES_POLLING_FAILED) {
    if (!wait_for(connection, status, end)) return false;
    status = PQconnectPoll(connection);
  }
  return true;
}

void ignore_notice(void*, const char*) {}

}  // namespace

pqxx::connectionpolicy::handle ConnectOnce::do_startconnect(handle existing) {
  if (existing != nullptr) return existing;
  if (used_) throw pqxx::broken_connection("the connection was lost");
  used_ = true;
  const PostgresqlAddress address(options());
  Connection owned(start_connecting(address.text()), PQfinish);
  PGconn* const connection = owned.get();
  if (connection == nullptr) throw std::bad_alloc();
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);  // the only way to its SQLSTATE
  const bool in_time = finish_connecting(connection, address.connect_timeout_seconds());
  if (in_time && PQstatus(connection) == CONNECTION_OK) {
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
    PQsetNoticeProcessor(connection, ignore_notice, nullptr);
    return owned.release();
  }
  const std::string message = PQerrorMessage(connection);
  const bool needs_password = PQconnectionNeedsPassword(connection) != 0;
  if (!in_time) throw pqxx::broken_connection("no answer while connecting");
  throw_connection_trouble(message, needs_password);
}

PostgresqlConnection::PostgresqlConnection(const PostgresqlAddress& address,
                                           const std::function<void()>& meanwhile)
    : connection_(text_with(Meanwhile(meanwhile), address.text())) {  // which lives until it is connected
  pqxx::nontransaction(connection_).exec(session_settings);
}

const std::string& PostgresqlConnection::prepared(const std::string& statement) {
  static const std::string none;
  const auto found = names_.find(statement);
  if (found != names_.end()) return found->second;
  if (names_.size() >= most_prepared) return none;
  const std::string& name = names_.emplace(statement, "s" + std::to_string(names_.size())).first->second;
  connection_.prepare(name, statement);
  return name;
}

std::vector<SqlRow> PostgresqlSession::query(const std::string& statement,
                                             const std::vector<SqlValue>& values) {
  return rows_of(execute(statement, values));
}

std::uint64_t PostgresqlSession::run(const std::string& statement, const std::vector<SqlValue>& values) {
  return execute(statement, values).affected_rows();
}

pqxx::result PostgresqlSession::execute(const std::string& statement, const std::vector<SqlValue>& values) {
  const std::string& name = connection_.prepared(statement);
  if (name.empty()) return transaction_.exec_params(statement, parameters_of(values));
  return transaction_.exec_prepared(name, parameters_of(values));
}

}  // namespace etalon
