#include "etalon/judging/targets.h"

#include <cmath>

#include "etalon/judging/limits.h"

namespace etalon {
namespace {

bool may_set_targets(const MeasuredTrial& trial) {
  return trial.record->key.seed_index == 0 && trial.status == TrialStatus::learning;
}

}  // namespace

std::optional<double> last_accuracy(const MeasuredTrial& trial, double chance) {
  if (trial.status == TrialStatus::diverged) return chance;
  const auto& epochs = trial.record->curve.epochs;
  if (epochs.empty() || std::isnan(epochs.back().validation_accuracy)) return {};
  return epochs.back().validation_accuracy;
}

std::optional<double> default_loss_target(std::span<const MeasuredTrial> trials,
                                          const std::function<bool(const TrialRecord&)>& counts) {
  const MeasuredTrial* best = nullptr;
  double least = 0;
  for (const MeasuredTrial& trial : trials) {
    if (!may_set_targets(trial) || !counts(*trial.record)) continue;
    const double final = trial.curve.raw(trial.measures.final_loss);
    if (best && final >= least) continue;
    best = &trial;
    least = final;
  }
  if (!best) return {};
  return best->curve.raw(1.0 - limits::target_share * (1.0 - best->measures.final_loss));
}

std::optional<double> default_accuracy_target(std::span<const MeasuredTrial> trials, double chance) {
  double best = chance;
  for (const MeasuredTrial& trial : trials)
    if (may_set_targets(trial)) best = std::max(best, last_accuracy(trial, chance).value_or(chance));
  if (best <= chance) return {};
  return chance + limits::target_share * (best - chance);
}

}  // namespace etalon
