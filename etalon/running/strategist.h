/// Where a study's strategies stand: replayed, round by round, over the results in the store. A function of
/// the snapshot alone, so that whoever does it says the same.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/search/registry.h"
#include "etalon/storage/study_store.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct Replay {
  std::vector<std::vector<PlannedTrial>> rounds;  ///< proposed so far
  std::vector<PlannedTrial> missing;  ///< of the last round, not finished yet; empty: the strategy is done
  std::vector<std::size_t> rounds_to_come;  ///< trials of each later round

  std::vector<TrialKey> proposed() const;  ///< in all rounds so far
};

/// The strategy of `asked`, one of those that `study` was asked for. A trial is judged as it was after the epochs
/// that were proposed, once, beside those of as many epochs of its own and earlier rounds alone: what is trained
/// later, or for others, changes no round.
Replay replay(const StudyPlan& asked, const StudySnapshot& study, const StrategyMaker& strategies);

/// What a strategy is told of a study.
SearchTask search_task(const StudySnapshot& study);

/// Last validation accuracy; chance where a loss is not finite or no epoch ended.
double accuracy_of(const Curve& curve, double chance);

}  // namespace etalon
