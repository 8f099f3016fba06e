#include "etalon/storage/sql/queue.h"

#include <algorithm>
#include <set>

#include "etalon/storage/complaints.h"
#include "etalon/storage/curve_bytes.h"
#include "etalon/storage/sql/queue_rows.h"
#include "etalon/storage/sql/trials.h"

namespace etalon {
namespace {

constexpr std::size_t rows_a_statement = 200;

std::int64_t last_position(SqlSession& session, std::int64_t study) {
  auto rows = session.query("SELECT COALESCE(max(position), 0) FROM queue WHERE study = $1", {study});
  return SqlCells(rows.at(0), "stored queue").whole();
}

void add_key(std::vector<SqlValue>& values, const TrialKey& key) {
  append(values, key.set, setting_key(key.setting), key.seed_index);
}

std::string insert_statement(std::size_t rows) {
  return "INSERT INTO queue (study, position, set_index, setting, seed_index, epochs, round, checksum, "
         "worker, "
         "claim, attempts, started_unix_millis, numeric_class) "
         "SELECT CAST($1 AS BIGINT), column1, column2, column3, column4, column5, column6, column7, "
         "0, 0, 0, 0, '' FROM (VALUES " +
         typed_rows(2, rows, {"BIGINT", "BIGINT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "BIGINT"}) +
         ") AS planned WHERE NOT EXISTS (SELECT 1 FROM queue AS known WHERE known.study = $1 "
         "AND known.set_index = planned.column2 AND known.setting = planned.column3 "
         "AND known.seed_index = planned.column4) "
         "AND NOT EXISTS (SELECT 1 FROM trial WHERE trial.study = $1 AND trial.set_index = planned.column2 "
         "AND trial.setting = planned.column3 AND trial.seed_index = planned.column4)";
}

/// queue_columns and more of some rows, in order.
std::string select_rows(const std::string& more, const std::string& condition) {
  return "SELECT " + queue_columns + ", " + more +
         " FROM queue LEFT JOIN trial_checkpoint ON trial_checkpoint.study = queue.study "
         "AND trial_checkpoint.position = queue.position WHERE queue.study = $1 AND " +
         condition + " ORDER BY queue.position";
}

void require_count(std::size_t found, std::uint32_t queued) {
  if (found != queued)
    report_damage("stored queue", std::to_string(found) + " trials instead of " + std::to_string(queued));
}

}  // namespace

std::uint32_t insert_planned(SqlSession& session, std::int64_t study, std::span<const PlannedTrial> trials) {
  std::int64_t position = last_position(session, study);
  std::set<TrialKey> seen;
  std::vector<SqlValue> values = {study};
  std::size_t rows = 0;
  std::uint64_t added = 0;
  const auto flush = [&] {
    if (rows > 0) added += session.run(insert_statement(rows), values);
    values.resize(1);
    rows = 0;
  };
  const std::set<TrialKey> finished = finished_keys(session, study);
  for (const PlannedTrial& trial : trials) {
    if (!seen.insert(trial.key).second) continue;
    if (finished.contains(trial.key)) {
      const auto waiting = take_finished(session, study, trial);
      if (!waiting) continue;
      flush();
      insert_waiting(session, study, *waiting);
      position = last_position(session, study);
      ++added;
      continue;
    }
    QueueRow row;
    row.position = ++position;
    row.trial = trial;
    append(values, row.position);
    add_key(values, trial.key);
    append(values, trial.epochs, trial.round, row.checksum(study));
    if (++rows == rows_a_statement) flush();
  }
  flush();
  return static_cast<std::uint32_t>(added);
}

void insert_waiting(SqlSession& session, std::int64_t study, const WaitingTrial& waiting) {
  QueueRow row;
  row.position = last_position(session, study) + 1;
  row.trial = waiting.trial;
  row.attempts = waiting.attempts;
  row.started_unix_millis = waiting.started_unix_millis;
  if (waiting.checkpoint) row.numeric_class = waiting.checkpoint->numeric_class;
  std::vector<SqlValue> values = {study, row.position};
  add_key(values, row.trial.key);
  append(values, row.trial.epochs, row.trial.round, row.attempts, row.started_unix_millis, row.numeric_class,
         row.checksum(study));
  session.run(
      "INSERT INTO queue (study, position, set_index, setting, seed_index, epochs, round, attempts, "
      "started_unix_millis, numeric_class, checksum, worker, claim) VALUES (" +
          places(1, 11) + ", 0, 0)",
      values);
  if (waiting.checkpoint) put_checkpoint(session, study, row.position, *waiting.checkpoint);
}

QueueCounts count_queue(SqlSession& session, std::int64_t study, std::uint32_t queued) {
  std::set<std::uint64_t> seats;
  for (SqlRow& row : session.query("SELECT id FROM worker WHERE study = $1", {study}))
    seats.insert(SqlCells(row, "stored worker").whole<std::uint64_t>());
  QueueCounts counts;
  std::size_t all = 0;
  for (SqlRow& row : session.query("SELECT set_index, worker, count(*) FROM queue WHERE study = $1 "
                                   "GROUP BY set_index, worker",
                                   {study})) {
    SqlCells cells(row, "stored queue");
    const auto set = cells.whole<std::uint32_t>();
    const auto worker = cells.whole<std::uint64_t>();
    const auto count = cells.whole<std::uint32_t>();
    all += count;
    if (set >= 1'000'000) report_damage(cells.what(), "set " + std::to_string(set));
    counts.waiting.resize(std::max<std::size_t>(counts.waiting.size(), set + 1));
    if (worker == 0)
      counts.waiting[set] += count;
    else if (seats.contains(worker))
      counts.held += count;
    else
      report_damage(cells.what(), "a trial that is held by a worker without a seat");
  }
  require_count(all, queued);
  return counts;
}

std::vector<RunningTrial> read_running(SqlSession& session, std::int64_t study, std::uint32_t queued) {
  std::vector<RunningTrial> trials;
  for (SqlRow& cells_of : session.query(select_rows(curve_columns, "queue.position > 0"), {study})) {
    SqlCells cells(cells_of, "stored queue");
    const QueueRow row = read_queue_row(cells, study);
    trials.push_back(
        {row.trial.key, row.worker, row.trial.epochs, row.attempts, read_curve(cells, study, row)});
  }
  require_count(trials.size(), queued);
  return trials;
}

void read_waiting(SqlSession& session, std::int64_t study, std::uint32_t queued,
                  const std::function<void(const WaitingTrial&)>& take) {
  constexpr std::int64_t piece = 4;  // each with its state
  std::size_t found = 0;
  std::int64_t position = 0;
  for (bool more = true; more;) {
    auto rows =
        session.query(select_rows(curve_columns + ", " + state_columns, "queue.position > $2") + " LIMIT $3",
                      {study, position, piece});
    more = static_cast<std::int64_t>(rows.size()) == piece;
    for (SqlRow& cells_of : rows) {
      SqlCells cells(cells_of, "stored queue");
      const QueueRow row = read_queue_row(cells, study);
      position = row.position;
      ++found;
      take({row.trial, row.attempts, row.started_unix_millis, read_checkpoint(cells, study, row)});
    }
  }
  require_count(found, queued);
}

bool erase_held(SqlSession& session, std::int64_t study, std::uint64_t worker, const TrialKey& key,
                std::uint32_t epochs) {
  std::vector<SqlValue> values = {study, sql_value(worker)};
  add_key(values, key);
  append(values, epochs);
  auto rows = session.query(
      "DELETE FROM queue WHERE study = $1 AND worker = $2 AND set_index = $3 AND setting = $4 "
      "AND seed_index = $5 AND epochs = $6 RETURNING position",
      values);
  if (rows.empty()) return false;
  session.run("DELETE FROM trial_checkpoint WHERE study = $1 AND position = $2",
              {study, SqlCells(rows[0], "stored queue").whole()});
  return true;
}

void write_checkpoint(SqlSession& session, std::int64_t study, std::uint64_t worker,
                      const TrialCheckpoint& checkpoint) {
  std::vector<SqlValue> values = {study, sql_value(worker), checkpoint.numeric_class};
  add_key(values, checkpoint.key);
  auto rows = session.query(
      "UPDATE queue SET numeric_class = $3 WHERE study = $1 AND worker = $2 "
      "AND set_index = $4 AND setting = $5 AND seed_index = $6 RETURNING position",
      values);
  if (!rows.empty()) put_checkpoint(session, study, SqlCells(rows[0], "stored queue").whole(), checkpoint);
}

}  // namespace etalon
