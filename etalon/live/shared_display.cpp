#include <mutex>
#include <utility>

#include "etalon/live/display.h"

namespace etalon {
namespace {

class SharedDisplay final : public ProgressDisplay {
 public:
  explicit SharedDisplay(std::unique_ptr<ProgressDisplay> display) : display_(std::move(display)) {}

  void study_opened(const StudySnapshot& study) override { tell(&ProgressDisplay::study_opened, study); }
  void memory_needed(const StudyMemory& memory) override { tell(&ProgressDisplay::memory_needed, memory); }
  void plan_grew(std::uint32_t planned) override { tell(&ProgressDisplay::plan_grew, planned); }
  void set_started(std::uint32_t set, std::uint32_t threads) override {
    tell(&ProgressDisplay::set_started, set, threads);
  }
  void advanced(std::uint64_t samples, double share) override {
    tell(&ProgressDisplay::advanced, samples, share);
  }
  void trial_finished(const TrialRecord& trial, double accuracy, bool diverged) override {
    tell(&ProgressDisplay::trial_finished, trial, accuracy, diverged);
  }
  void concluding() override { tell(&ProgressDisplay::concluding); }
  void watched(std::uint32_t set, std::uint32_t workers, double share) override {
    tell(&ProgressDisplay::watched, set, workers, share);
  }
  void working(const std::string& what, std::uint32_t done, std::uint32_t all) override {
    tell(&ProgressDisplay::working, what, done, all);
  }
  void store_away(bool away, const std::string& text) override {
    tell(&ProgressDisplay::store_away, away, text);
  }
  void note(const std::string& text) override { tell(&ProgressDisplay::note, text); }
  void close() override { tell(&ProgressDisplay::close); }

 private:
  template <typename Member, typename... Values>
  void tell(Member member, const Values&... values) {
    const std::scoped_lock one_at_a_time(mutex_);
    ((*display_).*member)(values...);
  }

  std::mutex mutex_;
  const std::unique_ptr<ProgressDisplay> display_;
};

}  // namespace

std::unique_ptr<ProgressDisplay> make_shared_display(std::unique_ptr<ProgressDisplay> display) {
  return std::make_unique<SharedDisplay>(std::move(display));
}

}  // namespace etalon
