/// Who has been silent for too long, by counters and the watcher's own steady clock: no two clocks are ever
/// compared, and none that can be set.
///
/// Silence is the sum of the times between successive looks that found a counter unchanged. A time of three
/// beats or more is not counted: then the watcher slept, or the store was away for everybody. Not
/// thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "etalon/storage/study_store.h"

namespace etalon {

/// Seconds between two signs of life: a twelfth of the lease, and never more than fits the usual lease, so
/// that workers with a longer one are not taken for silent by the others.
double beat_seconds(double lease_seconds);

class Watch {
 public:
  explicit Watch(double lease_seconds) : lease_seconds_(lease_seconds) {}

  /// All seats as seen at `now` (steady seconds). Returns those that have been silent for the lease.
  std::vector<WorkerRecord> look(const std::vector<WorkerRecord>& seats, double now);

 private:
  struct Seen {
    std::uint64_t beats = 0;
    double silence = 0;  ///< seconds
  };

  const double lease_seconds_;
  std::optional<double> last_look_;
  std::map<std::uint64_t, Seen> seen_;  ///< by worker
};

}  // namespace etalon
