/// The waiting trials of one data set, claimed from the store for this worker's training threads, and what
/// becomes of them on its way back: checkpoints and finished trials.
///
/// Thread-safe: any number of threads may take trials and hand back outcomes at once. What the store throws
/// surfaces in the threads that train.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "etalon/base/clock.h"
#include "etalon/running/checkpoint_writer.h"
#include "etalon/running/seat.h"
#include "etalon/storage/study_store.h"
#include "etalon/training/trial_source.h"

namespace etalon {

class Session final : public TrialSource {
 public:
  struct Options {
    std::string study;
    StudyDefinition definition{};  ///< the study's
    std::uint32_t set = 0;
    std::uint32_t threads = 1;  ///< of this worker
    std::string numeric_class;
    double checkpoint_seconds = 10;
    std::uint64_t trial_state_bytes = 0;  ///< of one trial: few large ones are claimed at a time
    std::uint64_t state_bytes = 0;  ///< that states of the study's finished trials may take; 0: none is kept
    const std::atomic<bool>* stop = nullptr;
    const Clock* clock = &system_clock();
    /// Called one at a time.
    std::function<void(const ClaimedTrial&)> on_claimed = [](const auto&) {};
    std::function<void(const TrialRecord&)> on_finished = [](const auto&) {};       ///< it is in the store
    std::function<void(std::uint64_t samples)> on_advanced = [](std::uint64_t) {};  ///< since the last call
  };

  /// Store and seat are borrowed.
  Session(StudyStore& store, Seat& seat, Options options);

  std::optional<Assignment> next() override;
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void advanced(std::uint64_t samples, double seconds) override;
  void finished(Outcome outcome) override;
  bool keeps_states() const override { return options_.state_bytes > 0; }
  bool stop_requested() const override;
  bool checkpoint_due(double seconds) const override;
  void checkpoint(Pause trial) override;

  /// After training: returns when all checkpoints are written. Throws what writing one threw.
  void close();

 private:
  std::uint32_t share();
  void claim(std::uint32_t most);  ///< REQUIRES: claiming_ held
  Assignment begin(ClaimedTrial claimed);
  double longest_seconds() const;  ///< REQUIRES: mutex_ held

  StudyStore& store_;
  Seat& seat_;
  const Options options_;
  const std::string host_;
  std::mutex claiming_;               ///< of what follows
  std::deque<ClaimedTrial> claimed_;  ///< that no thread has begun
  std::mutex mutex_;                  ///< of what follows
  std::uint64_t tickets_ = 0;
  std::map<std::uint64_t, ClaimedTrial> training_;  ///< by ticket
  std::map<std::thread::id, double> thread_seconds_;
  std::mutex telling_;
  CheckpointWriter writer_;
};

}  // namespace etalon
