#include "etalon/running/watch.h"

#include <algorithm>
#include <utility>

namespace etalon {

double beat_seconds(double lease_seconds) { return std::min(lease_seconds, 60.0) / 12; }

std::vector<WorkerRecord> Watch::look(const std::vector<WorkerRecord>& seats, double now) {
  const double gap = now - last_look_.value_or(now);
  const double counted = gap < 3 * beat_seconds(lease_seconds_) ? gap : 0;
  last_look_ = now;
  std::vector<WorkerRecord> silent;
  std::map<std::uint64_t, Seen> seen;
  for (const WorkerRecord& seat : seats) {
    const auto before = seen_.find(seat.identity.id);
    const bool unchanged = before != seen_.end() && before->second.beats == seat.beats;
    const double silence = unchanged ? before->second.silence + counted : 0;
    seen[seat.identity.id] = {seat.beats, silence};
    if (silence >= lease_seconds_) silent.push_back(seat);
  }
  seen_ = std::move(seen);
  return silent;
}

}  // namespace etalon
