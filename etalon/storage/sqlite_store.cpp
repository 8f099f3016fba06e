#include "etalon/storage/sqlite_store.h"

#include "etalon/storage/complaints.h"
#include "etalon/storage/sqlite_file.h"
#include "etalon/storage/sqlite_lock.h"
#include "etalon/storage/sqlite_rows.h"

namespace etalon {
namespace {

using SQLite::Database;

std::int64_t require_study(Database& database, const std::string& name) {
  if (const auto study = find_study(database, name)) return *study;
  throw Failure(no_such_study(name));
}

class SqliteStore final : public StudyStore {
 public:
  SqliteStore(const std::string& path, StoreAccess access, const Clock& clock)
      : file_(std::make_shared<SqliteFile>(path, access)), clock_(clock) {}

  std::vector<StudySummary> list_studies() override {
    return file_->read([](Database& database) {
      SQLite::Statement query(
          database,
          "SELECT name, finished_trials, planned_trials, changed_unix_millis FROM study ORDER BY name");
      std::vector<StudySummary> summaries;
      while (query.executeStep())
        summaries.push_back({query.getColumn(0).getString(), query.getColumn(1).getUInt(),
                             query.getColumn(2).getUInt(), query.getColumn(3).getInt64()});
      return summaries;
    });
  }

  std::optional<StudySnapshot> load_study(const std::string& name) override {
    return file_->read([&](Database& database) -> std::optional<StudySnapshot> {
      const auto study = find_study(database, name);
      if (!study) return std::nullopt;
      StudySnapshot snapshot = read_study(database, *study);
      snapshot.trials = read_trials(database, *study);
      snapshot.tests = read_tests(database, *study);
      return snapshot;
    });
  }

  void save_study(const StudySnapshot& study) override {
    file_->write([&](Database& database) {
      const auto existing = find_study(database, study.name);
      if (existing)
        if (const StudyDefinition stored = read_definition(database, *existing); stored != study.definition)
          throw RequestError(other_definition(study.name, stored, study.definition));
      write_study(database, study, existing);
      touch_study(database, require_study(database, study.name), 0, clock_.unix_millis());
    });
  }

  void add_trial(const std::string& study, const TrialRecord& trial,
                 std::span<const float> weights) override {
    file_->write([&](Database& database) {
      const std::int64_t id = require_study(database, study);
      const auto row = insert_trial(database, id, trial);
      if (!row) throw Failure(trial_there_already(study, trial.key));
      insert_weights(database, *row, weights);
      touch_study(database, id, 1, clock_.unix_millis());
    });
  }

  std::optional<std::vector<float>> load_weights(const std::string& study, const TrialKey& key) override {
    return file_->read([&](Database& database) -> std::optional<std::vector<float>> {
      const auto id = find_study(database, study);
      const auto trial = id ? find_trial(database, *id, key) : std::nullopt;
      if (!trial) return std::nullopt;
      return read_weights(database, *trial);
    });
  }

  void conclude(const std::string& study, const std::vector<TestResult>& tests, const StudyTimes& times,
                const std::vector<TrialKey>& keep) override {
    file_->write([&](Database& database) {
      const std::int64_t id = require_study(database, study);
      StudySnapshot snapshot = read_study(database, id);
      snapshot.times = times;
      write_study(database, snapshot, id);
      write_tests(database, id, tests);
      std::vector<std::int64_t> kept;
      for (const TrialKey& key : keep)
        if (const auto trial = find_trial(database, id, key)) kept.push_back(*trial);
      drop_weights(database, id, kept);
      touch_study(database, id, 0, clock_.unix_millis());
    });
    file_->shrink();
  }

  std::unique_ptr<StudyLock> lock_study(const std::string& name) override {
    return take_lock(file_, name, clock_);
  }

 private:
  std::shared_ptr<SqliteFile> file_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<StudyStore> open_sqlite_store(const std::string& path, StoreAccess access,
                                              const Clock& clock) {
  return std::make_unique<SqliteStore>(path, access, clock);
}

}  // namespace etalon
