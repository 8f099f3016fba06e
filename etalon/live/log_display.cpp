#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "etalon/base/printable.h"
#include "etalon/base/text.h"
#include "etalon/live/display.h"
#include "etalon/live/progress.h"

namespace etalon {
namespace {

constexpr double line_seconds = 10.0;
constexpr unsigned any_width = 1000;

class LogDisplay final : public ProgressDisplay {
 public:
  LogDisplay(std::FILE* stream, const Clock& clock)
      : logger_("etalon",
                std::make_shared<spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>>(stream)),
        clock_(clock) {
    logger_.set_pattern("[%H:%M:%S] %v");
    logger_.flush_on(spdlog::level::info);
  }

  void study_opened(const StudySnapshot& study) override {
    const double now = clock_.steady_seconds();
    progress_.open(study, now);
    last_line_ = now;
    note(opening_text(study));
  }
  void memory_needed(const StudyMemory& memory) override {
    note("memory at most " + to_text(memory));
    note("  a trial: " + trial_text(memory.training));
    note("  " + results_text(memory));
  }
  void plan_grew(std::uint32_t planned_trials) override { progress_.grow(planned_trials); }
  void set_started(std::uint32_t set, std::uint32_t threads) override {
    progress_.start_set(set);
    logger_.info("training on {}, {}", progress_.set_name(), counted(threads, "thread"));
  }
  void advanced(std::uint64_t samples, double share) override {
    progress_.advance(samples, share, clock_.steady_seconds());
    show_if_due();
  }
  void trial_finished(const TrialRecord& trial, double accuracy, bool diverged) override {
    progress_.finish_trial(trial.key, accuracy, diverged);
    if (progress_.done() == progress_.planned())
      show();
    else
      show_if_due();
  }
  void concluding() override {
    if (!progress_.was_complete()) note("evaluating the test part");
  }
  void watched(std::uint32_t set, std::uint32_t workers, double share) override {
    progress_.watch(set, workers, share);
    show_if_due();
  }
  void working(const std::string& what, std::uint32_t done, std::uint32_t all) override {
    if (done == all || clock_.steady_seconds() - last_line_ >= line_seconds) {
      last_line_ = clock_.steady_seconds();
      logger_.info("{}, {} of {}", what, done, all);
    }
  }
  void store_away(bool away, const std::string& text) override {
    progress_.store_away(away);
    note(text);
  }
  void note(const std::string& text) override { logger_.info("{}", printable(text)); }
  void close() override { logger_.flush(); }

 private:
  void show_if_due() {
    if (clock_.steady_seconds() - last_line_ >= line_seconds) show();
  }
  void show() {
    last_line_ = clock_.steady_seconds();
    logger_.info("{}", progress_.line(any_width, last_line_));
  }

  spdlog::logger logger_;
  const Clock& clock_;
  Progress progress_;
  double last_line_ = clock_.steady_seconds();
};

}  // namespace

std::unique_ptr<ProgressDisplay> make_log_display(std::FILE* stream, const Clock& clock) {
  return std::make_unique<LogDisplay>(stream, clock);
}

}  // namespace etalon
