/// A clock that a test sets by hand.
#pragma once

#include <atomic>

#include "etalon/base/clock.h"

namespace etalon {

class ManualClock final : public Clock {
 public:
  std::int64_t unix_millis() const override { return unix_millis_; }
  double steady_seconds() const override { return steady_seconds_; }

  void pass(double seconds) {
    steady_seconds_ = steady_seconds_ + seconds;
    unix_millis_ += static_cast<std::int64_t>(seconds * 1000);
  }
  void set_wall_clock_by(double hours) { unix_millis_ += static_cast<std::int64_t>(hours * 3600e3); }

 private:
  std::atomic<std::int64_t> unix_millis_ = 1'700'000'000'000;
  std::atomic<double> steady_seconds_ = 1000;
};

}  // namespace etalon
