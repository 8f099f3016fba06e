#include "etalon/storage/sql/queue_rows.h"

#include "etalon/storage/checksum.h"
#include "etalon/storage/curve_bytes.h"

namespace etalon {
namespace {

std::int64_t checksum_of(std::int64_t study, std::int64_t position, const std::string& numeric_class,
                         std::span<const std::uint8_t> curve) {
  return Checksum().add(study).add(position).add(numeric_class).add(curve).value();
}

std::int64_t checksum_of_state(std::int64_t study, std::int64_t position,
                               std::span<const std::uint8_t> state) {
  return Checksum().add(study).add(position).add(state).value();
}

}  // namespace

std::int64_t QueueRow::checksum(std::int64_t study) const {
  Checksum sum;
  sum.add(study).add(position).add(std::int64_t{trial.key.set}).add(setting_key(trial.key.setting));
  sum.add(std::int64_t{trial.key.seed_index}).add(std::int64_t{trial.epochs}).add(std::int64_t{trial.round});
  sum.add(static_cast<std::int64_t>(worker)).add(static_cast<std::int64_t>(claim));
  sum.add(std::int64_t{attempts}).add(started_unix_millis);
  return sum.value();
}

QueueRow read_queue_row(SqlCells& cells, std::int64_t study) {
  QueueRow row;
  row.position = cells.whole();
  row.trial.key.set = cells.whole<std::uint32_t>();
  const std::string setting = cells.text();
  row.trial.key.setting = setting_from_key(setting);
  row.trial.key.seed_index = cells.whole<std::uint32_t>();
  row.trial.epochs = cells.whole<std::uint32_t>();
  row.trial.round = cells.whole<std::uint32_t>();
  row.worker = cells.whole<std::uint64_t>();
  row.claim = cells.whole<std::uint64_t>();
  row.attempts = cells.whole<std::uint32_t>();
  row.started_unix_millis = cells.whole();
  row.numeric_class = cells.text();
  require_checksum("stored waiting trial of setting " + setting, cells.whole(), row.checksum(study));
  return row;
}

std::optional<Curve> read_curve(SqlCells& cells, std::int64_t study, const QueueRow& row) {
  const std::string what = "stored checkpoint of setting " + setting_key(row.trial.key.setting);
  if (cells.next_is_null() != row.numeric_class.empty())
    report_damage(what, "a trial that does not agree with it");
  if (row.numeric_class.empty()) return std::nullopt;
  const std::int64_t checksum = cells.whole();
  const Bytes curve = cells.bytes();
  require_checksum(what, checksum, checksum_of(study, row.position, row.numeric_class, curve));
  return curve_from_bytes(curve);
}

std::optional<TrialCheckpoint> read_checkpoint(SqlCells& cells, std::int64_t study, const QueueRow& row) {
  auto curve = read_curve(cells, study, row);
  if (!curve) return std::nullopt;
  const std::int64_t checksum = cells.whole();
  TrialCheckpoint checkpoint{row.trial.key, std::move(*curve), row.numeric_class, cells.bytes()};
  require_checksum("stored state of setting " + setting_key(row.trial.key.setting), checksum,
                   checksum_of_state(study, row.position, checkpoint.state));
  return checkpoint;
}

void put_checkpoint(SqlSession& session, std::int64_t study, std::int64_t position,
                    const TrialCheckpoint& checkpoint) {
  const Bytes curve = to_bytes(checkpoint.curve);
  session.run(
      "INSERT INTO trial_checkpoint (study, position, checksum, state_checksum, curve, state) "
      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (study, position) DO UPDATE SET "
      "checksum = excluded.checksum, state_checksum = excluded.state_checksum, curve = excluded.curve, "
      "state = excluded.state",
      {study, position, checksum_of(study, position, checkpoint.numeric_class, curve),
       checksum_of_state(study, position, checkpoint.state), curve, checkpoint.state});
}

}  // namespace etalon
