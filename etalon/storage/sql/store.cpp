#include "etalon/storage/sql/store.h"

#include <algorithm>
#include <map>

#include "etalon/base/error.h"
#include "etalon/storage/complaints.h"
#include "etalon/storage/facts_text.h"
#include "etalon/storage/sql/cells.h"
#include "etalon/storage/sql/copy.h"
#include "etalon/storage/sql/queue.h"
#include "etalon/storage/sql/studies.h"
#include "etalon/storage/sql/trials.h"
#include "etalon/storage/sql/workers.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

/// Thrown within a transaction to undo it: the answer.
struct Undo {
  bool answer = false;
};

class SqlStore final : public StudyStore {
 public:
  SqlStore(std::unique_ptr<SqlDatabase> database, const Clock& clock)
      : database_(std::move(database)), clock_(clock) {}

  std::vector<StudySummary> list_studies() override;
  std::optional<StudySnapshot> load_study(const std::string& name) override { return load(name, true); }
  std::optional<StudySnapshot> load_head(const std::string& name) override { return load(name, false); }
  bool save_study(const StudySnapshot& study) override;
  void delete_study(const std::string& name) override;
  bool conclude(const std::string& study, const std::vector<TestResult>& tests,
                std::int64_t finished_unix_millis, const std::vector<TrialKey>& keep) override;
  std::uint64_t size_bytes() override { return database_->size_bytes(); }

  void plan_trials(const std::string& study, std::span<const PlannedTrial> trials) override;
  QueueState queue(const std::string& study) override;
  std::vector<RunningTrial> running_trials(const std::string& study) override;

  void enlist(const std::string& study, const WorkerIdentity& worker) override;
  bool beat(std::uint64_t worker, const WorkDone& done) override;
  std::vector<WorkerRecord> workers(const std::string& study) override;
  bool dismiss(std::uint64_t worker, std::optional<std::uint64_t> beats) override;
  bool take_strategist(std::uint64_t worker) override;

  std::optional<std::vector<ClaimedTrial>> claim(const Claim& claim) override;
  bool save_checkpoints(std::uint64_t worker, std::span<const TrialCheckpoint> checkpoints) override;
  bool finish_trial(std::uint64_t worker, const TrialRecord& trial, std::span<const float> weights,
                    const FinalState& state) override;

  std::vector<TrialRecord> trials_after(const std::string& study, std::uint32_t number) override;
  std::optional<std::vector<float>> load_weights(const std::string& study, const TrialKey& key) override;
  void drop_states(const std::string& study, const std::vector<TrialKey>& keep,
                   std::uint64_t most_bytes) override;

  void send_study(const std::string& name, StudyReceiver& receiver) override;
  void receive_study(const std::function<void(StudyReceiver&)>& sender) override;

 private:
  /// Each calls act(session) in a transaction of its kind and gives back what it gave.
  template <class Act>
  auto read(const Act& act) {
    return run(&SqlDatabase::read, act);
  }
  template <class Act>
  auto write(const Act& act) {
    return run(&SqlDatabase::write, act);
  }
  template <class Act>
  auto write_soon(const Act& act) {
    return run(&SqlDatabase::write_soon, act);
  }
  template <class Act>
  auto run(void (SqlDatabase::*transact)(const std::function<void(SqlSession&)>&), const Act& act) {
    std::optional<decltype(act(std::declval<SqlSession&>()))> result;
    (database_.get()->*transact)([&](SqlSession& session) { result.emplace(act(session)); });
    return std::move(*result);
  }

  std::optional<StudySnapshot> load(const std::string& name, bool with_trials);
  bool save_again(SqlSession& session, std::int64_t study, const StudySnapshot& next);
  bool finish_trial(SqlSession& session, std::uint64_t worker, const TrialRecord& trial,
                    std::span<const float> weights, const FinalState& state);

  const std::unique_ptr<SqlDatabase> database_;
  const Clock& clock_;
};

std::vector<StudySummary> SqlStore::list_studies() {
  return read([](SqlSession& session) {
    std::vector<StudySummary> summaries;
    for (SqlRow& row : session.query(
             "SELECT name, finished_trials, planned_trials, concluded, "
             "(SELECT count(*) FROM worker WHERE worker.study = study.id), changed_unix_millis FROM study")) {
      SqlCells cells(row, "stored study");
      StudySummary summary;
      summary.name = cells.text();
      summary.finished_trials = cells.whole<std::uint32_t>();
      summary.planned_trials = cells.whole<std::uint32_t>();
      summary.concluded = cells.whole() != 0;
      summary.workers = cells.whole<std::uint32_t>();
      summary.last_change_unix_millis = cells.whole();
      summaries.push_back(std::move(summary));
    }
    // Here and not in SQL: databases differ in how they order texts.
    std::sort(summaries.begin(), summaries.end(),
              [](const StudySummary& a, const StudySummary& b) { return a.name < b.name; });
    return summaries;
  });
}

std::optional<StudySnapshot> SqlStore::load(const std::string& name, bool with_trials) {
  auto study = read([&](SqlSession& session) -> std::optional<StudySnapshot> {
    const auto id = find_study(session, name);
    if (!id) return std::nullopt;
    const StudyRow row = read_study(session, *id);
    StudySnapshot snapshot = snapshot_of(row);
    const WorkDone done = work_done(session, *id);
    snapshot.times.training_seconds += done.training_seconds;
    snapshot.times.samples_trained += done.samples_trained;
    snapshot.tests = read_tests(session, *id);
    if (!with_trials) return snapshot;
    snapshot.trials.reserve(row.finished_trials);
    read_trials(session, *id, 0, {row.finished_trials, row.last_number},
                [&](TrialRecord trial) { snapshot.trials.push_back(std::move(trial)); });
    return snapshot;
  });
  if (study)
    std::sort(study->trials.begin(), study->trials.end(),
              [](const TrialRecord& a, const TrialRecord& b) { return a.key < b.key; });
  return study;
}

bool SqlStore::save_study(const StudySnapshot& study) {
  if (study.revision == 0) require_study_name(study.name, "study");
  return write([&](SqlSession& session) {
    if (study.revision == 0) {
      StudyRow row = row_of(study);
      row.revision = 1;
      row.times = {};
      row.times.started_unix_millis = study.times.started_unix_millis;
      if (insert_study(session, row, clock_.unix_millis())) return true;
    }
    const auto id = lock_study(session, study.name);
    return id && save_again(session, *id, study);
  });
}

bool SqlStore::save_again(SqlSession& session, std::int64_t study, const StudySnapshot& next) {
  StudyRow row = read_study(session, study);
  const StudySnapshot stored = snapshot_of(row);
  if (stored.definition != next.definition)
    throw RequestError(other_definition(next.name, stored.definition, next.definition));
  if (row.revision == next.revision + 1 && has_same_request(stored, next))
    return true;  // the answer was lost
  if (row.revision != next.revision) return false;
  const StudyRow wanted = row_of(next);
  row.plan = wanted.plan;
  row.facts = wanted.facts;
  row.planned_trials = wanted.planned_trials;
  if (epochs_of(next) > epochs_of(stored)) row.concluded = false;
  ++row.revision;
  update_study(session, study, row, clock_.unix_millis());
  return true;
}

void SqlStore::delete_study(const std::string& name) {
  bool found = false;  // by an earlier try, whose answer was lost
  database_->write([&](SqlSession& session) {
    if (const auto study = lock_study(session, name)) {
      erase_study(session, *study);
      found = true;
    } else if (!found) {
      throw Failure(no_such_study(name));
    }
  });
  database_->shrink();
}

bool SqlStore::conclude(const std::string& study, const std::vector<TestResult>& tests,
                        std::int64_t finished_unix_millis, const std::vector<TrialKey>& keep) {
  bool all_finished = false;
  database_->write([&](SqlSession& session) {
    const auto id = lock_study(session, study);
    if (!id) throw Failure(no_such_study(study));
    StudyRow row = read_study(session, *id);
    all_finished = row.open_trials == 0;
    if (!all_finished) return;
    row.times.finished_unix_millis = finished_unix_millis;
    row.concluded = true;
    update_study(session, *id, row, clock_.unix_millis());
    write_tests(session, *id, tests);
    drop_weights(session, *id, keep);
  });
  if (all_finished) database_->shrink();
  return all_finished;
}

void SqlStore::plan_trials(const std::string& study, std::span<const PlannedTrial> trials) {
  database_->write([&](SqlSession& session) {
    const auto id = lock_study(session, study);
    if (!id) throw Failure(no_such_study(study));
    const std::uint32_t added = insert_planned(session, *id, trials);
    if (added == 0) return;
    session.run(
        "UPDATE study SET concluded = 0, open_trials = open_trials + $2, changed_unix_millis = $3 "
        "WHERE id = $1",
        {*id, sql_value(added), clock_.unix_millis()});
  });
}

QueueState SqlStore::queue(const std::string& study) {
  return read([&](SqlSession& session) {
    const std::int64_t id = require_study(session, study);
    const StudyRow row = read_study(session, id);
    QueueCounts counts = count_queue(session, id, row.open_trials);
    counts.waiting.resize(std::max<std::size_t>(counts.waiting.size(), row.sets));
    return QueueState{std::move(counts.waiting), counts.held,     row.finished_trials,
                      row.last_number,           row.state_bytes, row.concluded};
  });
}

std::vector<RunningTrial> SqlStore::running_trials(const std::string& study) {
  return read([&](SqlSession& session) {
    const std::int64_t id = require_study(session, study);
    return read_running(session, id, read_study(session, id).open_trials);
  });
}

void SqlStore::enlist(const std::string& study, const WorkerIdentity& worker) {
  database_->write_soon([&](SqlSession& session) {
    insert_worker(session, require_study(session, study), worker, clock_.unix_millis());
  });
}

bool SqlStore::beat(std::uint64_t worker, const WorkDone& done) {
  return write_soon(
      [&](SqlSession& session) { return beat_worker(session, worker, done, clock_.unix_millis()); });
}

std::vector<WorkerRecord> SqlStore::workers(const std::string& study) {
  return read([&](SqlSession& session) { return read_workers(session, require_study(session, study)); });
}

bool SqlStore::dismiss(std::uint64_t worker, std::optional<std::uint64_t> beats) {
  return write_soon([&](SqlSession& session) {
    const auto study = study_of_worker(session, worker);
    if (!study || !lock_study(session, *study)) return false;
    const auto done = erase_worker(session, worker, beats);
    if (!done) return false;
    release_trials(session, *study, worker);
    StudyRow row = read_study(session, *study);
    row.times.training_seconds += done->training_seconds;
    row.times.samples_trained += done->samples_trained;
    update_study(session, *study, row, clock_.unix_millis());
    return true;
  });
}

bool SqlStore::take_strategist(std::uint64_t worker) {
  // Asked over and over by all who wait: only who finds the role free writes.
  const auto holder = read([&](SqlSession& session) -> std::optional<std::uint64_t> {
    const auto study = study_of_worker(session, worker);
    if (!study) return std::nullopt;
    return strategist_of(session, *study);
  });
  if (!holder) return false;
  if (*holder != 0) return *holder == worker;
  return write_soon([&](SqlSession& session) {
    const auto study = study_of_worker(session, worker);
    if (!study || !lock_study(session, *study)) return false;
    if (study_of_worker(session, worker) != study) return false;  // dismissed before the lock was got
    if (const auto now = strategist_of(session, *study); now != 0) return now == worker;
    session.run("UPDATE study SET strategist = $2 WHERE id = $1", {*study, sql_value(worker)});
    return true;
  });
}

std::optional<std::vector<ClaimedTrial>> SqlStore::claim(const Claim& claim) {
  return write_soon([&](SqlSession& session) -> std::optional<std::vector<ClaimedTrial>> {
    const auto study = lock_seat(session, claim.worker, claim.number);
    if (!study) return std::nullopt;
    return claim_trials(session, *study, claim, database_->locking_rows(), clock_.unix_millis());
  });
}

bool SqlStore::save_checkpoints(std::uint64_t worker, std::span<const TrialCheckpoint> checkpoints) {
  return write_soon([&](SqlSession& session) {
    const auto study = study_of_worker(session, worker);
    if (!study) return false;
    for (const TrialCheckpoint& checkpoint : checkpoints)
      write_checkpoint(session, *study, worker, checkpoint);
    return true;
  });
}

bool SqlStore::finish_trial(std::uint64_t worker, const TrialRecord& trial, std::span<const float> weights,
                            const FinalState& state) {
  try {
    return write([&](SqlSession& session) { return finish_trial(session, worker, trial, weights, state); });
  } catch (const Undo& undo) {
    return undo.answer;
  }
}

bool SqlStore::finish_trial(SqlSession& session, std::uint64_t worker, const TrialRecord& trial,
                            std::span<const float> weights, const FinalState& state) {
  const auto study = study_of_worker(session, worker);
  if (!study) return false;
  // Locks the study, so that whoever sees number n sees all before it.
  auto rows = session.query(
      "UPDATE study SET finished_trials = finished_trials + 1, open_trials = open_trials - 1, "
      "last_number = last_number + 1, changed_unix_millis = $2 WHERE id = $1 RETURNING last_number, state_bytes",
      {*study, clock_.unix_millis()});
  if (rows.empty() || study_of_worker(session, worker) != study) throw Undo{false};
  if (!erase_held(session, *study, worker, trial.key, trial.curve.budget_epochs))
    throw Undo{has_finished(session, *study, worker, trial)};
  SqlCells cells(rows[0], "stored study");
  const auto number = cells.whole<std::uint32_t>();
  const auto kept = cells.whole<std::uint64_t>();
  const std::int64_t row = insert_trial(session, *study, number, worker, trial, weights);
  if (!state.bytes.empty() && kept + state.bytes.size() <= state.most_bytes)
    insert_state(session, *study, row, state.bytes);
  return true;
}

std::vector<TrialRecord> SqlStore::trials_after(const std::string& study, std::uint32_t number) {
  return read([&](SqlSession& session) {
    const std::int64_t id = require_study(session, study);
    const StudyRow row = read_study(session, id);
    std::vector<TrialRecord> trials;
    read_trials(session, id, number, {row.finished_trials, row.last_number},
                [&](TrialRecord trial) { trials.push_back(std::move(trial)); });
    return trials;
  });
}

std::optional<std::vector<float>> SqlStore::load_weights(const std::string& study, const TrialKey& key) {
  return read([&](SqlSession& session) -> std::optional<std::vector<float>> {
    const auto id = find_study(session, study);
    if (!id) return std::nullopt;
    return read_weights(session, *id, key);
  });
}

void SqlStore::drop_states(const std::string& study, const std::vector<TrialKey>& keep,
                           std::uint64_t most_bytes) {
  database_->write([&](SqlSession& session) {
    const auto id = lock_study(session, study);
    if (!id) throw Failure(no_such_study(study));
    etalon::drop_states(session, *id, keep, most_bytes);
  });
}

void SqlStore::send_study(const std::string& name, StudyReceiver& receiver) {
  database_->read(
      [&](SqlSession& session) { etalon::send_study(session, require_study(session, name), receiver); });
}

void SqlStore::receive_study(const std::function<void(StudyReceiver&)>& sender) {
  std::optional<std::string> written;  // by an earlier try, whose answer was lost
  database_->write([&](SqlSession& session) {
    if (written && find_study(session, *written)) return;
    SqlReceiver receiver(session, clock_.unix_millis());
    sender(receiver);
    written = receiver.name();
  });
}

}  // namespace

std::unique_ptr<StudyStore> make_sql_store(std::unique_ptr<SqlDatabase> database, const Clock& clock) {
  return std::make_unique<SqlStore>(std::move(database), clock);
}

}  // namespace etalon
