#include "etalon/judging/evidence.h"

#include <algorithm>
#include <cmath>

#include "etalon/judging/cells.h"
#include "etalon/judging/limits.h"
#include "etalon/judging/statistics.h"

namespace etalon {

double SetEvidence::mean_accuracy(std::size_t cell) const {
  std::vector<double> accuracies;
  for (const SeedOutcome& seed : outcomes.settings[cell].seeds) accuracies.push_back(seed.accuracy);
  return mean(accuracies);
}

std::vector<std::size_t> cells_that_learn(const SetEvidence& evidence) {
  std::vector<std::size_t> cells;
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    if (!std::ranges::all_of(evidence.outcomes.settings[cell].seeds, &SeedOutcome::failed))
      cells.push_back(cell);
  return cells;
}

bool above_chance(const SetEvidence& evidence, std::size_t cell) {
  return above_chance(evidence.mean_accuracy(cell), evidence.outcomes.chance,
                      evidence.outcomes.validation_samples);
}

double failure_limit(const ChoiceRules& rules) {
  return std::max(rules.divergence_limit, limits::smallest_failure_share);
}

bool within_limit(const CellSummary& cell, const ChoiceRules& rules) {
  return failed_share(cell) <= failure_limit(rules);
}

EndLoss end_loss(const CellSummary& cell) {
  if (cell.final_validation_loss.mean) return {*cell.final_validation_loss.mean, "validation"};
  return {cell.final_training_loss.mean.value_or(1e300), "training"};
}

double validation_error(const SetOutcomes& outcomes, double accuracy) {
  if (outcomes.validation_samples == 0) return 0;
  return std::sqrt(2 * accuracy * (1 - accuracy) / outcomes.validation_samples);
}

}  // namespace etalon
