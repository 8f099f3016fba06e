/// Rows of finished trials and their weights. A study's finished trials are numbered from 1 without gaps, in
/// the order in which they were finished.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "etalon/storage/sql/sql.h"
#include "etalon/study/trial.h"

namespace etalon {

/// Adds trial `number`, finished by `worker`; weights may be missing.
void insert_trial(SqlSession& session, std::int64_t study, std::uint32_t number, std::uint64_t worker,
                  const TrialRecord& trial, std::optional<std::span<const float>> weights);

/// Who finished it; nothing if nobody has.
std::optional<std::uint64_t> finisher_of(SqlSession& session, std::int64_t study, const TrialKey& key);

/// Calls `take` with the trials after the first `first`, in the order of their numbers. Throws Failure for a
/// damaged row, or if there are not `finished` in all.
void read_trials(SqlSession& session, std::int64_t study, std::uint32_t first, std::uint32_t finished,
                 const std::function<void(TrialRecord)>& take);

/// The same from the first on, with their weights.
using WeightedTrial = std::pair<TrialRecord, std::optional<std::vector<float>>>;
void read_weighted_trials(SqlSession& session, std::int64_t study, std::uint32_t finished,
                          const std::function<void(const WeightedTrial&)>& take);

std::optional<std::vector<float>> read_weights(SqlSession& session, std::int64_t study, const TrialKey& key);

/// Drops the weights of all trials but `keep`.
void drop_weights(SqlSession& session, std::int64_t study, const std::vector<TrialKey>& keep);

}  // namespace etalon
