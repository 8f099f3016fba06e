/// Ctrl-C, SIGTERM and the terminal's end (SIGHUP) as a flag that work looks at.
#pragma once

#include <atomic>
#include <exception>
#include <string>

namespace etalon {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP (unless nohup has it ignored) sets a flag, a second
/// SIGINT or SIGTERM leaves the process at once with exit code 130: what the store has by then is kept, as in
/// a kill. One at a time.
class InterruptWatch {
 public:
  /// `advice` follows "left at once; " on standard error when the second comes.
  explicit InterruptWatch(const std::string& advice = "");
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  const std::atomic<bool>& flag() const;
  bool interrupted() const { return flag().load(); }

  /// Sleeps for so many seconds, 0 or more; throws Interrupted as soon as the flag is set.
  static void sleep(double seconds);
};

/// Thrown where work is left because the flag was set; carries no message, as it is no error.
class Interrupted : public std::exception {};

}  // namespace etalon
