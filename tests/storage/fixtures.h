/// Studies, folders and child processes for the tests of stores.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "etalon/base/clock.h"
#include "etalon/storage/study_store.h"

namespace etalon {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

  /// Name and digest of everything within: equal before and after means untouched.
  std::vector<std::string> contents() const;

 private:
  std::filesystem::path path_;
};

class ManualClock final : public Clock {
 public:
  std::int64_t unix_millis() const override { return now_unix_millis; }
  double steady_seconds() const override { return static_cast<double>(now_unix_millis) / 1000; }
  std::int64_t now_unix_millis = 1'700'000'000'000;
};

/// A study with a value in every field that is not its default, without trials.
StudySnapshot some_study(const std::string& name = "some study");

/// The same as a store knows it that was only told to save it.
StudySnapshot saved_study(const std::string& name = "some study");

/// Trial number 0, 1, 2, ... with a curve full of awkward floats; later numbers have smaller keys.
TrialRecord some_trial(std::uint32_t number, std::uint32_t steps = 40);
std::vector<float> some_weights(std::uint32_t number, std::size_t count = 50);

PlannedTrial planned(const TrialRecord& trial, std::uint32_t round = 0);
WorkerIdentity some_worker(std::uint64_t id);

/// A checkpoint in the middle of trial `number`, with a state of so many bytes.
TrialCheckpoint some_checkpoint(std::uint32_t number, std::uint32_t step = 3, std::size_t bytes = 100);

/// A seat at a study that plans, claims and finishes trials. The store has to outlive it.
class Hand {
 public:
  Hand(StudyStore& store, const std::string& study, std::uint64_t worker = 0);  ///< 0: a number of its own
  std::uint64_t worker() const { return worker_; }

  std::vector<ClaimedTrial> claim(std::uint32_t set, std::uint32_t most,
                                  const std::string& numeric_class = "x86-64-fma");
  void plan_and_hold(const TrialRecord& trial);
  void finish(const TrialRecord& trial, std::span<const float> weights,
              const FinalState& state = {});  ///< plans, claims and finishes it

 private:
  StudyStore& store_;
  std::string study_;
  std::uint64_t worker_, claims_ = 0;
};

void expect_same_checkpoint(const TrialCheckpoint& a, const TrialCheckpoint& b);
void expect_same_trial(const TrialRecord& a, const TrialRecord& b);

/// Equality of every field but revision, trials and tests.
void expect_same_study(const StudySnapshot& a, const StudySnapshot& b);

/// Runs `act` in a forked process, which ends with its result as the exit status (99 if it throws) and
/// without running anything of this one's. The pid.
pid_t in_child(const std::function<int()>& act);
int exit_status_of(pid_t child);  ///< waits; 128 + signal if it was killed
int run_in_child(const std::function<int()>& act);

}  // namespace etalon
