#include "etalon/storage/sql/workers.h"

#include <map>

#include "etalon/storage/checksum.h"
#include "etalon/storage/curve_bytes.h"
#include "etalon/storage/sql/cells.h"

namespace etalon {
namespace {

std::optional<std::int64_t> single_id(std::vector<SqlRow> rows) {
  if (rows.empty()) return std::nullopt;
  return SqlCells(rows[0], "stored worker").whole();
}

std::int64_t checksum_of(std::int64_t study, const WorkerIdentity& worker,
                         std::int64_t enlisted_unix_millis) {
  Checksum sum;
  sum.add(static_cast<std::int64_t>(worker.id)).add(study).add(enlisted_unix_millis);
  sum.add(worker.process.host).add(worker.process.pid).add(worker.process.start_ticks);
  sum.add(worker.process.boot).add(worker.process.pid_namespace).add(worker.etalon_version);
  return sum.value();
}

/// Of what every beat tells anew.
std::int64_t checksum_of(std::uint64_t worker, const WorkDone& done, std::int64_t last_beat_unix_millis) {
  Checksum sum;
  sum.add(static_cast<std::int64_t>(worker)).add(last_beat_unix_millis);
  sum.add(as_stored(done.training_seconds)).add(static_cast<std::int64_t>(done.samples_trained));
  return sum.value();
}

const std::string work_columns =
    "id, last_beat_unix_millis, training_seconds, samples_trained, work_checksum";

struct WorkRow {
  std::uint64_t worker = 0;
  std::int64_t last_beat_unix_millis = 0;
  WorkDone done;
};

WorkRow read_work(SqlCells& cells) {
  WorkRow row;
  row.worker = cells.whole<std::uint64_t>();
  row.last_beat_unix_millis = cells.whole();
  row.done.training_seconds = cells.real();
  row.done.samples_trained = cells.whole<std::uint64_t>();
  require_checksum(cells.what(), cells.whole(), checksum_of(row.worker, row.done, row.last_beat_unix_millis));
  return row;
}

WorkerRecord read_worker(SqlCells& cells, std::int64_t study) {
  WorkerRecord record;
  const WorkRow work = read_work(cells);
  record.last_beat_unix_millis = work.last_beat_unix_millis;
  record.identity.id = work.worker;
  record.identity.process.host = cells.text();
  record.identity.process.pid = cells.whole();
  record.identity.process.start_ticks = cells.whole();
  record.identity.process.boot = cells.text();
  record.identity.process.pid_namespace = cells.text();
  record.identity.etalon_version = cells.text();
  record.enlisted_unix_millis = cells.whole();
  require_checksum(cells.what(), cells.whole(),
                   checksum_of(study, record.identity, record.enlisted_unix_millis));
  record.beats = cells.whole<std::uint64_t>();
  return record;
}

}  // namespace

std::optional<std::int64_t> study_of_worker(SqlSession& session, std::uint64_t worker) {
  return single_id(session.query("SELECT study FROM worker WHERE id = $1", {sql_value(worker)}));
}

std::optional<std::int64_t> lock_seat(SqlSession& session, std::uint64_t worker, std::uint64_t claim) {
  return single_id(session.query("UPDATE worker SET claims = $2 WHERE id = $1 RETURNING study",
                                 {sql_value(worker), sql_value(claim)}));
}

void insert_worker(SqlSession& session, std::int64_t study, const WorkerIdentity& worker,
                   std::int64_t now_unix_millis) {
  const ProcessIdentity& process = worker.process;
  session.run(
      "INSERT INTO worker (id, study, host, pid, start_ticks, boot, pid_namespace, etalon_version, "
      "enlisted_unix_millis, checksum, last_beat_unix_millis, work_checksum, training_seconds, "
      "samples_trained, beats, claims) VALUES (" +
          places(1, 12) + ", 0, 0, 0, 0) ON CONFLICT DO NOTHING",
      {sql_value(worker.id), study, process.host, process.pid, process.start_ticks, process.boot,
       process.pid_namespace, worker.etalon_version, now_unix_millis,
       checksum_of(study, worker, now_unix_millis), now_unix_millis,
       checksum_of(worker.id, WorkDone{}, now_unix_millis)});
}

bool beat_worker(SqlSession& session, std::uint64_t worker, const WorkDone& done,
                 std::int64_t now_unix_millis) {
  return session.run(
             "UPDATE worker SET beats = beats + 1, last_beat_unix_millis = $2, training_seconds = $3, "
             "samples_trained = $4, work_checksum = $5 WHERE id = $1",
             {sql_value(worker), now_unix_millis, sql_value(done.training_seconds),
              sql_value(done.samples_trained), checksum_of(worker, done, now_unix_millis)}) == 1;
}

std::optional<WorkDone> erase_worker(SqlSession& session, std::uint64_t worker,
                                     std::optional<std::uint64_t> beats) {
  std::vector<SqlValue> values = {sql_value(worker)};
  if (beats) values.push_back(sql_value(*beats));
  auto rows = session.query(std::string("DELETE FROM worker WHERE id = $1") +
                                (beats ? " AND beats = $2" : "") + " RETURNING " + work_columns,
                            values);
  if (rows.empty()) return std::nullopt;
  SqlCells cells(rows[0], "stored worker");
  return read_work(cells).done;
}

std::vector<WorkerRecord> read_workers(SqlSession& session, std::int64_t study) {
  std::map<std::uint64_t, std::uint32_t> trials;
  for (SqlRow& row : session.query(
           "SELECT worker, count(*) FROM queue WHERE study = $1 AND worker <> 0 GROUP BY worker", {study})) {
    SqlCells cells(row, "stored queue");
    const auto worker = cells.whole<std::uint64_t>();
    trials[worker] = cells.whole<std::uint32_t>();
  }
  const std::uint64_t strategist = strategist_of(session, study);
  std::vector<WorkerRecord> records;
  for (SqlRow& row : session.query("SELECT " + work_columns +
                                       ", host, pid, start_ticks, boot, pid_namespace, etalon_version, "
                                       "enlisted_unix_millis, checksum, beats FROM worker WHERE study = $1 "
                                       "ORDER BY enlisted_unix_millis, id",
                                   {study})) {
    SqlCells cells(row, "stored worker");
    records.push_back(read_worker(cells, study));
    records.back().strategist = records.back().identity.id == strategist;
    records.back().trials = trials[records.back().identity.id];
  }
  return records;
}

WorkDone work_done(SqlSession& session, std::int64_t study) {
  WorkDone sum;
  for (SqlRow& row :
       session.query("SELECT " + work_columns + " FROM worker WHERE study = $1 ORDER BY id", {study})) {
    SqlCells cells(row, "stored worker");
    const WorkRow work = read_work(cells);
    sum.training_seconds += work.done.training_seconds;
    sum.samples_trained += work.done.samples_trained;
  }
  return sum;
}

std::uint64_t strategist_of(SqlSession& session, std::int64_t study) {
  auto rows = session.query(
      "SELECT worker.id FROM study JOIN worker ON worker.id = study.strategist AND worker.study = study.id "
      "WHERE study.id = $1",
      {study});
  return static_cast<std::uint64_t>(single_id(std::move(rows)).value_or(0));
}

}  // namespace etalon
