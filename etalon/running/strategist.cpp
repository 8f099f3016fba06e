#include "etalon/running/strategist.h"

#include <map>

#include "etalon/judging/evidence.h"

namespace etalon {
namespace {

using Finished = std::map<TrialKey, const TrialRecord*>;

Result result_of(const Proposal& proposal, const TrialRecord& trial, const SetFacts& facts) {
  const double accuracy = accuracy_of(trial, facts.chance);
  const bool learned =
      !has_non_finite_loss(trial.curve) && above_chance(accuracy, facts.chance, facts.validation_samples);
  return {proposal, accuracy, !learned};
}

/// What became of every proposal. REQUIRES: all of them are finished.
std::vector<Result> results_of(const std::vector<Proposal>& round, const StudySnapshot& study,
                               const Finished& finished) {
  std::vector<Result> results;
  for (const Proposal& proposal : round) {
    const TrialRecord& trial = *finished.at({proposal.set, proposal.setting, proposal.seed_index});
    results.push_back(result_of(proposal, trial, study.sets.at(proposal.set)));
  }
  return results;
}

}  // namespace

std::vector<TrialKey> Replay::proposed() const {
  std::vector<TrialKey> keys;
  for (const std::vector<PlannedTrial>& round : rounds)
    for (const PlannedTrial& trial : round) keys.push_back(trial.key);
  return keys;
}

double accuracy_of(const TrialRecord& trial, double chance) {
  if (has_non_finite_loss(trial.curve) || trial.curve.epochs.empty()) return chance;
  return trial.curve.epochs.back().validation_accuracy;
}

SearchTask search_task(const StudySnapshot& study) {
  SearchTask task{{}, study.definition.epochs, study.definition.study_seed};
  for (const SetFacts& facts : study.sets) task.sets.push_back({facts.chance, facts.validation_samples});
  return task;
}

Replay replay(const StudyPlan& asked, const StudySnapshot& study, const StrategyMaker& strategies) {
  Finished finished;
  for (const TrialRecord& trial : study.trials) finished[trial.key] = &trial;
  const auto strategy = strategies(asked, search_task(study));
  Replay replay;
  for (std::uint32_t number = 0;; ++number) {
    const std::vector<Proposal> round = strategy->suggest();
    if (round.empty()) return replay;
    std::vector<PlannedTrial>& planned = replay.rounds.emplace_back();
    for (const Proposal& proposal : round) {
      planned.push_back({{proposal.set, proposal.setting, proposal.seed_index}, proposal.epochs, number});
      if (!finished.contains(planned.back().key)) replay.missing.push_back(planned.back());
    }
    replay.rounds_to_come = strategy->rounds_to_come();
    if (!replay.missing.empty()) return replay;
    strategy->learn(results_of(round, study, finished));
  }
}

}  // namespace etalon
