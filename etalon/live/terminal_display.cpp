#include <cstdio>

#include <fmt/format.h>

#include "etalon/base/printable.h"
#include "etalon/live/display.h"
#include "etalon/live/progress.h"

namespace etalon {
namespace {

constexpr double redraw_seconds = 0.125;

class TerminalDisplay final : public ProgressDisplay {
 public:
  TerminalDisplay(std::FILE* stream, const Clock& clock) : stream_(stream), clock_(clock) {}
  ~TerminalDisplay() override { close(); }

  void study_opened(const StudySnapshot& study) override {
    progress_.open(study, clock_.steady_seconds());
    note(opening_text(study));
  }
  void memory_needed(const StudyMemory& memory) override {
    note("memory at most " + to_text(memory));
    note("  a trial: " + trial_text(memory.training));
    note("  " + results_text(memory));
  }
  void plan_grew(std::uint32_t planned_trials) override { progress_.grow(planned_trials); }
  void set_started(std::uint32_t set, std::uint32_t) override {
    progress_.start_set(set);
    show();
  }
  void advanced(std::uint64_t samples, double share) override {
    progress_.advance(samples, share, clock_.steady_seconds());
    show();
  }
  void trial_finished(const TrialRecord& trial, double accuracy, bool diverged) override {
    progress_.finish_trial(trial.key, accuracy, diverged);
    show();
  }
  void concluding() override { draw("evaluating the test part", clock_.steady_seconds()); }
  void watched(std::uint32_t set, std::uint32_t workers, double share) override {
    progress_.watch(set, workers, share);
    show();
  }
  void working(const std::string& what, std::uint32_t done, std::uint32_t all) override {
    if (is_due()) draw(fmt::format("{}, {} of {}", what, done, all), clock_.steady_seconds());
  }
  void store_away(bool away, const std::string& text) override {
    progress_.store_away(away);
    note(text);
    if (progress_.planned() > 0) show();
  }
  void note(const std::string& text) override {
    close();
    std::fprintf(stream_, "%s\n", printable(text).c_str());
  }
  void close() override {
    if (drawn_) std::fputs("\r\x1b[K", stream_);
    std::fflush(stream_);
    drawn_ = false;
  }

 private:
  bool is_due() const { return !drawn_ || clock_.steady_seconds() - last_drawn_ >= redraw_seconds; }

  void show() {
    if (!is_due()) return;
    const double now = clock_.steady_seconds();
    draw(progress_.line(width(), now), now);
  }

  /// The last column stays free: a terminal may break the line there.
  unsigned width() const { return columns_at(::fileno(stream_)) - 1; }

  void draw(const std::string& line, double now) {
    const std::string fitting = line.substr(0, width());
    std::fprintf(stream_, "\r%s\x1b[K", fitting.c_str());
    std::fflush(stream_);
    drawn_ = true;
    last_drawn_ = now;
  }

  std::FILE* stream_;
  const Clock& clock_;
  Progress progress_;
  double last_drawn_ = 0;
  bool drawn_ = false;
};

}  // namespace

std::unique_ptr<ProgressDisplay> make_terminal_display(std::FILE* stream, const Clock& clock) {
  return std::make_unique<TerminalDisplay>(stream, clock);
}

}  // namespace etalon
