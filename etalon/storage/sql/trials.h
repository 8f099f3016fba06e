/// Rows of finished trials, their weights and final states. A study's finished trials are numbered from 1, in
/// the order in which they were finished; where one goes on, its number is not given again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "etalon/storage/sql/sql.h"
#include "etalon/storage/study_store.h"

namespace etalon {

/// A finished trial with all that is kept of it.
struct KeptTrial {
  TrialRecord trial;
  std::optional<std::vector<float>> weights;
  Bytes state;  ///< empty: none
};

/// How many finished trials there are, and the highest number that one of them may have.
struct TrialCount {
  std::uint32_t finished = 0, last_number = 0;
};

/// Adds trial `number`, finished by `worker`; weights may be missing. Its row's id.
std::int64_t insert_trial(SqlSession& session, std::int64_t study, std::uint32_t number, std::uint64_t worker,
                          const TrialRecord& trial, std::optional<std::span<const float>> weights);

/// The final state of the trial with that row, and its size in the study's sum. REQUIRES: the study is locked
void insert_state(SqlSession& session, std::int64_t study, std::int64_t trial, const Bytes& state);

/// Whether the worker has finished that trial, after as many epochs.
bool has_finished(SqlSession& session, std::int64_t study, std::uint64_t worker, const TrialRecord& trial);

/// Calls `take` with the trials of higher numbers than `number`, in their order. Throws Failure for a damaged row,
/// or if all are read (`number` is 0) and are not as many as counted.
void read_trials(SqlSession& session, std::int64_t study, std::uint32_t number, TrialCount count,
                 const std::function<void(TrialRecord)>& take);

/// All of them, with all that is kept of them.
void read_kept_trials(SqlSession& session, std::int64_t study, TrialCount count,
                      const std::function<void(const KeptTrial&)>& take);

std::optional<std::vector<float>> read_weights(SqlSession& session, std::int64_t study, const TrialKey& key);

/// Drops the weights of all trials but `keep`.
void drop_weights(SqlSession& session, std::int64_t study, const std::vector<TrialKey>& keep);

/// Drops final states but for those of `keep`, of which the first stay that take at most `most_bytes` together.
/// REQUIRES: the study is locked
void drop_states(SqlSession& session, std::int64_t study, const std::vector<TrialKey>& keep,
                 std::uint64_t most_bytes);

/// Of all that are finished.
std::set<TrialKey> finished_keys(SqlSession& session, std::int64_t study);

/// A finished trial of fewer epochs than planned, out of its table, as it waits to go on; nothing if there is none.
/// REQUIRES: the study is locked
std::optional<WaitingTrial> take_finished(SqlSession& session, std::int64_t study,
                                          const PlannedTrial& planned);

}  // namespace etalon
