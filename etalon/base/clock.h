/// Time, injected: whoever needs it takes a Clock, so that tests can set it.
#pragma once

#include <cstdint>
#include <string>

namespace etalon {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t unix_millis() const = 0;  ///< wall clock, may jump
  virtual double steady_seconds() const = 0;     ///< never goes back; the origin means nothing
};

const Clock& system_clock();

/// "2026-11-23 08:59:13 UTC"
std::string utc_text(std::int64_t unix_millis);

}  // namespace etalon
