/// One row of the queue, and the checkpoint of its trial.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/storage/sql/cells.h"
#include "etalon/storage/study_store.h"

namespace etalon {

struct QueueRow {
  std::int64_t position = 0;
  PlannedTrial trial;
  std::uint64_t worker = 0, claim = 0;  ///< 0: it waits
  std::uint32_t attempts = 0;
  std::int64_t started_unix_millis = 0;
  std::string numeric_class;  ///< of its checkpoint; empty: it has none

  /// Of all but the class, for which the checkpoint's answers.
  std::int64_t checksum(std::int64_t study) const;
};

inline const std::string queue_columns =
    "queue.position, set_index, setting, seed_index, epochs, round, worker, claim, attempts, "
    "started_unix_millis, numeric_class, queue.checksum";

/// Of queue_columns. Throws Failure for a damaged row.
QueueRow read_queue_row(SqlCells& cells, std::int64_t study);

inline const std::string curve_columns = "trial_checkpoint.checksum, curve";

/// Of curve_columns, as the row's checkpoint has to be; nothing for a row without one.
std::optional<Curve> read_curve(SqlCells& cells, std::int64_t study, const QueueRow& row);

/// Of curve_columns and state_columns.
inline const std::string state_columns = "state_checksum, state";
std::optional<TrialCheckpoint> read_checkpoint(SqlCells& cells, std::int64_t study, const QueueRow& row);

/// Inserts the checkpoint of the trial at `position`, or replaces it.
void put_checkpoint(SqlSession& session, std::int64_t study, std::int64_t position,
                    const TrialCheckpoint& checkpoint);

}  // namespace etalon
