/// The end of a study: the recommended setting's kept weights meet the test part, once, and all other weights
/// go.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/running/chronicle.h"
#include "etalon/running/prepare.h"
#include "etalon/study/recommendation.h"

namespace etalon {

enum class Conclusion {
  stood,  ///< the store already held all of it
  written,
  too_early,  ///< more was planned meanwhile; nothing was written
};

/// All trials, those of the most accurate settings first, by the mean over their seeds.
std::vector<TrialKey> by_accuracy(const StudySnapshot& study);

/// What stays in the store.
struct Keeping {
  bool weights = false;           ///< of every trial, not only of those that may be chosen
  std::uint64_t state_bytes = 0;  ///< of final states, those of the most accurate settings first
};

/// Evaluates what the recommendation needs and the store does not have yet, and writes the conclusion. `judgement`:
/// of the study.
Conclusion conclude(const Preparation& all, const StudySnapshot& study, const Judgement& judgement,
                    StudyStore& store, Chronicle& chronicle, const Keeping& keeping);

}  // namespace etalon
