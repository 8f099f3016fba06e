#include "etalon/running/study_run.h"

#include <algorithm>
#include <utility>

#include "etalon/running/built_in_objective.h"
#include "etalon/running/memory.h"
#include "etalon/running/plan.h"

namespace etalon {
namespace {

/// Samples that a trial trains on over its whole budget.
std::uint64_t samples_of_budget(const Preparation& all, std::uint32_t set) {
  const std::uint64_t batches = all.splits[set].training.size() / all.request.batch;
  return batches * all.request.batch * all.request.epochs;
}

double accuracy_of(const TrialRecord& trial, double chance) {
  if (has_non_finite_loss(trial.curve) || trial.curve.epochs.empty()) return chance;
  return trial.curve.epochs.back().validation_accuracy;
}

}  // namespace

StudyRun::StudyRun(const Preparation& all, StudySnapshot study, StudyStore& store, StudyObserver& observer,
                   const std::atomic<bool>& stop)
    : all_(all), study_(std::move(study)), store_(store), observer_(observer), stop_(stop) {
  for (std::size_t i = 0; i < study_.trials.size(); ++i) place_of_[study_.trials[i].key] = i;
  for (std::uint32_t set = 0; set < all_.data.size(); ++set)
    for (const TrialKey& trial : trials_on_set(all_.first_round, set))
      if (!place_of_.contains(trial)) work_left_at_start_ += work_of(trial, samples_of_budget(all_, set));
}

bool StudyRun::complete() const { return work_left_at_start_ == 0; }

void StudyRun::open() {
  if (study_.times.started_unix_millis == 0) study_.times.started_unix_millis = system_clock().unix_millis();
  store_.save_study(study_);
  observer_.study_opened(study_);
  if (!complete()) observer_.memory_needed(study_memory(all_, all_.trainer_options()));
}

double StudyRun::work_of(const TrialKey& trial, std::uint64_t samples) const {
  return static_cast<double>(samples) * forward_multiply_adds(all_.networks[trial.set]);
}

bool StudyRun::train(const std::vector<TrialKey>& trials) {
  std::vector<TrialKey> missing;
  for (const TrialKey& trial : trials)
    if (!place_of_.contains(trial)) missing.push_back(trial);
  if (missing.empty()) return true;

  current_set_ = missing.front().set;
  seconds_before_set_ = study_.times.training_seconds;
  BuiltInObjective objective(all_.task(current_set_), all_.trainer_options());
  observer_.set_started(current_set_, objective.lanes(), objective.threads());
  Session session(
      std::move(missing),
      {.epochs = all_.request.epochs,
       .threads = objective.threads(),
       .numeric_class = objective.numeric_class(),
       .stop = &stop_,
       .on_finished = [this](const auto& trial, const auto& weights) { trial_finished(trial, weights); },
       .on_advanced = [this](std::uint64_t samples, double seconds) { advanced(samples, seconds); }});
  objective.train(session);

  study_.times.training_seconds = seconds_before_set_ + session.training_seconds();
  store_.save_study(study_);
  return session.complete();
}

void StudyRun::trial_finished(const TrialRecord& trial, const std::vector<float>& weights) {
  store_.add_trial(study_.name, trial, weights);
  place_of_[trial.key] = study_.trials.size();
  study_.trials.push_back(trial);
  // A trial that diverged leaves the rest of its budget undone: that work is no longer left.
  const std::uint64_t budget = samples_of_budget(all_, trial.key.set);
  work_done_ += work_of(trial.key, budget - std::min(budget, trial.samples_trained));
  const double chance = study_.sets[trial.key.set].chance;
  observer_.trial_finished(trial, accuracy_of(trial, chance), has_non_finite_loss(trial.curve));
}

void StudyRun::advanced(std::uint64_t samples, double training_seconds) {
  study_.times.samples_trained += samples;
  study_.times.training_seconds = seconds_before_set_ + training_seconds;
  // Samples and seconds are saved together, so that a kill loses the same share of both: what remains is
  // still a rate.
  if (const double now = system_clock().steady_seconds(); now - last_save_ >= 1.0) {
    last_save_ = now;
    store_.save_study(study_);
  }
  work_done_ += static_cast<double>(samples) * forward_multiply_adds(all_.networks[current_set_]);
  observer_.advanced(samples, std::min(1.0, work_done_ / work_left_at_start_));
}

std::vector<Result> StudyRun::results_of(const std::vector<Proposal>& round) const {
  std::vector<Result> results;
  for (const Proposal& proposal : round)
    for (std::uint32_t set = 0; set < all_.data.size(); ++set) {
      const TrialRecord& trial = study_.trials[place_of_.at({set, proposal.setting, proposal.seed_index})];
      results.push_back(
          {set, proposal, accuracy_of(trial, study_.sets[set].chance), has_non_finite_loss(trial.curve)});
    }
  return results;
}

}  // namespace etalon
