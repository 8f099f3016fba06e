#include "etalon/running/confirmation.h"

#include <algorithm>
#include <optional>

namespace etalon {

std::vector<PlannedTrial> confirmation_trials(const StudySnapshot& study, const Judgement& judgement,
                                              std::uint32_t round) {
  std::vector<PlannedTrial> trials;
  for (const Recommendation& recommendation : judgement.recommendations) {
    for (std::uint32_t seed = 0; seed < study.plan.confirmation; ++seed)
      for (const std::optional<Setting>& setting : {recommendation.setting, recommendation.rival})
        if (recommendation.setting && setting)
          trials.push_back(
              {{recommendation.set, *setting, first_confirmation_seed + seed}, epochs_of(study), round});
  }
  return trials;
}

std::size_t confirmation_to_come(const StudySnapshot& study) {
  const std::size_t settings = std::min<std::size_t>(2, all_settings(study.plan.space).size());
  return settings * study.plan.confirmation * study.sets.size();
}

}  // namespace etalon
