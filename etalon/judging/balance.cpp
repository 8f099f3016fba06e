#include "etalon/judging/balance.h"

#include <algorithm>
#include <cmath>

#include "etalon/base/check.h"
#include "etalon/judging/cells.h"

namespace etalon {
namespace {

constexpr double tie = 1e-12;

bool beats(const TradeOff& a, const TradeOff& b) {
  return a.epochs_to_target <= b.epochs_to_target && a.instability <= b.instability &&
         (a.epochs_to_target < b.epochs_to_target || a.instability < b.instability);
}

}  // namespace

double instability(const CellSummary& cell) { return cell.instability.mean.value_or(0); }

double score(const CellSummary& cell, double speed_weight) {
  const double speed = cell.median_loss_target ? cell.median_loss_target->epochs : cell.area.mean.value_or(1);
  return speed_weight * speed + (1 - speed_weight) * instability(cell);
}

std::size_t best_balanced(const SetEvidence& evidence, const SetPosterior& posterior,
                          std::span<const std::size_t> cells, double speed_weight) {
  check(!cells.empty(), "cells", cells.size(), "at least one");
  const auto better = [&](std::size_t a, std::size_t b) {
    const double score_a = score(evidence.cells[a], speed_weight),
                 score_b = score(evidence.cells[b], speed_weight);
    if (std::abs(score_a - score_b) > tie) return score_a < score_b;
    if (posterior.expected[a] != posterior.expected[b]) return posterior.expected[a] > posterior.expected[b];
    return margin_or_room(evidence.cells, a) > margin_or_room(evidence.cells, b);
  };
  std::size_t best = cells.front();
  for (const std::size_t cell : cells)
    if (better(cell, best)) best = cell;
  return best;
}

std::vector<TradeOff> trade_offs(const SetEvidence& evidence, std::span<const std::size_t> eligible,
                                 const ChoiceRules& rules) {
  std::vector<TradeOff> points;
  std::vector<bool> learning;
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell) {
    const CellSummary& summary = evidence.cells[cell];
    if (!summary.median_loss_target) continue;
    points.push_back({summary.setting, summary.median_loss_target->epochs, instability(summary),
                      score(summary, rules.speed_weight), std::ranges::find(eligible, cell) != eligible.end(),
                      false});
    learning.push_back(summary.failed_seeds + summary.slow_seeds == 0);
  }
  for (std::size_t a = 0; a < points.size(); ++a) {
    points[a].on_front = learning[a];
    for (std::size_t b = 0; b < points.size() && points[a].on_front; ++b)
      if (learning[b] && beats(points[b], points[a])) points[a].on_front = false;
  }
  return points;
}

}  // namespace etalon
