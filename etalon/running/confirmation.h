/// Fresh seeds for what was chosen: no choice was made with them, so their accuracies flatter nobody.
#pragma once

#include <vector>

#include "etalon/storage/study_store.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// For each set the confirmation seeds of its choice and of the closest rival, as the plan asks for them,
/// whether finished or not. `judgement`: of the study, every strategy being done. `round`: of the trials.
std::vector<PlannedTrial> confirmation_trials(const StudySnapshot& study, const Judgement& judgement,
                                              std::uint32_t round);

/// How many confirmation_trials will be at most: where no other setting may be the best, there is no rival.
std::size_t confirmation_to_come(const StudySnapshot& study);

}  // namespace etalon
