#include "etalon/storage/sqlite_lock.h"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>

#include "etalon/base/error.h"
#include "etalon/storage/complaints.h"

namespace etalon {
namespace {

struct Holder {
  ProcessIdentity process;
  std::int64_t heartbeat_unix_millis = 0;
};

std::optional<Holder> holder_of(SQLite::Database& database, const std::string& study) {
  SQLite::Statement query(database,
                          "SELECT host, pid, start_ticks, boot, pid_namespace, heartbeat_unix_millis "
                          "FROM study_lock WHERE study_name = ?");
  query.bind(1, study);
  if (!query.executeStep()) return std::nullopt;
  return Holder{{query.getColumn(0).getString(), query.getColumn(1).getInt64(), query.getColumn(2).getInt64(),
                 query.getColumn(3).getString(), query.getColumn(4).getString()},
                query.getColumn(5).getInt64()};
}

bool holds(const Holder& holder, std::int64_t now_unix_millis) {
  switch (liveness_of(holder.process)) {
    case Liveness::alive:
      return true;
    case Liveness::dead:
      return false;
    case Liveness::unknown:
      break;
  }
  return std::llabs(now_unix_millis - holder.heartbeat_unix_millis) < heartbeat_limit_millis;
}

class SqliteLock final : public StudyLock {
 public:
  SqliteLock(std::shared_ptr<SqliteFile> file, std::string study, ProcessIdentity process, const Clock& clock)
      : file_(std::move(file)), study_(std::move(study)), process_(std::move(process)), clock_(clock) {
    beater_ = std::jthread([this](const std::stop_token& stop) { beat_until(stop); });
  }
  ~SqliteLock() override {
    beater_.request_stop();
    beater_.join();
    change_own_row("DELETE FROM study_lock", std::nullopt);
  }

 private:
  void beat_until(const std::stop_token& stop) {
    std::unique_lock guard(mutex_);
    while (!wake_.wait_for(guard, stop, heartbeat_interval, [&] { return stop.stop_requested(); }))
      change_own_row("UPDATE study_lock SET heartbeat_unix_millis = ?5", clock_.unix_millis());
  }

  /// A beat that fails is tried again at the next; a row that cannot be deleted is void when this process
  /// ends.
  void change_own_row(const std::string& change, std::optional<std::int64_t> heartbeat) noexcept {
    try {
      file_->write([&](SQLite::Database& database) {
        SQLite::Statement statement(
            database, change + " WHERE study_name = ?1 AND pid = ?2 AND start_ticks = ?3 AND boot = ?4");
        statement.bind(1, study_);
        statement.bind(2, process_.pid);
        statement.bind(3, process_.start_ticks);
        statement.bind(4, process_.boot);
        if (heartbeat) statement.bind(5, *heartbeat);
        statement.exec();
      });
    } catch (const std::exception&) {
    }
  }

  std::shared_ptr<SqliteFile> file_;
  std::string study_;
  ProcessIdentity process_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread beater_;
};

}  // namespace

std::unique_ptr<StudyLock> take_lock(std::shared_ptr<SqliteFile> file, const std::string& study,
                                     const Clock& clock) {
  const ProcessIdentity process = this_process();
  file->write([&](SQLite::Database& database) {
    const std::int64_t now = clock.unix_millis();
    if (const auto holder = holder_of(database, study); holder && holds(*holder, now))
      throw RequestError(study_is_running(study, holder->process));
    SQLite::Statement statement(
        database,
        "INSERT OR REPLACE INTO study_lock (study_name, host, pid, start_ticks, boot, "
        "pid_namespace, heartbeat_unix_millis) VALUES (?, ?, ?, ?, ?, ?, ?)");
    statement.bind(1, study);
    statement.bind(2, process.host);
    statement.bind(3, process.pid);
    statement.bind(4, process.start_ticks);
    statement.bind(5, process.boot);
    statement.bind(6, process.pid_namespace);
    statement.bind(7, now);
    statement.exec();
  });
  return std::make_unique<SqliteLock>(std::move(file), study, process, clock);
}

}  // namespace etalon
