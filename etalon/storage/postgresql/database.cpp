#include "etalon/storage/postgresql/database.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/storage/postgresql/schema.h"

namespace etalon {
namespace {

using ReadTransaction = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;
using WriteTransaction = pqxx::transaction<pqxx::read_committed>;

/// What another transaction inserted at the same moment is found on the next attempt; a rule that is broken
/// every time is a mistake.
constexpr std::uint32_t most_conflicts = 1000;

/// Of an outage: the one after which it is told.
constexpr std::uint32_t told_attempt = 2;

std::string hint_for(const Diagnosis& diagnosis) {
  const std::string& state = diagnosis.sqlstate;
  if (state.rfind("28", 0) == 0)
    return "see user and password: in the address, PGPASSWORD, ~/.pgpass or the service file";
  if (state == "3D000") return "name another database, or make it: createdb NAME";
  if (state == "42501")
    return "let the owner of the database run: GRANT CREATE ON DATABASE name TO user, "
           "or CREATE SCHEMA etalon AUTHORIZATION user";
  if (state.rfind("XX", 0) == 0)
    return "the server reports damage: see its log, and restore the database from a copy";
  if (state.rfind("53", 0) == 0)
    return "see max_connections, memory and disk of the server; nothing was changed";
  return "nothing was changed";
}

Complaint after(const Backoff& backoff, Complaint complaint) {
  complaint.received +=
      fmt::format(" ({} in {})", counted(backoff.attempts(), "attempt"), duration_text(backoff.seconds()));
  return complaint;
}

}  // namespace

PostgresqlDatabase::PostgresqlDatabase(const std::string& address, StoreAccess access, const Clock& clock,
                                       PostgresqlPatience patience)
    : address_(address), access_(access), clock_(clock), patience_(std::move(patience)) {
  open_schema();
}

void PostgresqlDatabase::open_schema() {
  std::uint32_t version = 0;
  until_done(Kind::read, [&](pqxx::transaction_base& transaction) {
    version = schema_version(transaction, address_.shown());
    if (version > 0) require_may_migrate(transaction, address_.shown(), version);
  });
  if (version == newest_postgresql_version()) return;
  if (access_ == StoreAccess::read && version == 0)
    throw RequestError({"store " + address_.shown(), "a database without a store",
                        "one whose schema 'etalon' a study was written to",
                        "'etalon tune' makes the schema"});
  until_done(Kind::write,
             [&](pqxx::transaction_base& transaction) { migrate_postgresql(transaction, address_.shown()); });
}

void PostgresqlDatabase::read(const std::function<void(SqlSession&)>& act) { in_session(Kind::read, act); }
void PostgresqlDatabase::write(const std::function<void(SqlSession&)>& act) { in_session(Kind::write, act); }
void PostgresqlDatabase::write_soon(const std::function<void(SqlSession&)>& act) {
  in_session(Kind::write_soon, act);
}

void PostgresqlDatabase::in_session(Kind kind, const std::function<void(SqlSession&)>& act) {
  if (kind != Kind::read && access_ == StoreAccess::read)
    throw Failure({"store " + address_.shown(), "a change to a store that was opened to be read",
                   "a store that was opened to be changed", "nothing was changed"});
  until_done(kind, [&](pqxx::transaction_base& transaction) {
    PostgresqlSession session(*connection_, transaction);
    act(session);
  });
}

void PostgresqlDatabase::until_done(Kind kind, const Act& act) {
  Troubles own{Backoff(patience_.conflict, clock_), Backoff(patience_.outage, clock_)};
  std::optional<std::uint32_t> waited_for;  // attempts of the outage, by whichever call, when this one waited
  for (;;) {
    double pause = 0;
    const Sleeper* sleep = &patience_.sleep;
    {
      const std::lock_guard guard(mutex_);
      if (outage_ && waited_for != outage_->attempts())
        pause = std::max(0.0, next_attempt_ - clock_.steady_seconds());
      if (pause == 0) {
        try {
          once(kind, act);
          return tell_answer(own);
        } catch (const Error&) {
          throw;
        } catch (const std::exception& error) {
          if (stopped_) std::rethrow_exception(std::exchange(stopped_, nullptr));
          const Diagnosis diagnosis = diagnosis_of(error, kind);
          const bool open = connection_ && connection_->is_open();
          if (!open || diagnosis.trouble == Trouble::outage) connection_.reset();
          pause = pause_after(diagnosis, open, own);
          if (diagnosis.trouble == Trouble::conflict) sleep = &patience_.sleep_conflict;
        }
      }
      if (outage_) waited_for = outage_->attempts();
      if (!has_answered_) sleep = &patience_.sleep_opening;
    }
    (*sleep)(pause);
  }
}

/// Ends early where the sleeper throws, with what it threw.
void PostgresqlDatabase::connect() {
  stopped_ = nullptr;
  const Sleeper& sleep = has_answered_ ? patience_.sleep : patience_.sleep_opening;
  connection_ = std::make_unique<PostgresqlConnection>(address_, [&] {
    try {
      sleep(0);
    } catch (...) {
      stopped_ = std::current_exception();
      throw;
    }
  });
}

void PostgresqlDatabase::once(Kind kind, const Act& act) {
  if (!connection_) connect();
  has_answered_ = true;
  pqxx::connection_base& connection = connection_->connection();
  if (kind == Kind::read) {
    ReadTransaction transaction(connection);
    act(transaction);
    transaction.commit();
    return;
  }
  WriteTransaction transaction(connection);
  if (kind == Kind::write_soon) transaction.exec("SET LOCAL synchronous_commit = off");
  act(transaction);
  transaction.commit();
}

Diagnosis PostgresqlDatabase::diagnosis_of(const std::exception& error, Kind kind) const {
  Diagnosis diagnosis = diagnose(error, connection_ && connection_->is_open());
  diagnosis.message = address_.redacted(diagnosis.message);
  // A change within read() is a mistake of ours; within write() the server is a standby that may take over.
  if (kind == Kind::read && diagnosis.sqlstate == "25006") diagnosis.trouble = Trouble::failed;
  // An address that has worked is right: what refuses it on the way to the server (a name service) will pass.
  if (has_answered_ && dynamic_cast<const ConnectionRefused*>(&error) != nullptr)
    diagnosis.trouble = Trouble::outage;
  return diagnosis;
}

/// Seconds until the next attempt. Throws where there is none. A server that answers with an excuse, such as
/// a full disk, may serve other calls: patience is then the call's own.
double PostgresqlDatabase::pause_after(const Diagnosis& diagnosis, bool open, Troubles& own) {
  const Complaint complaint{"store " + address_.shown(), diagnosis.message,
                            "a database that does what it is asked", hint_for(diagnosis)};
  switch (diagnosis.trouble) {
    case Trouble::refused:
      throw RequestError(complaint);
    case Trouble::failed:
      throw Failure(complaint);
    case Trouble::conflict:
      if (own.conflict.attempts() < most_conflicts)
        if (const auto pause = own.conflict.next_wait()) return *pause;
      throw Failure(after(own.conflict, complaint));
    case Trouble::outage:
      break;
  }
  if (open) return pause_in(own.excuse, complaint);
  if (!outage_) outage_.emplace(has_answered_ ? patience_.outage : patience_.opening, clock_);
  const double pause = pause_in(*outage_, complaint);
  next_attempt_ = clock_.steady_seconds() + pause;
  return pause;
}

/// The first failure is not told: most connections come back at once.
double PostgresqlDatabase::pause_in(Backoff& outage, const Complaint& complaint) {
  const auto pause = outage.next_wait();
  if (!pause) {
    Complaint lasting = after(outage, complaint);
    lasting.hint.text += "; once the server is back, the same command goes on from what the store has";
    throw Failure(lasting);
  }
  if (outage.attempts() == told_attempt)
    tell(false, fmt::format("store {} does not answer ({}); it is tried again for up to {}", address_.shown(),
                            complaint.received,
                            duration_text((has_answered_ ? patience_.outage : patience_.opening).seconds)));
  return *pause;
}

void PostgresqlDatabase::tell_answer(const Troubles& own) {
  const Backoff* const shared = outage_ ? &*outage_ : nullptr;
  for (const Backoff* outage : {shared, &own.excuse})
    if (outage && outage->attempts() >= told_attempt)
      tell(true, fmt::format("store {} answers again, after {}", address_.shown(),
                             duration_text(outage->seconds())));
  outage_.reset();
}

void PostgresqlDatabase::tell(bool over, const std::string& text) const {
  if (patience_.outages) patience_.outages({over, text});
}

std::uint64_t PostgresqlDatabase::size_bytes() {
  std::uint64_t bytes = 0;
  until_done(Kind::read, [&](pqxx::transaction_base& transaction) {
    bytes = transaction
                .exec1(
                    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
                    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'etalon' AND c.relkind "
                    "= 'r'")[0]
                .as<std::uint64_t>();
  });
  return bytes;
}

/// Room in the middle of a table is used again; that at its end goes back to the disk. In a connection of its
/// own, as it may take long and beats must not wait for it.
void PostgresqlDatabase::shrink() noexcept {
  try {
    PostgresqlConnection own(address_);
    vacuum(own.connection());
  } catch (const std::exception&) {  // the server's autovacuum will see to it
  }
}

}  // namespace etalon
