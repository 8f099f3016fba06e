#include "etalon/running/wider_plan.h"

#include <algorithm>

#include "etalon/search/registry.h"

namespace etalon {

SearchSpace space_of(const std::set<Setting>& settings) {
  SearchSpace space;
  if (settings.empty()) return space;
  const std::size_t axes = settings.begin()->values.size();
  std::size_t cells = 1;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    std::set<double> values;
    for (const Setting& setting : settings) values.insert(setting.values[axis]);
    space.values.emplace_back(values.begin(), values.end());
    cells *= values.size();
  }
  if (cells != settings.size()) space.settings.assign(settings.begin(), settings.end());
  return space;
}

StudyPlan plan_with_others(StudyPlan asked, const std::set<TrialKey>& own,
                           const std::vector<StudyPlan>& others, const std::set<TrialKey>& trials) {
  for (const StudyPlan& other : others) {
    asked.seeds = std::max(asked.seeds, other.seeds);
    asked.confirmation = std::max(asked.confirmation, other.confirmation);
    asked.refine = asked.refine || other.refine;
  }
  std::set<Setting> settings;
  for (const TrialKey& trial : own) settings.insert(trial.setting);
  const std::size_t asked_settings = settings.size();
  for (const TrialKey& trial : trials) {
    if (trial.seed_index >= first_confirmation_seed) continue;
    settings.insert(trial.setting);
    asked.seeds = std::max(asked.seeds, trial.seed_index + 1);
  }
  const bool grown = settings.size() > asked_settings;
  const bool lists = !strategy_traits(asked.strategy).draws;
  if (lists || grown) asked.space = space_of(settings);
  // In a plan of another strategy lists of values are ranges, so what it grew to is told setting by setting.
  if (!lists && grown) asked.space.settings.assign(settings.begin(), settings.end());
  return asked;
}

}  // namespace etalon
