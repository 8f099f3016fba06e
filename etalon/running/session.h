/// The trials of one data set that wait to be trained, handed out to training threads in the plan's order.
///
/// Thread-safe: any number of threads may take trials and hand back outcomes at once. Every trial is handed
/// out once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "etalon/base/clock.h"
#include "etalon/study/trial.h"
#include "etalon/training/roster.h"

namespace etalon {

class Session final : public AssignmentSource {
 public:
  struct Options {
    std::uint32_t epochs = 1;   ///< every trial's budget
    std::uint32_t threads = 1;  ///< how many will share the work
    std::string numeric_class;
    const std::atomic<bool>* stop = nullptr;
    const Clock* clock = &system_clock();
    /// Both are called one at a time. `weights` are the trial's final ones.
    std::function<void(const TrialRecord&, const std::vector<float>& weights)> on_finished;
    /// Samples since the last call, and training_seconds() by now.
    std::function<void(std::uint64_t samples, double training_seconds)> on_advanced;
  };

  Session(std::vector<TrialKey> trials, Options options);

  std::vector<Assignment> next_pack(std::uint32_t most) override;
  std::optional<Assignment> next() override;
  void epoch_done(std::uint64_t ticket, std::uint32_t epoch, const EpochPoint& point) override;
  void advanced(std::uint64_t samples, double seconds) override;
  void finished(Outcome outcome) override;
  bool stop_requested() const override;

  /// True when every trial was handed back.
  bool complete() const;
  /// Training seconds of the busiest thread so far: the wall time spent training, evaluation left out.
  double training_seconds() const;

 private:
  Assignment hand_out();           ///< REQUIRES: mutex_ held, something left
  double longest_seconds() const;  ///< REQUIRES: mutex_ held

  const std::vector<TrialKey> trials_;
  const Options options_;
  mutable std::mutex mutex_;
  std::size_t handed_out_ = 0;
  std::size_t handed_back_ = 0;
  std::optional<std::uint32_t>
      last_share_;  ///< size of the last packs, once fewer trials are left than all lanes hold
  std::vector<std::int64_t> started_unix_millis_;  ///< [trial]
  std::map<std::thread::id, double> thread_seconds_;
};

}  // namespace etalon
