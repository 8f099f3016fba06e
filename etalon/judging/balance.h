/// Speed against stability in plain units: the score, the Pareto front, and what another weight would choose.
#pragma once

#include <span>

#include "etalon/judging/certificate.h"
#include "etalon/judging/evidence.h"
#include "etalon/study/recommendation.h"

namespace etalon {

/// Mean of Verdict::instability over the seeds of a cell: the share of the descent that is lost on the way.
double instability(const CellSummary& cell);

/// weight x speed + (1 - weight) x instability. Speed is the median epochs to the loss target; where no
/// target could be fixed, the mean area under the loss in epochs' stead. A cell's score depends on no other
/// cell.
double score(const CellSummary& cell, double speed_weight);

/// The cell of the smallest score; ties go to the higher expected accuracy, then the larger margin, then
/// Setting order. REQUIRES: `cells` not empty.
std::size_t best_balanced(const SetEvidence& evidence, const SetPosterior& posterior,
                          std::span<const std::size_t> cells, double speed_weight);

/// Every cell with a measured speed; the front holds the learning cells that no other one beats in both.
std::vector<TradeOff> trade_offs(const SetEvidence& evidence, std::span<const std::size_t> eligible,
                                 const ChoiceRules& rules);

}  // namespace etalon
