/// Waiting between attempts: exponential with jitter, timed by a steady clock, until patience ends.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "etalon/base/clock.h"
#include "etalon/base/random.h"

namespace etalon {

struct Patience {
  double first_seconds = 0.1;   ///< the first wait, at most; each next is twice as long
  double longest_seconds = 10;  ///< of one wait
  double seconds = 600;         ///< after the first trouble no attempt begins later than this
};

/// Blocks for so many seconds.
using Sleeper = std::function<void(double seconds)>;
void sleep_for_seconds(double seconds);

class Backoff {
 public:
  /// `clock` must outlive it. Processes that start at once draw different jitter.
  Backoff(const Patience& patience, const Clock& clock, Sleeper sleep = sleep_for_seconds);

  /// Seconds to wait before the next attempt: half to all of the time that is due. Nothing when patience has
  /// ended.
  std::optional<double> next_wait();

  /// Waits for half to all of the time that is due. False, at once, when patience has ended.
  bool wait();

  std::uint32_t attempts() const { return attempts_; }  ///< that came to nothing
  double seconds() const;                               ///< since the first of them

 private:
  Patience patience_;
  const Clock& clock_;
  Sleeper sleep_;
  RandomSequence jitter_;
  std::uint32_t attempts_ = 0;
  double began_ = 0;
};

}  // namespace etalon
