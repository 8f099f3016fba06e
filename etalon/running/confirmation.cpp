#include "etalon/running/confirmation.h"

#include <algorithm>
#include <optional>

#include "etalon/judging/judge.h"

namespace etalon {
namespace {

/// Of the other settings the most accurate; nothing where none ended above 0.
std::optional<Setting> rival_of(const Recommendation& recommendation, const std::vector<CellSummary>& cells) {
  const CellSummary* rival = nullptr;
  for (const CellSummary& cell : cells)
    if (cell.setting != recommendation.setting && cell.accuracy.mean && cell.diverged_seeds < cell.seeds &&
        (!rival || *cell.accuracy.mean > *rival->accuracy.mean))
      rival = &cell;
  return rival ? std::optional(rival->setting) : std::nullopt;
}

}  // namespace

std::vector<PlannedTrial> confirmation_trials(const StudySnapshot& study, std::uint32_t round) {
  std::vector<PlannedTrial> trials;
  if (study.plan.confirmation == 0) return trials;
  const Judgement judgement = judge(study);
  for (const Recommendation& recommendation : judgement.recommendations) {
    const std::optional<Setting> rival = rival_of(recommendation, judgement.cells.at(recommendation.set));
    for (std::uint32_t seed = 0; seed < study.plan.confirmation; ++seed)
      for (const std::optional<Setting>& setting : {recommendation.setting, rival})
        if (recommendation.setting && setting)
          trials.push_back({{recommendation.set, *setting, first_confirmation_seed + seed},
                            study.definition.epochs,
                            round});
  }
  return trials;
}

std::size_t confirmation_to_come(const StudySnapshot& study) {
  const std::size_t settings = std::min<std::size_t>(2, all_settings(study.plan.space).size());
  return settings * study.plan.confirmation * study.sets.size();
}

}  // namespace etalon
