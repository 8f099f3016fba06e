#include "etalon/running/shared_plan.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"
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
  for (const TrialRecord& trial : study.trials)
    if (trial.curve.budget_epochs >= epochs_of(study)) beside.insert(trial.key);
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

[[noreturn]] void refuse_other(const std::string& name, const StudyDefinition& stored,
                               StudyDefinition asked) {
  std::string hint = "choose another name, or leave --study out: then the name follows the definition";
  const std::string differing = differences(stored, asked);
  asked.epochs = stored.epochs;
  if (asked == stored)
    hint = fmt::format(
        "the schedule {} ends with the budget, so that a longer run is no shorter one that goes on; {}",
        stored.training.schedule.name, hint);
  throw RequestError({"--study " + name, "another definition than the stored study's: " + differing,
                      "the definition that it was made with", hint});
}

/// The stored study as it is with this request, but for its count of trials. Throws RequestError if it is another
/// of the same name.
StudySnapshot joined(const Preparation& all, StudySnapshot stored) {
  StudySnapshot study = all.study;
  if (!is_same_study(stored.definition, study.definition))
    refuse_other(study.name, stored.definition, study.definition);
  study.definition = stored.definition;
  study.plan.epochs = std::max(epochs_of(stored), all.request.plan.epochs);
  study.revision = stored.revision;
  study.trials = std::move(stored.trials);
  study.tests = std::move(stored.tests);
  study.times = stored.times;
  study.asked = std::move(stored.asked);
  for (StudyPlan& known : study.asked)
    if (known.epochs == 0) known.epochs = stored.definition.epochs;
  const StudyPlan& asked = all.request.plan;
  if (std::find(study.asked.begin(), study.asked.end(), asked) == study.asked.end())
    study.asked.push_back(asked);
  const std::uint32_t epochs = study.plan.epochs;
  study.plan = joint_plan(asked, study, all.request.strategies);
  study.plan.epochs = epochs;
  study.command = joined_commands(stored.command, study.command);
  return study;
}

/// Takes finished trials out that are planned now: they go on.
std::set<TrialKey> take_growing(StudySnapshot& study, const std::vector<PlannedTrial>& planned) {
  std::set<TrialKey> waiting, growing;
  for (const PlannedTrial& trial : planned) waiting.insert(trial.key);
  std::erase_if(study.trials, [&](const TrialRecord& trial) {
    if (waiting.contains(trial.key)) growing.insert(trial.key);
    return waiting.contains(trial.key);
  });
  return growing;
}

/// How many trials go on, and how many of the finished ones begin anew.
std::vector<std::string> growth_words(const StudySnapshot& study, const std::set<TrialKey>& growing,
                                      StudyStore& store) {
  if (growing.empty()) return {};
  std::size_t anew = 0;
  for (const RunningTrial& trial : store.running_trials(study.name))
    anew += growing.contains(trial.key) && !trial.curve;
  const std::string to = fmt::format("to {}", counted(epochs_of(study), "epoch"));
  std::vector<std::string> words;
  if (anew < growing.size())
    words.push_back(fmt::format("{} {} on {}", counted(growing.size() - anew, "finished trial"),
                                growing.size() - anew == 1 ? "goes" : "go", to));
  if (anew > 0)
    words.push_back(fmt::format("{} {} anew {}: the store keeps no state to go on from",
                                counted(anew, "finished trial"), anew == 1 ? "is trained" : "are trained",
                                to));
  return words;
}

}  // namespace

OpenedStudy open_study(const Preparation& all, StudyStore& store) {
  for (;;) {
    OpenedStudy opened{all.study, {}};
    StudySnapshot& study = opened.study;
    if (auto stored = store.load_study(study.name)) {
      study = joined(all, std::move(*stored));
    } else {
      study.times.started_unix_millis = system_clock().unix_millis();
    }
    const Outlook outlook = outlook_of(study, all.request.strategies);
    study.planned_trials = outlook.planned_trials();
    if (!store.save_study(study)) continue;  // somebody else did at the same time
    ++study.revision;
    store.plan_trials(study.name, outlook.missing);
    opened.words = growth_words(study, take_growing(study, outlook.missing), store);
    if (epochs_of(study) > all.request.epochs)
      opened.words.push_back(
          fmt::format("the study trains {} already, more than the {} that are asked for here",
                      counted(epochs_of(study), "epoch"), all.request.epochs));
    return opened;
  }
}

void take_older(Preparation& all, StudyStore& store) {
  const std::vector<StudySummary> there = store.list_studies();
  const auto is_there = [&](const std::string& name) {
    return std::ranges::any_of(there, [&](const StudySummary& one) { return one.name == name; });
  };
  const bool named = !all.request.study_name.empty();
  if (!named && is_there(all.study.name)) return;
  for (StudyDefinition older = all.study.definition; older.numerics_version > 0; --older.numerics_version) {
    const std::set<std::string> names =
        named ? std::set{all.study.name} : std::set{default_study_name(older), name_with_epochs(older)};
    for (const std::string& name : names) {
      if (!is_there(name)) continue;
      const auto stored = store.load_study(name);
      if (!stored || !is_same_study(stored->definition, older)) continue;
      all.study.name = name;
      all.study.definition = stored->definition;
      return;
    }
  }
}

NextRound plan_next(const Preparation& all, StudySnapshot& study, StudyStore& store) {
  Outlook outlook = outlook_of(study, all.request.strategies);
  const bool missing = !outlook.missing.empty();
  if (!missing && study.planned_trials == outlook.planned_trials())
    return {.more = false, .words = {}, .judgement = std::move(outlook.judgement)};
  study.planned_trials = outlook.planned_trials();
  // Where somebody else saved at the same moment, it has counted and planned the same, or more.
  if (!store.save_study(study)) return {.more = true, .words = {}, .judgement = {}};
  store.plan_trials(study.name, outlook.missing);
  // With another count of trials it is judged anew: a warning may name it.
  return {.more = true, .words = std::move(outlook.words), .judgement = {}};
}

}  // namespace etalon
