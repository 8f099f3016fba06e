/// Rows of trials that wait or are held by a worker, in the order of their positions, and their checkpoints.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "etalon/storage/sql/sql.h"
#include "etalon/storage/study_store.h"

namespace etalon {

/// Adds those that are not there and not finished, and takes in what is finished with fewer epochs, behind all
/// others; how many. REQUIRES: the study is locked
std::uint32_t insert_planned(SqlSession& session, std::int64_t study, std::span<const PlannedTrial> trials);

/// A waiting trial with all that is kept of it, behind all others.
void insert_waiting(SqlSession& session, std::int64_t study, const WaitingTrial& waiting);

struct QueueCounts {
  std::vector<std::uint32_t> waiting;  ///< [set]
  std::uint32_t held = 0;
};

/// Throws Failure if there are not `queued` in all, or if one is held by a worker without a seat.
QueueCounts count_queue(SqlSession& session, std::int64_t study, std::uint32_t queued);

/// In their order. Throws Failure for a damaged row, or if there are not `queued` in all.
std::vector<RunningTrial> read_running(SqlSession& session, std::int64_t study, std::uint32_t queued);
void read_waiting(SqlSession& session, std::int64_t study, std::uint32_t queued,
                  const std::function<void(const WaitingTrial&)>& take);

/// REQUIRES: the worker's seat is locked. `locking_rows` is the database's.
std::vector<ClaimedTrial> claim_trials(SqlSession& session, std::int64_t study, const Claim& claim,
                                       const std::string& locking_rows, std::int64_t now_unix_millis);

/// Lets all that a worker holds wait again.
void release_trials(SqlSession& session, std::int64_t study, std::uint64_t worker);

/// Takes a trial out that the worker holds for so many epochs; false if it does not.
bool erase_held(SqlSession& session, std::int64_t study, std::uint64_t worker, const TrialKey& key,
                std::uint32_t epochs);

/// Passes over a trial that the worker does not hold.
void write_checkpoint(SqlSession& session, std::int64_t study, std::uint64_t worker,
                      const TrialCheckpoint& checkpoint);

}  // namespace etalon
