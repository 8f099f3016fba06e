/// Where a study's strategies stand: replayed, round by round, over the results in the store. A function of
/// the snapshot alone, so that whoever does it says the same.
#pragma once

#include <vector>

#include "etalon/search/make.h"
#include "etalon/storage/study_store.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct Replay {
  std::vector<PlannedTrial> proposed;  ///< in all rounds so far, each round set by set
  std::vector<PlannedTrial> missing;   ///< of the last round, not finished yet; empty: the strategy is done
};

/// The strategy of `asked`, one of those that `study` was asked for.
Replay replay(const StudyPlan& asked, const StudySnapshot& study, const StrategyMaker& strategies);

/// What is missing of all that was asked for, as far as it can be named now. Empty: all strategies are done.
std::vector<PlannedTrial> missing_trials(const StudySnapshot& study, const StrategyMaker& strategies);

/// Last validation accuracy; chance where the trial diverged.
double accuracy_of(const TrialRecord& trial, double chance);

}  // namespace etalon
