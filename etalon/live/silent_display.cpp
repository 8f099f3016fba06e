#include <cstdio>

#include <unistd.h>

#include "etalon/live/display.h"

namespace etalon {
namespace {

class SilentDisplay final : public ProgressDisplay {
 public:
  void study_opened(const StudySnapshot&) override {}
  void memory_needed(const StudyMemory&) override {}
  void plan_grew(std::uint32_t) override {}
  void set_started(std::uint32_t, std::uint32_t) override {}
  void advanced(std::uint64_t, double) override {}
  void trial_finished(const TrialRecord&, double, bool) override {}
  void concluding() override {}
  void watched(std::uint32_t, std::uint32_t, double) override {}
  void working(const std::string&, std::uint32_t, std::uint32_t) override {}
  void store_away(bool, const std::string&) override {}
  void note(const std::string&) override {}
  void close() override {}
};

}  // namespace

std::unique_ptr<ProgressDisplay> make_silent_display() { return std::make_unique<SilentDisplay>(); }

std::unique_ptr<ProgressDisplay> make_display(bool quiet) {
  if (quiet) return make_silent_display();
  return make_shared_display(terminal_at(STDERR_FILENO).interactive
                                 ? make_terminal_display(stderr, system_clock())
                                 : make_log_display(stderr, system_clock()));
}

}  // namespace etalon
