#include "etalon/storage/sql/trials.h"

#include <set>

#include "etalon/storage/checksum.h"
#include "etalon/storage/curve_bytes.h"
#include "etalon/storage/sql/cells.h"

namespace etalon {
namespace {

const std::string trial_columns =
    "number, set_index, setting, seed_index, numeric_class, samples_trained, started_unix_millis, "
    "finished_unix_millis, seconds, attempts, host, trial.checksum, curve";

/// Attempts and host came with version 2; where they are as they were before, so is the checksum.
std::int64_t checksum_of(const TrialRecord& trial, const std::string& setting,
                         std::span<const std::uint8_t> curve) {
  Checksum sum;
  sum.add(std::int64_t{trial.key.set}).add(setting).add(std::int64_t{trial.key.seed_index});
  sum.add(trial.numeric_class).add(static_cast<std::int64_t>(trial.samples_trained));
  sum.add(trial.times.started_unix_millis).add(trial.times.finished_unix_millis);
  sum.add(as_stored(trial.times.seconds)).add(curve);
  if (trial.times.attempts != 1 || !trial.times.host.empty())
    sum.add(std::int64_t{trial.times.attempts}).add(trial.times.host);
  return sum.value();
}

/// Of trial_columns, in which the trial has to have this number.
TrialRecord read_trial(SqlCells& cells, std::uint32_t number) {
  if (cells.whole<std::uint32_t>() != number)
    report_damage(cells.what(), "no trial number " + std::to_string(number));
  TrialRecord trial;
  trial.key.set = cells.whole<std::uint32_t>();
  const std::string setting = cells.text();
  trial.key.seed_index = cells.whole<std::uint32_t>();
  trial.numeric_class = cells.text();
  trial.samples_trained = cells.whole<std::uint64_t>();
  trial.times.started_unix_millis = cells.whole();
  trial.times.finished_unix_millis = cells.whole();
  trial.times.seconds = cells.real();
  trial.times.attempts = cells.whole<std::uint32_t>();
  trial.times.host = cells.text();
  const std::int64_t checksum = cells.whole();
  const Bytes curve = cells.bytes();
  require_checksum("stored trial of setting " + setting, checksum, checksum_of(trial, setting, curve));
  trial.key.setting = setting_from_key(setting);
  trial.curve = curve_from_bytes(curve);
  return trial;
}

std::int64_t checksum_of_weights(std::int64_t trial, std::span<const std::uint8_t> floats) {
  return Checksum().add(trial).add(floats).value();
}

std::vector<float> checked_weights(SqlCells& cells) {
  const std::int64_t trial = cells.whole(), checksum = cells.whole();
  const Bytes floats = cells.bytes();
  require_checksum("stored weights", checksum, checksum_of_weights(trial, floats));
  return floats_from_bytes(floats);
}

/// Rows in pieces, so that a large study is never held twice.
void in_pieces(SqlSession& session, const std::string& query, std::int64_t study, std::uint32_t first,
               std::uint32_t finished, std::int64_t piece,
               const std::function<void(SqlRow&, std::uint32_t number)>& take) {
  std::uint32_t number = first;
  for (bool more = true; more;) {
    auto rows = session.query(query, {study, sql_value(number), piece});
    more = static_cast<std::int64_t>(rows.size()) == piece;
    for (SqlRow& row : rows) take(row, ++number);
  }
  if (number != std::max(first, finished))
    report_damage("stored study", std::to_string(number) + " trials instead of " + std::to_string(finished));
}

}  // namespace

void insert_trial(SqlSession& session, std::int64_t study, std::uint32_t number, std::uint64_t worker,
                  const TrialRecord& trial, std::optional<std::span<const float>> weights) {
  const Bytes curve = to_bytes(trial.curve);
  const std::string setting = setting_key(trial.key.setting);
  auto rows = session.query(
      "INSERT INTO trial (study, number, set_index, setting, seed_index, numeric_class, samples_trained, "
      "started_unix_millis, finished_unix_millis, seconds, attempts, host, worker, checksum, curve) VALUES "
      "(" +
          places(1, 15) + ") RETURNING id",
      {study, sql_value(number), sql_value(trial.key.set), setting, sql_value(trial.key.seed_index),
       trial.numeric_class, sql_value(trial.samples_trained), trial.times.started_unix_millis,
       trial.times.finished_unix_millis, sql_value(trial.times.seconds), sql_value(trial.times.attempts),
       trial.times.host, sql_value(worker), checksum_of(trial, setting, curve), curve});
  if (!weights) return;
  const std::int64_t id = SqlCells(rows.at(0), "stored trial").whole();
  const auto floats = as_bytes(*weights);
  session.run("INSERT INTO trial_weights (trial, checksum, floats) VALUES ($1, $2, $3)",
              {id, checksum_of_weights(id, floats), sql_value(floats)});
}

std::optional<std::uint64_t> finisher_of(SqlSession& session, std::int64_t study, const TrialKey& key) {
  auto rows = session.query(
      "SELECT worker FROM trial WHERE study = $1 AND set_index = $2 AND setting = $3 AND seed_index = $4",
      {study, sql_value(key.set), setting_key(key.setting), sql_value(key.seed_index)});
  if (rows.empty()) return std::nullopt;
  return SqlCells(rows[0], "stored trial").whole<std::uint64_t>();
}

void read_trials(SqlSession& session, std::int64_t study, std::uint32_t first, std::uint32_t finished,
                 const std::function<void(TrialRecord)>& take) {
  const std::string query =
      "SELECT " + trial_columns + " FROM trial WHERE study = $1 AND number > $2 ORDER BY number LIMIT $3";
  in_pieces(session, query, study, first, finished, 1000, [&](SqlRow& row, std::uint32_t number) {
    SqlCells cells(row, "stored trial");
    take(read_trial(cells, number));
  });
}

void read_weighted_trials(SqlSession& session, std::int64_t study, std::uint32_t finished,
                          const std::function<void(const WeightedTrial&)>& take) {
  const std::string query = "SELECT " + trial_columns +
                            ", trial_weights.trial, trial_weights.checksum, floats "
                            "FROM trial LEFT JOIN trial_weights ON trial_weights.trial = trial.id "
                            "WHERE study = $1 AND number > $2 ORDER BY number LIMIT $3";
  in_pieces(session, query, study, 0, finished, 16, [&](SqlRow& row, std::uint32_t number) {
    SqlCells cells(row, "stored trial");
    WeightedTrial trial{read_trial(cells, number), std::nullopt};
    if (!cells.next_is_null()) trial.second = checked_weights(cells);
    take(trial);
  });
}

std::optional<std::vector<float>> read_weights(SqlSession& session, std::int64_t study, const TrialKey& key) {
  auto rows = session.query(
      "SELECT trial_weights.trial, trial_weights.checksum, floats FROM trial_weights "
      "JOIN trial ON trial.id = trial_weights.trial "
      "WHERE study = $1 AND set_index = $2 AND setting = $3 AND seed_index = $4",
      {study, sql_value(key.set), setting_key(key.setting), sql_value(key.seed_index)});
  if (rows.empty()) return std::nullopt;
  SqlCells cells(rows[0], "stored weights");
  return checked_weights(cells);
}

void drop_weights(SqlSession& session, std::int64_t study, const std::vector<TrialKey>& keep) {
  const std::set<TrialKey> kept(keep.begin(), keep.end());
  std::vector<SqlValue> dropped;
  const auto drop = [&] {
    if (!dropped.empty())
      session.run("DELETE FROM trial_weights WHERE trial IN (" + places(1, dropped.size()) + ")", dropped);
    dropped.clear();
  };
  for (SqlRow& row : session.query("SELECT trial, set_index, setting, seed_index FROM trial_weights "
                                   "JOIN trial ON trial.id = trial_weights.trial WHERE study = $1",
                                   {study})) {
    SqlCells cells(row, "stored weights");
    const std::int64_t id = cells.whole();
    TrialKey key;
    key.set = cells.whole<std::uint32_t>();
    key.setting = setting_from_key(cells.text());
    key.seed_index = cells.whole<std::uint32_t>();
    if (!kept.contains(key)) dropped.emplace_back(id);
    if (dropped.size() == 500) drop();
  }
  drop();
}

}  // namespace etalon
