/// From evidence to a recommendation, as doc/choice.md explains it.
#pragma once

#include <optional>
#include <vector>

#include "etalon/judging/certificate.h"
#include "etalon/judging/evidence.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// The posterior of a set; nothing where no run on it learned.
std::optional<SetPosterior> posterior_if_any(const SetEvidence& evidence, std::uint64_t study_seed);

/// The choice on one set: the highest expected accuracy and, of what comes close enough, a setting with a
/// cell of margin where there is one, then the best balance of speed and stability. `posterior`: of this
/// evidence.
Recommendation choose(const StudySnapshot& study, const SetEvidence& evidence,
                      const std::optional<SetPosterior>& posterior);

/// Over several sets the setting of the smallest expected worst regret, among those that ran on every set; of
/// those that are as good, the one that most sets chose. With one set it is that set's choice. Empty with no
/// finished trial.
std::optional<OverallRecommendation> choose_overall(
    const StudySnapshot& study, const std::vector<SetEvidence>& sets,
    const std::vector<std::optional<SetPosterior>>& posteriors,
    const std::vector<Recommendation>& recommendations);

}  // namespace etalon
