/// What a choice on one set reads: its cells, how their seeds ended, and who may be chosen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/judging/failure.h"
#include "etalon/judging/outcomes.h"
#include "etalon/study/definition.h"
#include "etalon/study/verdict.h"

namespace etalon {

/// Cells may have different numbers of seeds: a race gives more to those that may be best.
struct SetEvidence {
  std::uint32_t set = 0;
  std::string name;
  std::vector<CellSummary> cells;  ///< in Setting order, over tuning seeds
  SetOutcomes outcomes;            ///< of tuning seeds with a measured accuracy; settings as in `cells`
  std::vector<std::vector<double>> confirmation;  ///< [cell] accuracies of fresh seeds, never used to choose
  std::vector<std::uint32_t> reached;             ///< [cell] seeds that reached the loss target

  std::size_t seeds(std::size_t cell) const { return outcomes.settings[cell].seeds.size(); }
  double mean_accuracy(std::size_t cell) const;  ///< over tuning seeds. REQUIRES: seeds(cell) > 0
};

/// The cells that have a run which did not fail.
std::vector<std::size_t> cells_that_learn(const SetEvidence& evidence);

/// Whether the cell's mean accuracy is above chance.
bool above_chance(const SetEvidence& evidence, std::size_t cell);

/// The share of failing runs that a choice allows: divergence_limit, or as little as seeds can tell from
/// none.
double failure_limit(const ChoiceRules& rules);
/// Whether the share of the cell's runs that failed is within that.
bool within_limit(const CellSummary& cell, const ChoiceRules& rules);

/// The mean loss at the end by which settings compare where accuracies tell nothing: of validation if it was
/// measured, else of training (after a single step that one is the same for every eta).
struct EndLoss {
  double loss = 1e300;
  const char* part = "training";
};
EndLoss end_loss(const CellSummary& cell);

/// Standard error of the difference of two accuracies that rests on the size of the validation part alone, at
/// `accuracy`: sqrt(2 p (1 - p) / n); 0 where n is not known.
double validation_error(const SetOutcomes& outcomes, double accuracy);

}  // namespace etalon
