/// A PostgreSQL database as SqlStore needs it: doc/store.md says what is guaranteed.
///
/// Thread-safe: one connection, one call at a time; who waits for the next attempt holds up nobody. A lost
/// connection, a server that stops or starts and a conflict with another transaction are waited out and tried
/// again; what does not pass becomes a Failure, what the request is to blame for a RequestError. No message
/// shows a password.
#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <optional>

#include "etalon/base/error.h"
#include "etalon/storage/backoff.h"
#include "etalon/storage/open_store.h"
#include "etalon/storage/postgresql/address.h"
#include "etalon/storage/postgresql/connection.h"
#include "etalon/storage/postgresql/trouble.h"
#include "etalon/storage/sql/sql.h"

namespace etalon {

struct PostgresqlPatience {
  Patience outage{};  ///< of a server that answered before; counts from its silence on, for all calls
  Patience opening{.seconds = 30};  ///< of one that never did: its address may be wrong
  Patience conflict{.first_seconds = 0.002, .longest_seconds = 1};
  Sleeper sleep = sleep_for_seconds;
  Sleeper sleep_opening = sleep_for_seconds;   ///< before the first answer
  Sleeper sleep_conflict = sleep_for_seconds;  ///< milliseconds, which a person who leaves may wait for
  OutageListener outages{};
};

class PostgresqlDatabase final : public SqlDatabase {
 public:
  /// Makes the schema `etalon` or brings it to the newest version, if `access` lets it. Throws RequestError
  /// for a schema that is foreign, newer or missing; it is left untouched.
  PostgresqlDatabase(const std::string& address, StoreAccess access, const Clock& clock = system_clock(),
                     PostgresqlPatience patience = {});

  void read(const std::function<void(SqlSession&)>& act) override;
  void write(const std::function<void(SqlSession&)>& act) override;
  void write_soon(const std::function<void(SqlSession&)>& act) override;
  std::string locking_rows() const override { return " FOR UPDATE SKIP LOCKED"; }
  std::uint64_t size_bytes() override;
  void shrink() noexcept override;

 private:
  enum class Kind { read, write, write_soon };
  using Act = std::function<void(pqxx::transaction_base&)>;

  /// Of one call.
  struct Troubles {
    Backoff conflict, excuse;
  };

  void open_schema();
  void in_session(Kind kind, const std::function<void(SqlSession&)>& act);
  void until_done(Kind kind, const Act& act);
  void once(Kind kind, const Act& act);
  Diagnosis diagnosis_of(const std::exception& error, Kind kind) const;
  void connect();
  double pause_after(const Diagnosis& diagnosis, bool open, Troubles& own);
  double pause_in(Backoff& outage, const Complaint& complaint);
  void tell_answer(const Troubles& own);
  void tell(bool over, const std::string& text) const;

  PostgresqlAddress address_;
  StoreAccess access_;
  const Clock& clock_;
  PostgresqlPatience patience_;
  std::mutex mutex_;  ///< of what follows; not held while a call waits
  std::unique_ptr<PostgresqlConnection> connection_;
  bool has_answered_ = false;      ///< the server, ever
  std::optional<Backoff> outage_;  ///< while the server does not answer; shared by all calls
  double next_attempt_ = 0;        ///< steady seconds; during an outage
  std::exception_ptr stopped_;     ///< what the sleeper threw while a connection was made
};

}  // namespace etalon
