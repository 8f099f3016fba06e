#include "etalon/storage/sql/trials.h"

#include <map>

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

/// Of trial_columns.
TrialRecord read_trial(SqlCells& cells) {
  TrialRecord trial;
  trial.number = cells.whole<std::uint32_t>();
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

std::int64_t checksum_of_state(std::int64_t trial, const Bytes& state) {
  return Checksum().add(trial).add(state).value();
}

const std::string weight_columns = "trial_weights.trial, trial_weights.checksum, floats";
const std::string state_columns = "trial_state.trial, trial_state.checksum, state";
const std::string join_kept =
    " FROM trial LEFT JOIN trial_weights ON trial_weights.trial = trial.id "
    "LEFT JOIN trial_state ON trial_state.trial = trial.id ";

/// Of state_columns; empty where there is none.
Bytes checked_state(SqlCells& cells) {
  if (cells.next_is_null()) return {};
  const std::int64_t trial = cells.whole(), checksum = cells.whole();
  Bytes state = cells.bytes();
  require_checksum("stored final state", checksum, checksum_of_state(trial, state));
  return state;
}

std::vector<float> checked_weights(SqlCells& cells) {
  const std::int64_t trial = cells.whole(), checksum = cells.whole();
  const Bytes floats = cells.bytes();
  require_checksum("stored weights", checksum, checksum_of_weights(trial, floats));
  return floats_from_bytes(floats);
}

/// Rows in pieces, so that a large study is never held twice. `take` gives back the row's number.
void in_pieces(SqlSession& session, const std::string& query, std::int64_t study, std::uint32_t number,
               TrialCount count, std::int64_t piece, const std::function<std::uint32_t(SqlRow&)>& take) {
  const bool all = number == 0;
  std::uint32_t found = 0;
  for (bool more = true; more;) {
    auto rows = session.query(query, {study, sql_value(number), piece});
    more = static_cast<std::int64_t>(rows.size()) == piece;
    found += static_cast<std::uint32_t>(rows.size());
    for (SqlRow& row : rows) number = take(row);
  }
  if (all && found != count.finished)
    report_damage("stored study",
                  std::to_string(found) + " trials instead of " + std::to_string(count.finished));
  if (found > 0 && number > count.last_number)
    report_damage("stored trial", "number " + std::to_string(number) + ", which was never given");
}

const std::string of_key = " WHERE study = $1 AND set_index = $2 AND setting = $3 AND seed_index = $4";

std::vector<SqlValue> key_values(std::int64_t study, const TrialKey& key) {
  return {study, sql_value(key.set), setting_key(key.setting), sql_value(key.seed_index)};
}

TrialKey read_key(SqlCells& cells) {
  TrialKey key;
  key.set = cells.whole<std::uint32_t>();
  key.setting = setting_from_key(cells.text());
  key.seed_index = cells.whole<std::uint32_t>();
  return key;
}

void erase_trial(SqlSession& session, std::int64_t study, const TrialRecord& trial) {
  auto rows = session.query("SELECT id FROM trial" + of_key, key_values(study, trial.key));
  const std::int64_t id = SqlCells(rows.at(0), "stored trial").whole();
  for (const char* statement :
       {"DELETE FROM trial_weights WHERE trial = $1", "DELETE FROM trial_state WHERE trial = $1",
        "DELETE FROM trial WHERE id = $1"})
    session.run(statement, {id});
  session.run("DELETE FROM test_result" + of_key, key_values(study, trial.key));
}

}  // namespace

std::int64_t insert_trial(SqlSession& session, std::int64_t study, std::uint32_t number, std::uint64_t worker,
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
  const std::int64_t id = SqlCells(rows.at(0), "stored trial").whole();
  if (!weights) return id;
  const auto floats = as_bytes(*weights);
  session.run("INSERT INTO trial_weights (trial, checksum, floats) VALUES ($1, $2, $3)",
              {id, checksum_of_weights(id, floats), sql_value(floats)});
  return id;
}

void insert_state(SqlSession& session, std::int64_t study, std::int64_t trial, const Bytes& state) {
  const std::uint64_t size = state.size();
  session.run("INSERT INTO trial_state (trial, checksum, size, state) VALUES ($1, $2, $3, $4)",
              {trial, checksum_of_state(trial, state), sql_value(size), state});
  session.run("UPDATE study SET state_bytes = state_bytes + $2 WHERE id = $1", {study, sql_value(size)});
}

bool has_finished(SqlSession& session, std::int64_t study, std::uint64_t worker, const TrialRecord& trial) {
  auto rows =
      session.query("SELECT worker, " + trial_columns + " FROM trial" + of_key, key_values(study, trial.key));
  if (rows.empty()) return false;
  SqlCells cells(rows[0], "stored trial");
  const auto finisher = cells.whole<std::uint64_t>();
  return finisher == worker && read_trial(cells).curve.budget_epochs == trial.curve.budget_epochs;
}

void read_trials(SqlSession& session, std::int64_t study, std::uint32_t number, TrialCount count,
                 const std::function<void(TrialRecord)>& take) {
  const std::string query =
      "SELECT " + trial_columns + " FROM trial WHERE study = $1 AND number > $2 ORDER BY number LIMIT $3";
  in_pieces(session, query, study, number, count, 1000, [&](SqlRow& row) {
    SqlCells cells(row, "stored trial");
    TrialRecord trial = read_trial(cells);
    const std::uint32_t read = trial.number;
    take(std::move(trial));
    return read;
  });
}

void read_kept_trials(SqlSession& session, std::int64_t study, TrialCount count,
                      const std::function<void(const KeptTrial&)>& take) {
  const std::string query = "SELECT " + trial_columns + ", " + weight_columns + ", " + state_columns +
                            join_kept + "WHERE study = $1 AND number > $2 ORDER BY number LIMIT $3";
  in_pieces(session, query, study, 0, count, 4, [&](SqlRow& row) {
    SqlCells cells(row, "stored trial");
    KeptTrial kept{read_trial(cells), std::nullopt, {}};
    if (cells.next_is_null())
      cells.skip(3);
    else
      kept.weights = checked_weights(cells);
    kept.state = checked_state(cells);
    take(kept);
    return kept.trial.number;
  });
}

std::optional<std::vector<float>> read_weights(SqlSession& session, std::int64_t study, const TrialKey& key) {
  auto rows = session.query("SELECT " + weight_columns +
                                " FROM trial_weights JOIN trial ON trial.id = trial_weights.trial" + of_key,
                            key_values(study, key));
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
    if (!kept.contains(read_key(cells))) dropped.emplace_back(id);
    if (dropped.size() == 500) drop();
  }
  drop();
}

void drop_states(SqlSession& session, std::int64_t study, const std::vector<TrialKey>& keep,
                 std::uint64_t most_bytes) {
  struct State {
    std::int64_t trial;
    std::uint64_t size;
  };
  std::map<TrialKey, State> there;
  for (SqlRow& row : session.query("SELECT trial, size, set_index, setting, seed_index FROM trial_state "
                                   "JOIN trial ON trial.id = trial_state.trial WHERE study = $1",
                                   {study})) {
    SqlCells cells(row, "stored final state");
    const std::int64_t trial = cells.whole();
    const auto size = cells.whole<std::uint64_t>();
    there[read_key(cells)] = {trial, size};
  }
  std::uint64_t bytes = 0;
  for (const TrialKey& key : keep) {
    const auto state = there.find(key);
    if (state == there.end()) continue;
    if (bytes + state->second.size > most_bytes) break;
    bytes += state->second.size;
    there.erase(state);
  }
  for (const auto& [key, state] : there)
    session.run("DELETE FROM trial_state WHERE trial = $1", {state.trial});
  session.run("UPDATE study SET state_bytes = $2 WHERE id = $1", {study, sql_value(bytes)});
}

std::set<TrialKey> finished_keys(SqlSession& session, std::int64_t study) {
  std::set<TrialKey> keys;
  for (SqlRow& row :
       session.query("SELECT set_index, setting, seed_index FROM trial WHERE study = $1", {study})) {
    SqlCells cells(row, "stored trial");
    keys.insert(read_key(cells));
  }
  return keys;
}

std::optional<WaitingTrial> take_finished(SqlSession& session, std::int64_t study,
                                          const PlannedTrial& planned) {
  auto rows = session.query("SELECT " + trial_columns + ", " + state_columns + join_kept + of_key,
                            key_values(study, planned.key));
  if (rows.empty()) return std::nullopt;
  SqlCells cells(rows[0], "stored trial");
  TrialRecord trial = read_trial(cells);
  if (trial.curve.budget_epochs >= planned.epochs) return std::nullopt;
  WaitingTrial waiting{planned, trial.times.attempts, trial.times.started_unix_millis, std::nullopt};
  Bytes state = checked_state(cells);
  erase_trial(session, study, trial);
  session.run(
      "UPDATE study SET finished_trials = finished_trials - 1, state_bytes = state_bytes - $2 WHERE id = $1",
      {study, sql_value(std::uint64_t{state.size()})});
  if (!state.empty())
    waiting.checkpoint = {trial.key, std::move(trial.curve), trial.numeric_class, std::move(state)};
  return waiting;
}

}  // namespace etalon
