#include "etalon/running/shared_plan.h"

#include <algorithm>
#include <set>
#include <tuple>

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
    if (!is_stopped(trial, study)) beside.insert(trial.key);
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
  if (can_grow(stored.training.schedule)) asked.epochs = stored.epochs;
  std::string hint = "choose another name, or none: then it follows the definition";
  const std::string differing = differences(stored, asked);
  asked.epochs = stored.epochs;
  if (asked == stored)
    hint = fmt::format(
        "the schedule {} ends with the budget, so that a run of more epochs takes other steps from the start; {}",
        stored.training.schedule.name, hint);
  throw RequestError({{Field::study_name, " " + name},
                      "another definition than the stored study's: " + differing,
                      "the definition that it was made with",
                      hint});
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
  const StudyPlan& asked = all.study.asked.front();
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

/// Finished trials move with their states, a few at a time, so that no other call waits for long.
void plan_all(const std::string& study, std::span<const PlannedTrial> trials, bool new_alone,
              StudyStore& store) {
  constexpr std::size_t few = 16;
  const std::size_t piece = new_alone ? trials.size() : few;
  for (; !trials.empty(); trials = trials.subspan(std::min(piece, trials.size())))
    store.plan_trials(study, trials.first(std::min(piece, trials.size())));
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
    const std::set<TrialKey> growing = take_growing(study, outlook.missing);
    plan_all(study.name, outlook.missing, growing.empty(), store);
    opened.words = growth_words(study, growing, store);
    if (epochs_of(study) > all.request.epochs)
      opened.words.push_back(
          fmt::format("the study already trains {}, and fewer are asked for here: nothing changes",
                      counted(epochs_of(study), "epoch")));
    return opened;
  }
}

namespace {

/// How well the stored study answers a request for `asked`; nothing where it is another one.
std::optional<std::tuple<std::uint32_t, bool, std::uint32_t>> fit(const StudySnapshot& stored,
                                                                  const StudyDefinition& asked, bool named) {
  const StudyDefinition& definition = stored.definition;
  const bool by_default =
      stored.name == default_study_name(definition) || stored.name == name_with_epochs(definition);
  StudyDefinition as_old = asked;
  as_old.numerics_version = definition.numerics_version;
  if (!(named || by_default) || definition.numerics_version > asked.numerics_version ||
      !is_same_study(definition, as_old))
    return std::nullopt;
  return std::tuple(definition.numerics_version, epochs_of(stored) == asked.epochs, epochs_of(stored));
}

}  // namespace

void take_older(Preparation& all, StudyStore& store) {
  const std::string& name = all.request.study_name;
  const StudyDefinition asked = all.study.definition;
  const std::vector<StudySummary> there = store.list_studies();
  if (name.empty() && std::ranges::count(there, all.study.name, &StudySummary::name) > 0) return;
  std::optional<std::tuple<std::uint32_t, bool, std::uint32_t>> best;
  for (const StudySummary& one : there) {
    if (!name.empty() && one.name != name) continue;
    const auto stored = store.load_head(one.name);
    const auto fits = stored ? fit(*stored, asked, !name.empty()) : std::nullopt;
    if (!fits || (best && *best >= *fits)) continue;
    best = fits;
    all.study.name = stored->name;
    all.study.definition = stored->definition;
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
