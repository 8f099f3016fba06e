/// One run of a study: what is finished, what is in the store, how far it is. Used by PreparedStudy::run
/// alone.
#pragma once

#include <atomic>
#include <map>
#include <vector>

#include "etalon/running/prepare.h"
#include "etalon/running/session.h"
#include "etalon/running/study_runner.h"

namespace etalon {

class StudyRun {
 public:
  /// All is borrowed but `study`, which holds the trials that earlier runs finished.
  StudyRun(const Preparation& all, StudySnapshot study, StudyStore& store, StudyObserver& observer,
           const std::atomic<bool>& stop);

  /// True if no trial of the first round is missing.
  bool complete() const;

  /// Writes the study into the store and tells the observer.
  void open();

  /// Trains those of `trials` (all of one set) that are not finished yet. False if it was stopped before the
  /// end; what was finished by then is in the store.
  bool train(const std::vector<TrialKey>& trials);

  /// What became of every proposal on every set. REQUIRES: all of them are finished.
  std::vector<Result> results_of(const std::vector<Proposal>& round) const;

  const StudySnapshot& study() const { return study_; }

 private:
  void trial_finished(const TrialRecord& trial, const std::vector<float>& weights);
  void advanced(std::uint64_t samples, double training_seconds);
  double work_of(const TrialKey& trial, std::uint64_t samples) const;

  const Preparation& all_;
  StudySnapshot study_;
  StudyStore& store_;
  StudyObserver& observer_;
  const std::atomic<bool>& stop_;
  std::map<TrialKey, std::size_t> place_of_;  ///< into study_.trials
  std::uint32_t current_set_ = 0;
  double seconds_before_set_ = 0;  ///< study_.times.training_seconds when the current set began
  double last_save_ = 0;           ///< steady seconds
  double work_left_at_start_ = 0;
  double work_done_ = 0;
};

}  // namespace etalon
