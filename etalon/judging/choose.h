/// From evidence to a recommendation, as doc/choice.md explains it.
#pragma once

#include <optional>
#include <vector>

#include "etalon/judging/evidence.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// The choice on one set: as accurate as the best within noise, with a cell of margin where the grid allows
/// it, then the best balance of speed and stability.
Recommendation choose(const StudySnapshot& study, const SetEvidence& evidence);

/// Over several sets the setting of the smallest worst regret, among those that ran on every set and keep the
/// divergence limit there (if any does); ties go to the smallest sum of regrets, then to Setting order. With
/// one set it is that set's choice. Empty with no finished trial.
std::optional<OverallRecommendation> choose_overall(const StudySnapshot& study,
                                                    const std::vector<SetEvidence>& sets,
                                                    const std::vector<Recommendation>& recommendations);

}  // namespace etalon
