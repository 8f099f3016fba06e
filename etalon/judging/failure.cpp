#include "etalon/judging/failure.h"

#include <cmath>
#include <map>

#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

/// The tuning runs of one setting.
struct SettingEnd {
  std::vector<double> accuracies;
  std::size_t runs = 0, learned = 0, diverged = 0;

  bool mostly_without_learning() const { return runs > 0 && 2 * (runs - learned - diverged) >= runs; }
};

bool learned(const RunEnd& run, double chance, std::uint32_t samples) {
  if (run.status != TrialStatus::learning) return false;
  const bool telling = above_chance(1.0, chance, samples);
  return !telling || !run.accuracy || above_chance(*run.accuracy, chance, samples);
}

const Setting* most_accurate(const std::map<Setting, SettingEnd>& settings) {
  const Setting* best = nullptr;
  double highest = 0;
  for (const auto& [setting, end] : settings) {
    if (end.learned == 0 || end.accuracies.empty()) continue;
    const double accuracy = mean(end.accuracies);
    if (best && accuracy <= highest) continue;
    best = &setting;
    highest = accuracy;
  }
  return best;
}

/// Nothing that makes a run fail larger, an eta smaller.
bool below(const Setting& setting, const Setting& other, std::span<const Axis> axes) {
  if (setting.values.size() != other.values.size()) return false;
  bool smaller = false;
  for (std::size_t i = 0; i < setting.values.size(); ++i) {
    const Quantity quantity = quantity_of(axes, i);
    if (traits_of(quantity).makes_fail && setting.values[i] > other.values[i]) return false;
    smaller |= quantity == Quantity::eta && setting.values[i] < other.values[i];
  }
  return smaller;
}

}  // namespace

bool above_chance(double accuracy, double chance, std::uint32_t samples) {
  const double variance = samples == 0 ? 0.0 : chance * (1 - chance) / samples;
  return accuracy > chance + 2 * std::sqrt(variance);
}

std::vector<Fate> fates_of(std::span<const RunEnd> runs, double chance, std::uint32_t validation_samples,
                           std::span<const Axis> axes) {
  std::map<Setting, SettingEnd> settings;
  for (const RunEnd& run : runs) {
    if (!run.tuning) continue;
    SettingEnd& end = settings[run.setting];
    ++end.runs;
    end.diverged += run.status == TrialStatus::diverged;
    end.learned += learned(run, chance, validation_samples);
    if (run.accuracy) end.accuracies.push_back(*run.accuracy);
  }
  const Setting* best = most_accurate(settings);
  std::vector<Fate> fates;
  for (const RunEnd& run : runs) {
    const bool small =
        best && below(run.setting, *best, axes) && settings[run.setting].mostly_without_learning();
    fates.push_back(learned(run, chance, validation_samples)       ? Fate::learned
                    : small && run.status != TrialStatus::diverged ? Fate::slow
                                                                   : Fate::failed);
  }
  return fates;
}

}  // namespace etalon
