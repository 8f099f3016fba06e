/// How trials change hands.
#include "etalon/storage/sql/queue.h"
#include "etalon/storage/sql/queue_rows.h"

namespace etalon {
namespace {

std::vector<QueueRow> read_rows(std::vector<SqlRow> rows, std::int64_t study) {
  std::vector<QueueRow> read;
  for (SqlRow& row : rows) {
    SqlCells cells(row, "stored queue");
    read.push_back(read_queue_row(cells, study));
  }
  return read;
}

std::vector<QueueRow> waiting_rows(SqlSession& session, std::int64_t study, const Claim& claim,
                                   const std::string& locking_rows) {
  return read_rows(session.query("SELECT " + queue_columns +
                                     " FROM queue WHERE study = $1 AND set_index = $2 AND worker = 0 "
                                     "ORDER BY position LIMIT $3" +
                                     locking_rows,
                                 {study, sql_value(claim.set), sql_value(claim.most)}),
                   study);
}

std::vector<QueueRow> held_rows(SqlSession& session, std::int64_t study, std::uint64_t worker) {
  return read_rows(session.query("SELECT " + queue_columns +
                                     " FROM queue WHERE study = $1 AND worker = $2 ORDER BY position",
                                 {study, sql_value(worker)}),
                   study);
}

/// Who holds the rows' trials, and what is kept of their past.
void update_rows(SqlSession& session, std::int64_t study, const std::vector<QueueRow>& rows) {
  if (rows.empty()) return;
  std::vector<SqlValue> values = {study};
  for (const QueueRow& row : rows)
    append(values, row.position, row.worker, row.claim, row.attempts, row.started_unix_millis,
           row.numeric_class, row.checksum(study));
  session.run(
      "UPDATE queue SET worker = given.column2, claim = given.column3, attempts = given.column4, "
      "started_unix_millis = given.column5, numeric_class = given.column6, checksum = given.column7 "
      "FROM (VALUES " +
          typed_rows(2, rows.size(), {"BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "TEXT", "BIGINT"}) +
          ") AS given WHERE queue.study = $1 AND queue.position = given.column1",
      values);
}

/// Statements about the checkpoints at some positions.
std::vector<SqlValue> places_of(std::int64_t study, const std::vector<QueueRow>& rows) {
  std::vector<SqlValue> values = {study};
  for (const QueueRow& row : rows) append(values, row.position);
  return values;
}

void drop_other_classes(SqlSession& session, std::int64_t study, const Claim& claim,
                        std::vector<QueueRow>& rows) {
  std::vector<QueueRow> dropped;
  for (QueueRow& row : rows)
    if (!row.numeric_class.empty() && row.numeric_class != claim.numeric_class) {
      row.numeric_class.clear();
      dropped.push_back(row);
    }
  if (!dropped.empty())
    session.run(
        "DELETE FROM trial_checkpoint WHERE study = $1 AND position IN (" + places(2, dropped.size()) + ")",
        places_of(study, dropped));
}

std::vector<ClaimedTrial> with_checkpoints(SqlSession& session, std::int64_t study,
                                           const std::vector<QueueRow>& rows) {
  std::vector<ClaimedTrial> claimed;
  if (rows.empty()) return claimed;
  auto found = session.query("SELECT queue.position, " + curve_columns + ", " + state_columns +
                                 " FROM queue LEFT JOIN trial_checkpoint "
                                 "ON trial_checkpoint.study = queue.study "
                                 "AND trial_checkpoint.position = queue.position "
                                 "WHERE queue.study = $1 AND queue.position IN (" +
                                 places(2, rows.size()) + ") ORDER BY queue.position",
                             places_of(study, rows));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SqlCells cells(found.at(i), "stored queue");
    if (cells.whole() != rows[i].position) report_damage(cells.what(), "rows that are missing");
    claimed.push_back({rows[i].trial, rows[i].attempts, rows[i].started_unix_millis,
                       read_checkpoint(cells, study, rows[i])});
  }
  return claimed;
}

}  // namespace

std::vector<ClaimedTrial> claim_trials(SqlSession& session, std::int64_t study, const Claim& claim,
                                       const std::string& locking_rows, std::int64_t now_unix_millis) {
  std::vector<QueueRow> rows = held_rows(session, study, claim.worker);
  std::erase_if(rows, [&](const QueueRow& row) { return row.claim != claim.number; });
  if (!rows.empty()) return with_checkpoints(session, study, rows);  // made before, and the answer was lost
  rows = waiting_rows(session, study, claim, locking_rows);
  drop_other_classes(session, study, claim, rows);
  for (QueueRow& row : rows) {
    row.worker = claim.worker;
    row.claim = claim.number;
    if (++row.attempts == 1) row.started_unix_millis = now_unix_millis;
  }
  update_rows(session, study, rows);
  return with_checkpoints(session, study, rows);
}

void release_trials(SqlSession& session, std::int64_t study, std::uint64_t worker) {
  std::vector<QueueRow> rows = held_rows(session, study, worker);
  for (QueueRow& row : rows) row.worker = row.claim = 0;
  update_rows(session, study, rows);
}

}  // namespace etalon
