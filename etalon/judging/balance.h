/// Speed against stability: the score among eligible cells, the Pareto front, and what another weight would
/// choose.
#pragma once

#include <span>
#include <vector>

#include "etalon/judging/evidence.h"
#include "etalon/study/recommendation.h"

namespace etalon {

/// Mean set-back plus mean spike share of a cell (a missing share counts as 0).
double instability(const CellSummary& cell);

/// Score of each of `cells`: weight x speed + (1 - weight) x instability, each rescaled to [0, 1] over
/// `cells` (0 if all are equal). Speed is the median epochs to the loss target; the mean area where no target
/// could be fixed or all need equally long.
std::vector<double> scores(const SetEvidence& evidence, std::span<const std::size_t> cells,
                           double speed_weight);

/// The cell of the smallest score; ties go to the larger margin, then the smaller area, then the higher
/// accuracy, then Setting order. REQUIRES: `cells` not empty.
std::size_t best_balanced(const SetEvidence& evidence, std::span<const std::size_t> cells,
                          double speed_weight);

/// Every cell with a measured speed; the front holds the learning cells that no other one beats in both.
std::vector<TradeOff> trade_offs(const SetEvidence& evidence, std::span<const std::size_t> eligible,
                                 const ChoiceRules& rules);

}  // namespace etalon
