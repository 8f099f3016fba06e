/// Writes checkpoints on a thread of its own while training goes on. A trial has at most one that waits to be
/// written: a newer one replaces it.
///
/// Thread-safe.
#pragma once

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "etalon/running/seat.h"
#include "etalon/training/trial_state.h"

namespace etalon {

class CheckpointWriter {
 public:
  /// Store and seat are borrowed. Checkpoints are of `numeric_class`.
  CheckpointWriter(StudyStore& store, Seat& seat, std::string numeric_class);
  ~CheckpointWriter();  ///< writes what is still unwritten; a failure of that is dropped
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  /// Throws what an earlier write threw.
  void put(std::map<TrialKey, TrialState>&& states);
  /// The trial needs no checkpoint any more: it has finished.
  void forget(const TrialKey& trial);
  /// Returns when everything put is written, or the seat is gone. Throws what a write threw.
  void flush();

 private:
  void run();
  void write(std::map<TrialKey, TrialState>&& states);
  void throw_failure();  ///< REQUIRES: mutex_ held

  StudyStore& store_;
  Seat& seat_;
  const std::string numeric_class_;
  std::mutex mutex_;
  std::condition_variable wake_, written_;
  std::map<TrialKey, TrialState> unwritten_;
  bool writing_ = false;
  bool over_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace etalon
