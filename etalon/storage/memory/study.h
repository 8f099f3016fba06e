/// One study as a memory store keeps it. Not thread-safe: the store's mutex guards it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "etalon/storage/study_store.h"

namespace etalon {

class MemoryStudy {
 public:
  MemoryStudy(const StudySnapshot& study, std::int64_t now_unix_millis);

  StudySummary summary() const;
  StudySnapshot snapshot() const;
  StudySnapshot head() const;             ///< without trials
  bool save(const StudySnapshot& study);  ///< false if it has another revision
  bool conclude(const std::vector<TestResult>& tests, std::int64_t finished_unix_millis,
                const std::vector<TrialKey>& keep);

  void plan(std::span<const PlannedTrial> trials, std::int64_t now_unix_millis);
  QueueState queue() const;
  std::vector<RunningTrial> running() const;

  void enlist(const WorkerIdentity& worker, std::int64_t now_unix_millis);
  bool has_seat(std::uint64_t worker) const { return seats_.contains(worker); }
  void beat(std::uint64_t worker, const WorkDone& done, std::int64_t now_unix_millis);
  std::vector<WorkerRecord> workers() const;
  bool dismiss(std::uint64_t worker, std::optional<std::uint64_t> beats);
  bool take_strategist(std::uint64_t worker);

  std::vector<ClaimedTrial> claim(const Claim& claim, std::int64_t now_unix_millis);
  void save_checkpoints(std::uint64_t worker, std::span<const TrialCheckpoint> checkpoints);
  bool finish(std::uint64_t worker, const TrialRecord& trial, std::span<const float> weights,
              const FinalState& state, std::int64_t now_unix_millis);

  std::vector<TrialRecord> trials_after(std::uint32_t number) const;
  void drop_states(const std::vector<TrialKey>& keep, std::uint64_t most_bytes);
  std::optional<std::vector<float>> weights(const TrialKey& key) const;
  void touch(std::int64_t now_unix_millis) { changed_unix_millis_ = now_unix_millis; }

  /// All of it to a receiver, and from a sender.
  void send(StudyReceiver& receiver) const;
  void restore(const StudyHead& head);
  void add_finished(std::uint64_t worker, TrialRecord trial, const std::optional<std::vector<float>>& weights,
                    const Bytes& state);
  void add_waiting(const WaitingTrial& waiting);

 private:
  struct Queued {
    WaitingTrial waiting;
    std::uint64_t worker = 0, claim = 0;  ///< 0: it waits
  };
  struct Finished {
    TrialRecord trial;
    std::optional<std::vector<float>> weights;
    Bytes state;
    std::uint64_t worker = 0;
  };
  struct Seat {
    WorkerIdentity identity;
    std::uint64_t beats = 0, arrival = 0;
    std::int64_t enlisted_unix_millis = 0, last_beat_unix_millis = 0;
    WorkDone done;
  };
  using Place = std::map<std::uint64_t, Queued>::iterator;

  void set_tests(const std::vector<TestResult>& tests);
  Place find_held(std::uint64_t worker, const TrialKey& key);
  void go_on(const PlannedTrial& trial);
  std::uint64_t state_bytes() const;
  ClaimedTrial hand_out(Queued& queued, const Claim& claim, std::int64_t now_unix_millis);

  StudySnapshot study_;  ///< its trials are in finished_
  bool concluded_ = false;
  std::uint64_t strategist_ = 0;
  std::map<std::uint32_t, Finished> finished_;  ///< by number
  std::map<TrialKey, std::uint32_t> finished_at_;
  std::map<std::uint64_t, Queued> queue_;  ///< by position
  std::map<TrialKey, std::uint64_t> queued_at_;
  std::uint64_t positions_ = 0, arrivals_ = 0;  ///< given out so far
  std::uint32_t numbers_ = 0;
  std::map<std::uint64_t, Seat> seats_;
  std::int64_t changed_unix_millis_ = 0;
};

}  // namespace etalon
