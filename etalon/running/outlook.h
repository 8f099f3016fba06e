/// How far a study is as a whole: all that was asked for, and the confirmation of what comes out.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "etalon/search/registry.h"
#include "etalon/storage/study_store.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct Outlook {
  std::vector<PlannedTrial> missing;  ///< as far as it can be named now; empty: nothing is left to train
  std::set<TrialKey> known;           ///< finished and not stopped, or proposed so far
  std::uint32_t finished = 0;         ///< of what was proposed
  std::uint32_t confirming = 0;       ///< trials of the confirmation, named or to come
  std::vector<std::size_t> rounds_to_come;  ///< trials that cannot be named yet, by round
  std::vector<std::string> words;           ///< what the rounds that `missing` belongs to do, for a person
  std::optional<Judgement> judgement;  ///< of the study, where it had to be judged: what is to be confirmed?

  std::uint32_t planned_trials() const;
};

/// A function of the snapshot alone: of its trials, its plan and what was asked for.
Outlook outlook_of(const StudySnapshot& study, const StrategyMaker& strategies);

}  // namespace etalon
