#include "etalon/judging/expectation.h"

#include <cmath>
#include <limits>
#include <optional>

namespace etalon {
namespace {

std::optional<double> mean_of(const SettingOutcomes& outcomes, double chance) {
  if (outcomes.seeds.empty()) return std::nullopt;
  double sum = 0;
  for (const SeedOutcome& seed : outcomes.seeds) sum += seed.failed ? chance : seed.accuracy;
  return sum / static_cast<double>(outcomes.seeds.size());
}

double squared_decades(const Setting& a, const Setting& b) {
  double sum = 0;
  for (std::size_t group = 0; group < a.eta.size(); ++group) {
    const double decades = std::log10(a.eta[group] / b.eta[group]);
    sum += decades * decades;
  }
  return sum;
}

/// Of the tried settings, the nearest weigh most.
double interpolated(const SetOutcomes& outcomes, const Setting& setting) {
  double sum = 0, weights = 0;
  for (const SettingOutcomes& other : outcomes.settings) {
    const auto mean = mean_of(other, outcomes.chance);
    if (!mean) continue;
    const double squared = squared_decades(setting, other.setting);
    const double weight = 1 / (squared * squared + 1e-12);
    sum += weight * *mean;
    weights += weight;
  }
  return weights > 0 ? sum / weights : outcomes.chance;
}

}  // namespace

std::vector<double> expected_accuracies(const SetOutcomes& outcomes) {
  std::vector<double> accuracies;
  for (const SettingOutcomes& one : outcomes.settings) {
    const double accuracy = mean_of(one, outcomes.chance).value_or(interpolated(outcomes, one.setting));
    accuracies.push_back(std::round(accuracy * 1e9) / 1e9);
  }
  return accuracies;
}

}  // namespace etalon
