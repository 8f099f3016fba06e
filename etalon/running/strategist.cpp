#include "etalon/running/strategist.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "etalon/judging/failure.h"
#include "etalon/judging/measures.h"

namespace etalon {
namespace {

using Finished = std::map<TrialKey, const TrialRecord*>;

/// A trial of one round, as it was after the epochs that were proposed.
struct Run {
  const Setting* setting;
  Curve curve;
};

/// How the trials of one set ended after so many epochs, round after round. A trial's fate is told with its own round
/// and stays.
class SetEnds {
 public:
  SetEnds(const SetFacts& facts, std::vector<Axis> axes) : facts_(facts), axes_(std::move(axes)) {}

  void add(const std::vector<Run>& round) {
    std::vector<const Curve*> curves;
    for (const Run& run : round) curves.push_back(&run.curve);
    offset_ = std::min(offset_, loss_offset(curves));
    for (const Run& run : round) {
      RunEnd& end = ends_.emplace_back();
      end.setting = *run.setting;
      end.status = status_of(normalize(run.curve, offset_), facts_.label_entropy);
      const double accuracy =
          end.status == TrialStatus::diverged ? facts_.chance : accuracy_of(run.curve, facts_.chance);
      if (std::isfinite(accuracy)) end.accuracy = accuracy;
    }
    const std::vector<Fate> fates = fates_of(ends_, facts_.chance, facts_.validation_samples, axes_);
    for (std::size_t i = failed_.size(); i < fates.size(); ++i) failed_.push_back(fates[i] == Fate::failed);
    told_ = fates.size() - round.size();
  }
  /// Of the round added last, one after the other.
  Result next(const Proposal& proposal) {
    const std::size_t place = told_++;
    return {proposal, ends_.at(place).accuracy.value_or(facts_.chance), failed_.at(place)};
  }

 private:
  const SetFacts& facts_;
  const std::vector<Axis> axes_;
  double offset_ = 0;
  std::vector<RunEnd> ends_;
  std::vector<bool> failed_;
  std::size_t told_ = 0;
};

/// Of each set, after each number of epochs that was proposed.
using Ends = std::map<std::pair<std::uint32_t, std::uint32_t>, SetEnds>;

/// What became of every proposal. REQUIRES: all of them are finished.
std::vector<Result> results_of(const std::vector<Proposal>& round, const Finished& finished,
                               const StudySnapshot& study, Ends& ends) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Run>> runs;
  for (const Proposal& proposal : round) {
    const TrialRecord& trial = *finished.at({proposal.set, proposal.setting, proposal.seed_index});
    runs[{proposal.set, proposal.epochs}].push_back(
        {&trial.key.setting, first_epochs(trial.curve, proposal.epochs)});
  }
  for (const auto& [place, trials] : runs)
    ends.try_emplace(place, study.sets.at(place.first), axes_of(study.definition)).first->second.add(trials);
  std::vector<Result> results;
  for (const Proposal& proposal : round)
    results.push_back(ends.at({proposal.set, proposal.epochs}).next(proposal));
  return results;
}

}  // namespace

std::vector<TrialKey> Replay::proposed() const {
  std::vector<TrialKey> keys;
  for (const std::vector<PlannedTrial>& round : rounds)
    for (const PlannedTrial& trial : round) keys.push_back(trial.key);
  return keys;
}

double accuracy_of(const Curve& curve, double chance) {
  if (has_diverged(curve) || curve.epochs.empty()) return chance;
  return curve.epochs.back().validation_accuracy;
}

SearchTask search_task(const StudySnapshot& study) {
  SearchTask task{{}, epochs_of(study), study.definition.study_seed, axes_of(study.definition)};
  for (const SetFacts& facts : study.sets) task.sets.push_back({facts.chance, facts.validation_samples});
  return task;
}

Replay replay(const StudyPlan& asked, const StudySnapshot& study, const StrategyMaker& strategies) {
  Finished finished;
  for (const TrialRecord& trial : study.trials) finished[trial.key] = &trial;
  const auto strategy = strategies(asked, search_task(study));
  Ends ends;
  Replay replay;
  for (std::uint32_t number = 0;; ++number) {
    const std::vector<Proposal> round = strategy->suggest();
    if (round.empty()) return replay;
    std::vector<PlannedTrial>& planned = replay.rounds.emplace_back();
    for (const Proposal& proposal : round) {
      planned.push_back({{proposal.set, proposal.setting, proposal.seed_index}, proposal.epochs, number});
      const auto trial = finished.find(planned.back().key);
      if (trial == finished.end() || trial->second->curve.budget_epochs < proposal.epochs)
        replay.missing.push_back(planned.back());
    }
    replay.rounds_to_come = strategy->rounds_to_come();
    if (!replay.missing.empty()) return replay;
    strategy->learn(strategy->listens() ? results_of(round, finished, study, ends) : std::vector<Result>{});
  }
}

}  // namespace etalon
