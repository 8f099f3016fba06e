#include "etalon/running/shared_plan.h"

#include <algorithm>
#include <set>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/running/outlook.h"
#include "etalon/running/strategist.h"
#include "etalon/running/wider_plan.h"
#include "etalon/study/differences.h"

namespace etalon {
namespace {

std::set<TrialKey> first_trials(const Replay& replay) {
  std::set<TrialKey> keys;
  if (!replay.rounds.empty())
    for (const PlannedTrial& trial : replay.rounds.front()) keys.insert(trial.key);
  return keys;
}

/// The newest request's plan, widened to all that was asked for and all that is finished.
StudyPlan joint_plan(const StudyPlan& newest, const StudySnapshot& study, const StrategyMaker& strategies) {
  std::set<TrialKey> own, beside;
  for (const TrialRecord& trial : study.trials) beside.insert(trial.key);
  std::vector<Replay> replays;
  for (const StudyPlan& asked : study.asked) {
    replays.push_back(replay(asked, study, strategies));
    for (const TrialKey& key : replays.back().proposed()) beside.erase(key);
  }
  for (std::size_t i = 0; i < replays.size(); ++i)
    (study.asked[i] == newest ? own : beside).merge(first_trials(replays[i]));
  return plan_with_others(newest, own, study.asked, beside);
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
        {{Field::study_name, " " + study.name},
         "another definition than the stored study's: " + differences(stored.definition, study.definition),
         "the definition that it was made with",
         "choose another name, or none: then it follows the definition"});
  study.revision = stored.revision;
  study.trials = stored.trials;
  study.times = stored.times;
  study.asked = stored.asked;
  const StudyPlan& asked = all.request.plan;
  if (std::find(study.asked.begin(), study.asked.end(), asked) == study.asked.end())
    study.asked.push_back(asked);
  study.plan = joint_plan(asked, study, all.request.strategies);
  study.planned_trials = outlook_of(study, all.request.strategies).planned_trials();
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
    store.plan_trials(study.name, outlook_of(study, all.request.strategies).missing);
    return;
  }
}

void take_older(Preparation& all, StudyStore& store) {
  const std::vector<StudySummary> there = store.list_studies();
  const auto is_there = [&](const std::string& name) {
    return std::ranges::any_of(there, [&](const StudySummary& one) { return one.name == name; });
  };
  const bool named = !all.request.study_name.empty();
  if (!named && is_there(all.study.name)) return;
  StudyDefinition older = all.study.definition;
  while (older.numerics_version-- > 1) {
    const std::string name = named ? all.study.name : default_study_name(older);
    if (!is_there(name)) continue;
    const auto stored = store.load_study(name);
    if (!stored || stored->definition != older) continue;
    all.study.name = name;
    all.study.definition = older;
    return;
  }
}

NextRound plan_next(const Preparation& all, StudySnapshot study, StudyStore& store) {
  Outlook outlook = outlook_of(study, all.request.strategies);
  const bool missing = !outlook.missing.empty();
  if (!missing && study.planned_trials == outlook.planned_trials()) return {};
  study.planned_trials = outlook.planned_trials();
  // Where somebody else saved at the same moment, he has counted and planned the same, or more.
  if (!store.save_study(study)) return {.more = true, .words = {}};
  store.plan_trials(study.name, outlook.missing);
  return {missing, std::move(outlook.words)};
}

}  // namespace etalon
