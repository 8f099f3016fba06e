/// What is finished and how far the study is, by whatever worker: told to the observer, one call at a time.
/// For display alone: nothing that is trained or concluded depends on it.
///
/// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "etalon/running/prepare.h"
#include "etalon/running/study_runner.h"
#include "etalon/storage/study_store.h"

namespace etalon {

class Chronicle {
 public:
  /// All but `study` is borrowed. Tells the observer of the study as the store held it just now.
  Chronicle(const Preparation& all, const StudySnapshot& study, StudyStore& store, StudyObserver& observer);

  /// Looks for trials that other workers have finished, and for more that were planned.
  void look();

  void set_started(std::uint32_t set, std::uint32_t threads);
  void claimed(const ClaimedTrial& trial);
  void advanced(std::uint32_t set, std::uint64_t samples);
  void finished(const TrialRecord& trial);  ///< by this worker; it is in the store
  void set_ended();                         ///< whatever this worker has not finished is in other hands now
  void concluding();
  void note(const std::string& text);

  /// True if any trial finished since the study was opened here.
  bool has_news() const;

 private:
  struct Open {
    double left = 0;          ///< work that its finishing does
    std::uint64_t known = 0;  ///< samples trained when it was first seen
  };

  double work_of(std::uint32_t set, std::uint64_t samples) const;
  double share() const;
  std::uint64_t budget_on(std::uint32_t set, std::uint64_t batch,
                          std::uint32_t epochs) const;  ///< in samples
  std::uint64_t batch_of(const TrialKey& trial) const;
  void add_open(const std::vector<RunningTrial>& trials);
  void expect_rest();
  void tell_growth(std::uint32_t seen);  ///< REQUIRES: looking_ held
  std::size_t finished_trials() const;   ///< that are known, stopped ones included
  void count_finished(const TrialRecord& trial);

  const Preparation& all_;
  StudyStore& store_;
  StudyObserver& observer_;
  const std::string name_;

  std::mutex looking_;  ///< of the next four
  std::uint32_t planned_ = 0;
  std::uint32_t seen_ = 0;         ///< trials that are finished, held or waiting
  std::uint32_t last_number_ = 0;  ///< of the finished trials taken from the store
  std::uint32_t epochs_ = 0;       ///< of every trial's budget, as far as is known

  mutable std::mutex telling_;                  ///< of what follows and of the observer
  std::map<TrialKey, std::uint32_t> finished_;  ///< after so many epochs
  std::set<TrialKey> stopped_;                  ///< finished too, after fewer epochs than the study has now
  bool has_news_ = false;
  std::map<TrialKey, Open> open_;
  double work_ = 0;          ///< of trials that could be named, as it was left when they were first seen
  double work_to_come_ = 0;  ///< of later rounds, by estimate
  double finished_work_ = 0;
  double running_work_ = 0;  ///< done on trials that this worker has not finished
  bool memory_told_ = false;
};

}  // namespace etalon
