#include "etalon/live/progress.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/text.h"
#include "etalon/judging/measures.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

constexpr double rate_window_seconds = 10.0;
constexpr double mark_spacing_seconds = 0.25;

/// The parts of the line, from left to right.
enum Part : std::size_t {
  set_part,
  store_part,
  trials_part,
  time_part,
  workers_part,
  rate_part,
  best_part,
  part_count
};

std::string joined(const std::vector<std::string>& parts, const char* gap) {
  std::string line;
  for (const std::string& part : parts)
    if (!part.empty()) line += fmt::format("{}{}", line.empty() ? "" : gap, part);
  return line;
}

std::string whole_seconds_text(double seconds) {
  const double whole = std::max(1.0, std::round(seconds));
  return whole < 10 ? fmt::format("{:.0f} s", whole) : duration_text(whole);
}

}  // namespace

std::string opening_text(const StudySnapshot& study) {
  return fmt::format("study {}: {}, {} of them finished", short_name(study.name),
                     counted(study.planned_trials, "trial"), study.trials.size());
}

std::string grouped_number(double value) {
  check(value >= 0, "value", value, "at least 0");
  const std::string digits = fmt::format("{:.0f}", value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

void Progress::open(const StudySnapshot& study, double now) {
  axes_ = axes_of(study.definition);
  for (const SetIdentity& set : study.definition.sets) sets_.push_back(set.name);
  accuracies_.resize(sets_.size());
  planned_ = study.planned_trials;
  opened_ = now;
  marks_.push_back({now, 0});
  for (const TrialRecord& trial : study.trials) {
    const bool diverged = has_diverged(trial.curve) || trial.curve.epochs.empty();
    finish_trial(trial.key, diverged ? 0.0 : trial.curve.epochs.back().validation_accuracy, diverged);
  }
  was_complete_ = done_ >= planned_;
}

void Progress::advance(std::uint64_t samples, double share, double now) {
  samples_ += samples;
  share_ = std::clamp(share, share_, 1.0);
  if (marks_.empty() || now - marks_.back().seconds >= mark_spacing_seconds)
    marks_.push_back({now, samples_});
  while (marks_.size() > 2 && now - marks_[1].seconds >= rate_window_seconds) marks_.pop_front();
}

void Progress::watch(std::uint32_t set, std::uint32_t workers, double share) {
  set_ = set;
  workers_ = workers;
  share_ = std::clamp(share, share_, 1.0);
}

void Progress::finish_trial(const TrialKey& key, double accuracy, bool diverged) {
  ++done_;
  if (diverged) ++diverged_;
  if (diverged || !std::isfinite(accuracy) || key.set >= accuracies_.size()) return;
  Sum& sum = accuracies_[key.set][key.setting];
  sum.accuracy += accuracy;
  ++sum.count;
}

std::optional<double> Progress::samples_per_second(double now) const {
  if (marks_.empty() || samples_ == 0 || now - marks_.front().seconds < 0.5) return std::nullopt;
  const Mark& first = marks_.front();
  return static_cast<double>(samples_ - first.samples) / (now - first.seconds);
}

std::optional<double> Progress::seconds_left(double now) const {
  const double elapsed = now - opened_;
  if (elapsed < 1.0 || share_ <= 0.001 || done_ >= planned_) return std::nullopt;
  return elapsed * (1.0 - share_) / share_;
}

std::optional<BestSoFar> Progress::best() const {
  std::optional<BestSoFar> best;
  if (set_ >= accuracies_.size()) return best;
  for (const auto& [setting, sum] : accuracies_[set_]) {
    const double mean = sum.accuracy / sum.count;
    if (!best || mean > best->accuracy) best = BestSoFar{setting, mean};
  }
  return best;
}

std::string Progress::line(unsigned columns, double now) const {
  std::string whole = joined(parts(true, now), "   ");
  if (whole.size() <= columns) return whole;
  std::vector<std::string> shorter = parts(false, now);
  // Too narrow for all: the rate goes first, then the set, then the best, then the rest from the right.
  for (const std::size_t part : {rate_part, set_part, best_part, workers_part, time_part}) {
    if (joined(shorter, "  ").size() <= columns) break;
    shorter[part].clear();
  }
  return joined(shorter, "  ").substr(0, columns);
}

std::vector<std::string> Progress::parts(bool wide, double now) const {
  std::vector<std::string> parts(part_count);
  parts[set_part] =
      sets_.size() > 1 ? fmt::format("{} {}/{}", set_name(), set_ + 1, sets_.size()) : set_name();
  if (store_away_) parts[store_part] = "store away";
  const std::uint32_t left = planned_ > done_ ? planned_ - done_ : 0;
  parts[trials_part] =
      fmt::format("{} done, {} left", wide ? counted(done_, "trial") : std::to_string(done_), left);
  if (const auto seconds = seconds_left(now)) parts[time_part] = "ETA " + whole_seconds_text(*seconds);
  if (workers_) parts[workers_part] = counted(*workers_, "worker");
  if (const auto rate = samples_per_second(now))
    parts[rate_part] = grouped_number(*rate) + (wide ? " samples/s" : "/s");
  if (const auto best_now = best())
    parts[best_part] = fmt::format("{}{:.1f} % {}", wide ? "best " : "", 100 * best_now->accuracy,
                                   to_text(best_now->setting, axes_));
  return parts;
}

}  // namespace etalon
