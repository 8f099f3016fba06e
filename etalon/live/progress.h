/// How far a study is, as values and as text: what the terminal's line and the log lines show.
///
/// Not thread-safe; the observers that own one are called one call at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "etalon/study/snapshot.h"

namespace etalon {

/// A setting's mean validation accuracy over the seeds that have finished and did not diverge.
struct BestSoFar {
  Setting setting;
  double accuracy = 0;  ///< [0, 1]
};

class Progress {
 public:
  /// Seconds of the same steady clock go into every call.
  void open(const StudySnapshot& study, double now);
  void start_set(std::uint32_t set) { set_ = set; }
  void grow(std::uint32_t planned_trials) { planned_ = planned_trials; }
  /// Others train: so many workers, on `set` by now.
  void watch(std::uint32_t set, std::uint32_t workers, double share);
  void advance(std::uint64_t samples, double share, double now);
  void store_away(bool away) { store_away_ = away; }
  void finish_trial(const TrialKey& key, double accuracy, bool diverged);

  std::string set_name() const { return set_ < sets_.size() ? sets_[set_] : ""; }
  bool was_complete() const { return was_complete_; }  ///< when the study was opened

  std::uint32_t done() const { return done_; }  ///< trials finished, those of earlier runs included
  std::uint32_t planned() const { return planned_; }
  double share() const { return share_; }  ///< of the work left at the start, [0, 1]
  std::uint32_t diverged() const { return diverged_; }

  /// Trial-samples per second over the last 10 seconds; nothing in the first half second.
  std::optional<double> samples_per_second(double now) const;
  /// What is left, from the share done and the time it took; nothing in the first second.
  std::optional<double> seconds_left(double now) const;
  /// On the set being trained.
  std::optional<BestSoFar> best() const;

  /// One line of at most `columns` characters; shorter words, then fewer parts where it is narrow:
  /// "digits 2/3   42 trials done, 183 left   ETA 31 s   52,300 samples/s   best 97.8 % conv=0.1 full=0.01"
  std::string line(unsigned columns, double now) const;

 private:
  struct Sum {
    double accuracy = 0;
    std::uint32_t count = 0;
  };
  struct Mark {
    double seconds = 0;
    std::uint64_t samples = 0;  ///< trained when the clock showed `seconds`
  };

  std::vector<std::string> parts(bool wide, double now) const;

  std::vector<Axis> axes_;
  std::vector<std::string> sets_;
  std::vector<std::map<Setting, Sum>> accuracies_;  ///< [set]
  std::uint32_t set_ = 0;
  std::optional<std::uint32_t> workers_;  ///< where others train
  std::uint32_t done_ = 0, planned_ = 0, diverged_ = 0;
  bool was_complete_ = false;
  bool store_away_ = false;
  double share_ = 0;
  double opened_ = 0;
  std::uint64_t samples_ = 0;
  std::deque<Mark> marks_;
};

/// "study NAME: 225 trials, 12 of them finished"
std::string opening_text(const StudySnapshot& study);

/// 52300 as "52,300". REQUIRES: value >= 0
std::string grouped_number(double value);

}  // namespace etalon
