/// A worker's place at a study: enlisted under a random number, with signs of life, an eye on the other
/// workers, and knowledge of its own end.
///
/// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "etalon/base/clock.h"
#include "etalon/running/watch.h"
#include "etalon/storage/process.h"
#include "etalon/storage/study_store.h"

namespace etalon {

class Seat {
 public:
  struct Options {
    double lease_seconds = 60;
    const Clock* clock = &system_clock();
    std::function<Liveness(const ProcessIdentity&)> liveness = liveness_of;
    /// Another worker lost its seat by this one's doing; why: "its process has ended".
    std::function<void(const WorkerRecord&, const std::string& why)> on_dismissed = [](const auto&,
                                                                                       const auto&) {};
  };

  /// Enlists, and looks at the others once, so that the trials of a process that was killed go on at once.
  Seat(StudyStore& store, std::string study, Options options);
  ~Seat();  ///< gives the seat back if that works; a seat that stays is dismissed by others
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  std::uint64_t id() const { return id_; }
  double seconds_between_ticks() const { return beat_seconds(options_.lease_seconds); }

  /// A sign of life and a look at the others, due every seconds_between_ticks(). Throws what the store
  /// throws.
  void tick();

  /// True once somebody took the seat away: all trials are gone with it.
  bool gone() const { return gone_.load(); }
  /// An answer of the store said so.
  void lose() { gone_ = true; }

  /// True if the strategist's role is this worker's now.
  bool take_strategist();

  /// More work, told with the next sign of life.
  void add_work(const WorkDone& more);

  /// The number of this worker's next claim.
  std::uint64_t next_claim() { return ++claims_; }

  /// Tells the last of the work done and leaves; trials still held wait again. Throws what the store throws.
  void give_back();

 private:
  WorkDone work_done() const;
  void watch_others();
  void dismiss(const WorkerRecord& other, const std::string& why);

  StudyStore& store_;
  const std::string study_;
  const Options options_;
  const std::uint64_t id_;
  std::atomic<bool> gone_ = false;
  std::atomic<std::uint64_t> claims_ = 0;
  mutable std::mutex mutex_;  ///< of the two below
  WorkDone done_;
  Watch watch_;
};

}  // namespace etalon
