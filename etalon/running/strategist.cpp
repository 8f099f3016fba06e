#include "etalon/running/strategist.h"

#include <map>

namespace etalon {
namespace {

using Finished = std::map<TrialKey, const TrialRecord*>;

TrialKey key_of(std::uint32_t set, const Proposal& proposal) {
  return {set, proposal.setting, proposal.seed_index};
}

/// What became of every proposal on every set. REQUIRES: all of them are finished.
std::vector<Result> results_of(const std::vector<Proposal>& round, const StudySnapshot& study,
                               const Finished& finished) {
  std::vector<Result> results;
  for (const Proposal& proposal : round)
    for (std::uint32_t set = 0; set < study.sets.size(); ++set) {
      const TrialRecord& trial = *finished.at(key_of(set, proposal));
      results.push_back(
          {set, proposal, accuracy_of(trial, study.sets[set].chance), has_non_finite_loss(trial.curve)});
    }
  return results;
}

}  // namespace

double accuracy_of(const TrialRecord& trial, double chance) {
  if (has_non_finite_loss(trial.curve) || trial.curve.epochs.empty()) return chance;
  return trial.curve.epochs.back().validation_accuracy;
}

Replay replay(const StudyPlan& asked, const StudySnapshot& study, const StrategyMaker& strategies) {
  Finished finished;
  for (const TrialRecord& trial : study.trials) finished[trial.key] = &trial;
  const StudyDefinition& definition = study.definition;
  const auto strategy = strategies(asked, definition.epochs, definition.study_seed);
  Replay replay;
  for (std::uint32_t number = 0;; ++number) {
    const std::vector<Proposal> round = strategy->suggest();
    if (round.empty()) return replay;
    for (std::uint32_t set = 0; set < study.sets.size(); ++set)
      for (const Proposal& proposal : round) {
        const PlannedTrial trial{key_of(set, proposal), proposal.epochs, number};
        replay.proposed.push_back(trial);
        if (!finished.contains(trial.key)) replay.missing.push_back(trial);
      }
    if (!replay.missing.empty()) return replay;
    strategy->learn(results_of(round, study, finished));
  }
}

std::vector<PlannedTrial> missing_trials(const StudySnapshot& study, const StrategyMaker& strategies) {
  std::vector<PlannedTrial> missing;
  for (const StudyPlan& asked : study.asked) {
    const Replay one = replay(asked, study, strategies);
    missing.insert(missing.end(), one.missing.begin(), one.missing.end());
  }
  return missing;
}

}  // namespace etalon
