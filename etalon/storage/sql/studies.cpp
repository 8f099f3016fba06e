#include "etalon/storage/sql/studies.h"

#include "etalon/base/error.h"
#include "etalon/storage/checksum.h"
#include "etalon/storage/complaints.h"
#include "etalon/storage/curve_bytes.h"
#include "etalon/storage/facts_text.h"
#include "etalon/storage/sql/cells.h"

namespace etalon {
namespace {

std::optional<std::int64_t> single_id(std::vector<SqlRow> rows) {
  if (rows.empty()) return std::nullopt;
  return SqlCells(rows[0], "stored study").whole();
}

std::int64_t checksum_of(const TestResult& test, const std::string& setting, std::int64_t position) {
  Checksum sum;
  sum.add(position).add(std::int64_t{test.key.set}).add(setting).add(std::int64_t{test.key.seed_index});
  sum.add(as_stored(test.loss)).add(as_stored(test.accuracy));
  return sum.value();
}

}  // namespace

std::int64_t StudyRow::checksum() const {
  Checksum sum;
  sum.add(name).add(definition).add(plan).add(facts);
  sum.add(std::int64_t{planned_trials}).add(times.started_unix_millis).add(times.finished_unix_millis);
  sum.add(as_stored(times.training_seconds)).add(static_cast<std::int64_t>(times.samples_trained));
  return sum.value();
}

StudyRow row_of(const StudySnapshot& study) {
  StudyRow row;
  row.name = study.name;
  row.definition = to_text(study.definition);
  row.plan = to_text(study.plan);
  row.facts = facts_to_text(study);
  row.planned_trials = study.planned_trials;
  row.sets = static_cast<std::uint32_t>(study.definition.sets.size());
  row.times = study.times;
  row.revision = study.revision;
  return row;
}

StudySnapshot snapshot_of(const StudyRow& row) {
  StudySnapshot study;
  study.name = row.name;
  study.revision = row.revision;
  study.definition = definition_from_text(row.definition);
  if (row.sets != study.definition.sets.size())
    report_damage("stored study '" + row.name + "'", std::to_string(row.sets) + " sets");
  study.plan = plan_from_text(row.plan);
  facts_from_text(row.facts, study);
  study.planned_trials = row.planned_trials;
  study.times = row.times;
  return study;
}

std::optional<std::int64_t> find_study(SqlSession& session, const std::string& name) {
  return single_id(session.query("SELECT id FROM study WHERE name = $1", {name}));
}

std::int64_t require_study(SqlSession& session, const std::string& name) {
  if (const auto study = find_study(session, name)) return *study;
  throw Failure(no_such_study(name));
}

std::optional<std::int64_t> lock_study(SqlSession& session, const std::string& name) {
  return single_id(
      session.query("UPDATE study SET revision = revision WHERE name = $1 RETURNING id", {name}));
}

bool lock_study(SqlSession& session, std::int64_t study) {
  return session.run("UPDATE study SET revision = revision WHERE id = $1", {study}) == 1;
}

StudyRow read_study(SqlSession& session, std::int64_t study) {
  auto rows = session.query(
      "SELECT name, definition, plan, facts, planned_trials, started_unix_millis, finished_unix_millis, "
      "training_seconds, samples_trained, revision, concluded, finished_trials, open_trials, last_number, "
      "state_bytes, sets, checksum FROM study WHERE id = $1",
      {study});
  if (rows.empty()) report_damage("stored study", "no row");
  SqlCells cells(rows[0], "stored study");
  StudyRow row;
  row.name = cells.text();
  row.definition = cells.text();
  row.plan = cells.text();
  row.facts = cells.text();
  row.planned_trials = cells.whole<std::uint32_t>();
  row.times.started_unix_millis = cells.whole();
  row.times.finished_unix_millis = cells.whole();
  row.times.training_seconds = cells.real();
  row.times.samples_trained = cells.whole<std::uint64_t>();
  row.revision = cells.whole<std::uint64_t>();
  const auto concluded = cells.whole<std::uint32_t>();
  if (concluded > 1) report_damage(cells.what(), std::to_string(concluded));
  row.concluded = concluded == 1;
  row.finished_trials = cells.whole<std::uint32_t>();
  row.open_trials = cells.whole<std::uint32_t>();
  row.last_number = cells.whole<std::uint32_t>();
  row.state_bytes = cells.whole<std::uint64_t>();
  row.sets = cells.whole<std::uint32_t>();
  if (row.sets >= 1'000'000) report_damage(cells.what(), std::to_string(row.sets) + " sets");
  require_checksum("stored study '" + row.name + "'", cells.whole(), row.checksum());
  return row;
}

std::optional<std::int64_t> insert_study(SqlSession& session, const StudyRow& row,
                                         std::int64_t now_unix_millis) {
  return single_id(session.query(
      "INSERT INTO study (name, definition, plan, facts, planned_trials, started_unix_millis, "
      "finished_unix_millis, training_seconds, samples_trained, revision, concluded, finished_trials, "
      "open_trials, last_number, state_bytes, sets, strategist, changed_unix_millis, checksum) VALUES (" +
          places(1, 16) + ", 0, $17, $18) ON CONFLICT DO NOTHING RETURNING id",
      {row.name, row.definition, row.plan, row.facts, sql_value(row.planned_trials),
       row.times.started_unix_millis, row.times.finished_unix_millis, sql_value(row.times.training_seconds),
       sql_value(row.times.samples_trained), sql_value(row.revision), std::int64_t{row.concluded},
       sql_value(row.finished_trials), sql_value(row.open_trials), sql_value(row.last_number),
       sql_value(row.state_bytes), sql_value(row.sets), now_unix_millis, row.checksum()}));
}

void update_study(SqlSession& session, std::int64_t study, const StudyRow& row,
                  std::int64_t now_unix_millis) {
  session.run(
      "UPDATE study SET plan = $2, facts = $3, planned_trials = $4, started_unix_millis = $5, "
      "finished_unix_millis = $6, training_seconds = $7, samples_trained = $8, revision = $9, "
      "concluded = $10, finished_trials = $11, open_trials = $12, last_number = $13, state_bytes = $14, "
      "changed_unix_millis = $15, checksum = $16 WHERE id = $1",
      {study, row.plan, row.facts, sql_value(row.planned_trials), row.times.started_unix_millis,
       row.times.finished_unix_millis, sql_value(row.times.training_seconds),
       sql_value(row.times.samples_trained), sql_value(row.revision), std::int64_t{row.concluded},
       sql_value(row.finished_trials), sql_value(row.open_trials), sql_value(row.last_number),
       sql_value(row.state_bytes), now_unix_millis, row.checksum()});
}

void erase_study(SqlSession& session, std::int64_t study) {
  for (const char* statement :
       {"DELETE FROM trial_checkpoint WHERE study = $1", "DELETE FROM queue WHERE study = $1",
        "DELETE FROM worker WHERE study = $1",
        "DELETE FROM trial_weights WHERE trial IN (SELECT id FROM trial WHERE study = $1)",
        "DELETE FROM trial_state WHERE trial IN (SELECT id FROM trial WHERE study = $1)",
        "DELETE FROM trial WHERE study = $1", "DELETE FROM test_result WHERE study = $1",
        "DELETE FROM study WHERE id = $1"})
    session.run(statement, {study});
}

std::vector<TestResult> read_tests(SqlSession& session, std::int64_t study) {
  std::vector<TestResult> tests;
  for (SqlRow& row :
       session.query("SELECT position, set_index, setting, seed_index, loss, accuracy, checksum "
                     "FROM test_result WHERE study = $1 ORDER BY position",
                     {study})) {
    SqlCells cells(row, "stored test result");
    TestResult test;
    const std::int64_t position = cells.whole();
    test.key.set = cells.whole<std::uint32_t>();
    const std::string setting = cells.text();
    test.key.seed_index = cells.whole<std::uint32_t>();
    test.loss = cells.real();
    test.accuracy = cells.real();
    require_checksum("stored test result of setting " + setting, cells.whole(),
                     checksum_of(test, setting, position));
    test.key.setting = setting_from_key(setting);
    tests.push_back(std::move(test));
  }
  return tests;
}

void write_tests(SqlSession& session, std::int64_t study, const std::vector<TestResult>& tests) {
  session.run("DELETE FROM test_result WHERE study = $1", {study});
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const auto position = static_cast<std::int64_t>(i);
    const TestResult& test = tests[i];
    const std::string setting = setting_key(test.key.setting);
    session.run(
        "INSERT INTO test_result (study, position, set_index, setting, seed_index, loss, accuracy, checksum) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {study, position, sql_value(test.key.set), setting, sql_value(test.key.seed_index),
         sql_value(test.loss), sql_value(test.accuracy), checksum_of(test, setting, position)});
  }
}

}  // namespace etalon
