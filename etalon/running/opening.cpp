#include "etalon/running/opening.h"

#include <algorithm>
#include <set>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/running/plan.h"
#include "etalon/running/strategist.h"
#include "etalon/study/differences.h"

namespace etalon {
namespace {

std::set<TrialKey> trials_of(const std::vector<PlannedTrial>& planned) {
  std::set<TrialKey> keys;
  for (const PlannedTrial& trial : planned) keys.insert(trial.key);
  return keys;
}

/// Everything that is finished or was proposed.
std::set<TrialKey> known_trials(const StudySnapshot& study, const StrategyMaker& strategies) {
  std::set<TrialKey> known;
  for (const TrialRecord& trial : study.trials) known.insert(trial.key);
  for (const StudyPlan& plan : study.asked) known.merge(trials_of(replay(plan, study, strategies).proposed));
  return known;
}

/// Grown in several runs: all of their commands, in their order, reproduce the study.
std::string joined_commands(const std::string& stored, const std::string& asked) {
  const bool known = ("\n" + stored + "\n").find("\n" + asked + "\n") != std::string::npos;
  return known ? stored : stored + "\n" + asked;
}

/// The stored study as it is with this request. Throws RequestError if it is another of the same name.
StudySnapshot joined(const Preparation& all, const StudySnapshot& stored) {
  StudySnapshot study = all.study;
  if (stored.definition != study.definition)
    throw RequestError(
        {"--study " + study.name,
         "another definition than the stored study's: " + differences(stored.definition, study.definition),
         "the definition that it was made with",
         "choose another name, or leave --study out: then the name follows the definition"});
  study.revision = stored.revision;
  study.trials = stored.trials;
  study.times = stored.times;
  study.asked = stored.asked;
  const StudyPlan& asked = all.request.plan;
  if (std::find(study.asked.begin(), study.asked.end(), asked) == study.asked.end())
    study.asked.push_back(asked);
  const std::set<TrialKey> known = known_trials(study, all.request.strategies);
  study.plan =
      plan_with_others(asked, trials_of(replay(asked, study, all.request.strategies).proposed), known);
  study.planned_trials = static_cast<std::uint32_t>(known.size());
  study.command = joined_commands(stored.command, study.command);
  return study;
}

}  // namespace

void open_study(const Preparation& all, StudyStore& store) {
  for (;;) {
    StudySnapshot study = all.study;
    if (const auto stored = store.load_study(study.name)) {
      study = joined(all, *stored);
    } else {
      study.times.started_unix_millis = system_clock().unix_millis();
    }
    if (!store.save_study(study)) continue;  // somebody else did at the same time
    store.plan_trials(study.name, missing_trials(study, all.request.strategies));
    return;
  }
}

bool plan_next(const Preparation& all, StudySnapshot study, StudyStore& store) {
  const std::vector<PlannedTrial> missing = missing_trials(study, all.request.strategies);
  if (missing.empty()) return false;
  study.planned_trials = static_cast<std::uint32_t>(known_trials(study, all.request.strategies).size());
  // Where somebody else saved at the same moment, he has counted and planned the same.
  if (store.save_study(study)) store.plan_trials(study.name, missing);
  return true;
}

}  // namespace etalon
