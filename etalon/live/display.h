/// Who tells a person how a study goes: one calm line in a terminal, plain log lines elsewhere, or nobody.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "etalon/base/clock.h"
#include "etalon/live/terminal.h"
#include "etalon/running/study_runner.h"

namespace etalon {

/// An observer that can also show what follows training, and that must leave a clean terminal behind.
class ProgressDisplay : public StudyObserver {
 public:
  /// Some other work that goes on: "drawing plots", 12 of 80.
  virtual void working(const std::string& what, std::uint32_t done, std::uint32_t all) = 0;
  /// Somebody else trains: so many workers, on set `set` by now, with `share` of the work left at the start
  /// done.
  virtual void watched(std::uint32_t set, std::uint32_t workers, double share) = 0;
  /// The store does not answer, or does again; `text` says so.
  virtual void store_away(bool away, const std::string& text) = 0;
  /// Takes the line away; nothing is shown after. Called by the destructor too.
  virtual void close() = 0;
};

/// Redraws one line of `stream`, at most 8 times a second, no wider than the terminal.
std::unique_ptr<ProgressDisplay> make_terminal_display(std::FILE* stream, const Clock& clock);

/// Writes a line to `stream` at the start, then every 10 seconds, and at the end.
std::unique_ptr<ProgressDisplay> make_log_display(std::FILE* stream, const Clock& clock);

std::unique_ptr<ProgressDisplay> make_silent_display();

/// `display`, for callers that do not wait for each other: a store tells of its outages from any thread.
std::unique_ptr<ProgressDisplay> make_shared_display(std::unique_ptr<ProgressDisplay> display);

/// What fits standard error, shared: silent if `quiet`, a line in a terminal, log lines elsewhere.
std::unique_ptr<ProgressDisplay> make_display(bool quiet);

}  // namespace etalon
