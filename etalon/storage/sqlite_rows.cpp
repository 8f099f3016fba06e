#include "etalon/storage/sqlite_rows.h"

#include <algorithm>

#include "etalon/storage/checksum.h"
#include "etalon/storage/curve_bytes.h"
#include "etalon/storage/facts_text.h"
#include "etalon/storage/sqlite_cells.h"

namespace etalon {
namespace {

/// A study row as it lies in the table.
struct StudyRow {
  std::string name, definition, plan, facts;
  std::uint32_t planned_trials = 0;
  StudyTimes times;

  std::int64_t checksum() const {
    Checksum sum;
    sum.add(name).add(definition).add(plan).add(facts);
    sum.add(std::int64_t{planned_trials}).add(times.started_unix_millis).add(times.finished_unix_millis);
    sum.add(as_stored(times.training_seconds)).add(static_cast<std::int64_t>(times.samples_trained));
    return sum.value();
  }
};

StudyRow row_of(const StudySnapshot& study) {
  return {study.name,           to_text(study.definition), to_text(study.plan),
          facts_to_text(study), study.planned_trials,      study.times};
}

StudyRow read_row(SQLite::Database& database, std::int64_t study) {
  SQLite::Statement query(
      database,
      "SELECT name, definition, plan, facts, planned_trials, started_unix_millis, finished_unix_millis, "
      "training_seconds, samples_trained, checksum FROM study WHERE id = ?");
  query.bind(1, study);
  if (!query.executeStep()) throw SQLite::Exception("a study's row is missing");
  StudyRow row;
  row.name = query.getColumn(0).getString();
  row.definition = query.getColumn(1).getString();
  row.plan = query.getColumn(2).getString();
  row.facts = query.getColumn(3).getString();
  row.planned_trials = query.getColumn(4).getUInt();
  row.times = {query.getColumn(5).getInt64(), query.getColumn(6).getInt64(), real_of(query.getColumn(7)),
               static_cast<std::uint64_t>(query.getColumn(8).getInt64())};
  require_checksum("stored study '" + row.name + "'", query.getColumn(9).getInt64(), row.checksum());
  return row;
}

std::int64_t checksum_of(const TrialRecord& trial, const std::string& setting,
                         std::span<const std::uint8_t> curve) {
  Checksum sum;
  sum.add(std::int64_t{trial.key.set}).add(setting).add(std::int64_t{trial.key.seed_index});
  sum.add(trial.numeric_class).add(static_cast<std::int64_t>(trial.samples_trained));
  sum.add(trial.times.started_unix_millis).add(trial.times.finished_unix_millis);
  sum.add(as_stored(trial.times.seconds)).add(curve);
  return sum.value();
}

TrialRecord read_trial(SQLite::Statement& query) {
  TrialRecord trial;
  const std::string setting = query.getColumn(1).getString();
  trial.key.set = query.getColumn(0).getUInt();
  trial.key.seed_index = query.getColumn(2).getUInt();
  trial.numeric_class = query.getColumn(3).getString();
  trial.samples_trained = static_cast<std::uint64_t>(query.getColumn(4).getInt64());
  trial.times = {query.getColumn(5).getInt64(), query.getColumn(6).getInt64(), real_of(query.getColumn(7))};
  const SQLite::Column curve = query.getColumn(9);
  require_checksum("stored trial of setting " + setting, query.getColumn(8).getInt64(),
                   checksum_of(trial, setting, bytes_of(curve)));
  trial.key.setting = setting_from_key(setting);
  trial.curve = curve_from_bytes(bytes_of(curve));
  return trial;
}

std::int64_t checksum_of(const TestResult& test, const std::string& setting, std::int64_t position) {
  Checksum sum;
  sum.add(position).add(std::int64_t{test.key.set}).add(setting).add(std::int64_t{test.key.seed_index});
  sum.add(as_stored(test.loss)).add(as_stored(test.accuracy));
  return sum.value();
}

void bind_key(SQLite::Statement& statement, int place, std::int64_t study, const TrialKey& key) {
  statement.bind(place, study);
  statement.bind(place + 1, key.set);
  statement.bind(place + 2, setting_key(key.setting));
  statement.bind(place + 3, key.seed_index);
}

std::optional<std::int64_t> single_id(SQLite::Statement& query) {
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getInt64();
}

}  // namespace

std::optional<std::int64_t> find_study(SQLite::Database& database, const std::string& name) {
  SQLite::Statement query(database, "SELECT id FROM study WHERE name = ?");
  query.bind(1, name);
  return single_id(query);
}

StudySnapshot read_study(SQLite::Database& database, std::int64_t study) {
  const StudyRow row = read_row(database, study);
  StudySnapshot snapshot;
  snapshot.name = row.name;
  snapshot.definition = definition_from_text(row.definition);
  snapshot.plan = plan_from_text(row.plan);
  facts_from_text(row.facts, snapshot);
  snapshot.planned_trials = row.planned_trials;
  snapshot.times = row.times;
  return snapshot;
}

StudyDefinition read_definition(SQLite::Database& database, std::int64_t study) {
  return definition_from_text(read_row(database, study).definition);
}

void write_study(SQLite::Database& database, const StudySnapshot& study,
                 std::optional<std::int64_t> existing) {
  const StudyRow row = row_of(study);
  SQLite::Statement statement(
      database,
      existing ? "UPDATE study SET name = ?1, definition = ?2, plan = ?3, facts = ?4, planned_trials = ?5, "
                 "started_unix_millis = ?6, finished_unix_millis = ?7, training_seconds = ?8, "
                 "samples_trained = ?9, checksum = ?10 WHERE id = ?11"
               : "INSERT INTO study (name, definition, plan, facts, planned_trials, started_unix_millis, "
                 "finished_unix_millis, training_seconds, samples_trained, checksum, finished_trials, "
                 "changed_unix_millis) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0)");
  statement.bind(1, row.name);
  statement.bind(2, row.definition);
  statement.bind(3, row.plan);
  statement.bind(4, row.facts);
  statement.bind(5, row.planned_trials);
  statement.bind(6, row.times.started_unix_millis);
  statement.bind(7, row.times.finished_unix_millis);
  bind_real(statement, 8, row.times.training_seconds);
  statement.bind(9, static_cast<std::int64_t>(row.times.samples_trained));
  statement.bind(10, row.checksum());
  if (existing) statement.bind(11, *existing);
  statement.exec();
}

void touch_study(SQLite::Database& database, std::int64_t study, int added_trials,
                 std::int64_t now_unix_millis) {
  SQLite::Statement statement(
      database,
      "UPDATE study SET finished_trials = finished_trials + ?, changed_unix_millis = ? "
      "WHERE id = ?");
  statement.bind(1, added_trials);
  statement.bind(2, now_unix_millis);
  statement.bind(3, study);
  statement.exec();
}

std::vector<TrialRecord> read_trials(SQLite::Database& database, std::int64_t study) {
  SQLite::Statement count(database, "SELECT finished_trials FROM study WHERE id = ?");
  count.bind(1, study);
  const std::int64_t expected = single_id(count).value_or(0);
  SQLite::Statement query(
      database,
      "SELECT set_index, setting, seed_index, numeric_class, samples_trained, started_unix_millis, "
      "finished_unix_millis, seconds, checksum, curve FROM trial WHERE study = ?");
  query.bind(1, study);
  std::vector<TrialRecord> trials;
  while (query.executeStep()) trials.push_back(read_trial(query));
  if (static_cast<std::int64_t>(trials.size()) != expected)
    throw Failure({"stored study", std::to_string(trials.size()) + " trials",
                   std::to_string(expected) + ", as many as were stored",
                   "the store is damaged: restore it from a copy"});
  std::sort(trials.begin(), trials.end(),
            [](const TrialRecord& a, const TrialRecord& b) { return a.key < b.key; });
  return trials;
}

std::optional<std::int64_t> insert_trial(SQLite::Database& database, std::int64_t study,
                                         const TrialRecord& trial) {
  const Bytes curve = to_bytes(trial.curve);
  SQLite::Statement statement(
      database,
      "INSERT INTO trial (study, set_index, setting, seed_index, numeric_class, samples_trained, "
      "started_unix_millis, finished_unix_millis, seconds, checksum, curve) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT DO NOTHING");
  bind_key(statement, 1, study, trial.key);
  statement.bind(5, trial.numeric_class);
  statement.bind(6, static_cast<std::int64_t>(trial.samples_trained));
  statement.bind(7, trial.times.started_unix_millis);
  statement.bind(8, trial.times.finished_unix_millis);
  bind_real(statement, 9, trial.times.seconds);
  statement.bind(10, checksum_of(trial, setting_key(trial.key.setting), curve));
  bind_bytes(statement, 11, curve);
  if (statement.exec() == 0) return std::nullopt;
  return database.getLastInsertRowid();
}

std::optional<std::int64_t> find_trial(SQLite::Database& database, std::int64_t study, const TrialKey& key) {
  SQLite::Statement query(
      database, "SELECT id FROM trial WHERE study = ? AND set_index = ? AND setting = ? AND seed_index = ?");
  bind_key(query, 1, study, key);
  return single_id(query);
}

void insert_weights(SQLite::Database& database, std::int64_t trial, std::span<const float> weights) {
  const auto bytes = as_bytes(weights);
  SQLite::Statement statement(database,
                              "INSERT INTO trial_weights (trial, checksum, floats) VALUES (?, ?, ?)");
  statement.bind(1, trial);
  statement.bind(2, Checksum().add(trial).add(bytes).value());
  bind_bytes(statement, 3, bytes);
  statement.exec();
}

std::optional<std::vector<float>> read_weights(SQLite::Database& database, std::int64_t trial) {
  SQLite::Statement query(database, "SELECT checksum, floats FROM trial_weights WHERE trial = ?");
  query.bind(1, trial);
  if (!query.executeStep()) return std::nullopt;
  const SQLite::Column floats = query.getColumn(1);
  require_checksum("stored weights", query.getColumn(0).getInt64(),
                   Checksum().add(trial).add(bytes_of(floats)).value());
  return floats_from_bytes(bytes_of(floats));
}

void drop_weights(SQLite::Database& database, std::int64_t study, const std::vector<std::int64_t>& keep) {
  SQLite::Statement query(
      database, "SELECT trial FROM trial_weights WHERE trial IN (SELECT id FROM trial WHERE study = ?)");
  query.bind(1, study);
  std::vector<std::int64_t> dropped;
  while (query.executeStep())
    if (const std::int64_t id = query.getColumn(0).getInt64();
        std::find(keep.begin(), keep.end(), id) == keep.end())
      dropped.push_back(id);
  SQLite::Statement drop(database, "DELETE FROM trial_weights WHERE trial = ?");
  for (const std::int64_t id : dropped) {
    drop.bind(1, id);
    drop.exec();
    drop.reset();
  }
}

std::vector<TestResult> read_tests(SQLite::Database& database, std::int64_t study) {
  SQLite::Statement query(database,
                          "SELECT position, set_index, setting, seed_index, loss, accuracy, checksum "
                          "FROM test_result WHERE study = ? ORDER BY position");
  query.bind(1, study);
  std::vector<TestResult> tests;
  while (query.executeStep()) {
    const std::string setting = query.getColumn(2).getString();
    TestResult test{{query.getColumn(1).getUInt(), {}, query.getColumn(3).getUInt()},
                    real_of(query.getColumn(4)),
                    real_of(query.getColumn(5))};
    require_checksum("stored test result of setting " + setting, query.getColumn(6).getInt64(),
                     checksum_of(test, setting, query.getColumn(0).getInt64()));
    test.key.setting = setting_from_key(setting);
    tests.push_back(std::move(test));
  }
  return tests;
}

void write_tests(SQLite::Database& database, std::int64_t study, const std::vector<TestResult>& tests) {
  SQLite::Statement drop(database, "DELETE FROM test_result WHERE study = ?");
  drop.bind(1, study);
  drop.exec();
  SQLite::Statement insert(database,
                           "INSERT INTO test_result (study, set_index, setting, seed_index, position, loss, "
                           "accuracy, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const auto position = static_cast<std::int64_t>(i);
    bind_key(insert, 1, study, tests[i].key);
    insert.bind(5, position);
    bind_real(insert, 6, tests[i].loss);
    bind_real(insert, 7, tests[i].accuracy);
    insert.bind(8, checksum_of(tests[i], setting_key(tests[i].key.setting), position));
    insert.exec();
    insert.reset();
  }
}

}  // namespace etalon
