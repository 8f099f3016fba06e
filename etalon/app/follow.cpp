#include "etalon/app/follow.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/judging/measures.h"

namespace etalon {
namespace {

class Watching {
 public:
  Watching(StudyStore& store, const std::string& study, ProgressDisplay& display,
           const FollowOptions& options)
      : store_(store), name_(study), display_(display), options_(options) {
    auto snapshot = store_.load_study(name_);
    if (!snapshot) throw_gone();
    for (const TrialRecord& trial : snapshot->trials) last_number_ = std::max(last_number_, trial.number);
    const auto is_stopped_there = [&](const TrialRecord& trial) { return is_stopped(trial, *snapshot); };
    std::erase_if(snapshot->trials, is_stopped_there);
    finished_ = first_ = static_cast<std::uint32_t>(snapshot->trials.size());
    planned_ = snapshot->planned_trials;
    for (const SetFacts& set : snapshot->sets) chances_.push_back(set.chance);
    display_.study_opened(*snapshot);
  }

  /// True once the study has concluded.
  bool look() {
    for (const TrialRecord& trial : store_.trials_after(name_, last_number_)) tell(trial);
    const StudySummary study = summary();
    if (study.planned_trials != planned_) display_.plan_grew(planned_ = study.planned_trials);
    workers_ = study.workers;
    const std::uint32_t left = planned_ > first_ ? planned_ - first_ : 1;
    display_.watched(set_, workers_, static_cast<double>(finished_ - first_) / left);
    return study.concluded;
  }

  /// True once nobody is there and nobody is to come, twice in a row.
  bool deserted() {
    if (workers_ > 0) {
      lonely_ = 0;
      asked_ = options_.clock->steady_seconds();
    } else if (options_.clock->steady_seconds() - asked_ >= options_.seconds_between_questions) {
      asked_ = options_.clock->steady_seconds();
      lonely_ = options_.more_to_come() ? 0 : lonely_ + 1;
    }
    return lonely_ >= 2;
  }

 private:
  [[noreturn]] void throw_gone() const {
    throw Failure({"study " + name_, "no study of that name any more", "the one that was submitted",
                   "somebody has deleted it"});
  }

  StudySummary summary() {
    for (StudySummary& study : store_.list_studies())
      if (study.name == name_) return study;
    throw_gone();
  }

  void tell(const TrialRecord& trial) {
    const bool diverged = has_diverged(trial.curve) || trial.curve.epochs.empty();
    const double accuracy =
        diverged ? chances_.at(trial.key.set) : trial.curve.epochs.back().validation_accuracy;
    set_ = trial.key.set;
    last_number_ = trial.number;
    ++finished_;
    display_.trial_finished(trial, accuracy, diverged);
  }

  StudyStore& store_;
  const std::string name_;
  ProgressDisplay& display_;
  const FollowOptions& options_;
  std::vector<double> chances_;  ///< [set]
  std::uint32_t last_number_ = 0, first_ = 0, finished_ = 0, planned_ = 0, workers_ = 0, set_ = 0;
  double asked_ = options_.clock->steady_seconds();
  int lonely_ = 0;  ///< how often in a row nobody was there or to come
};

}  // namespace

FollowEnd follow_study(StudyStore& store, const std::string& study, ProgressDisplay& display,
                       const InterruptWatch& interrupts, const FollowOptions& options) {
  Watching watching(store, study, display, options);
  const auto pause = std::chrono::duration<double>(options.seconds_between_looks);
  while (!interrupts.interrupted()) {
    if (watching.look()) return FollowEnd::concluded;
    if (watching.deserted()) return FollowEnd::deserted;
    const double until = options.clock->steady_seconds() + pause.count();
    while (!interrupts.interrupted() && options.clock->steady_seconds() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return FollowEnd::interrupted;
}

}  // namespace etalon
