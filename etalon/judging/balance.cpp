#include "etalon/judging/balance.h"

#include <algorithm>

#include "etalon/judging/cells.h"

namespace etalon {
namespace {

constexpr double tie = 1e-12;

std::vector<double> rescaled(std::vector<double> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double least = *low, range = *high - *low;
  for (double& value : values) value = range > 0 ? (value - least) / range : 0.0;
  return values;
}

std::vector<double> speeds(const SetEvidence& evidence, std::span<const std::size_t> cells) {
  std::vector<double> epochs, areas;
  for (const std::size_t cell : cells) {
    const CellSummary& summary = evidence.cells[cell];
    areas.push_back(summary.area.mean.value_or(1.0));
    if (summary.median_loss_target) epochs.push_back(summary.median_loss_target->epochs);
  }
  const bool told_apart =
      epochs.size() == cells.size() &&
      std::adjacent_find(epochs.begin(), epochs.end(), std::not_equal_to<>()) != epochs.end();
  return told_apart ? epochs : areas;
}

bool learns(const CellSummary& cell, const ChoiceRules& rules) {
  return diverged_share(cell) <= rules.divergence_limit &&
         cell.diverged_seeds + cell.stalled_seeds < cell.seeds;
}

bool beats(const TradeOff& a, const TradeOff& b) {
  return a.epochs_to_target <= b.epochs_to_target && a.instability <= b.instability &&
         (a.epochs_to_target < b.epochs_to_target || a.instability < b.instability);
}

}  // namespace

double instability(const CellSummary& cell) {
  return cell.set_back.mean.value_or(0) + cell.spike_share.mean.value_or(0);
}

std::vector<double> scores(const SetEvidence& evidence, std::span<const std::size_t> cells,
                           double speed_weight) {
  std::vector<double> unstable;
  for (const std::size_t cell : cells) unstable.push_back(instability(evidence.cells[cell]));
  const std::vector<double> slow = rescaled(speeds(evidence, cells));
  unstable = rescaled(std::move(unstable));
  std::vector<double> result;
  for (std::size_t i = 0; i < cells.size(); ++i)
    result.push_back(speed_weight * slow[i] + (1 - speed_weight) * unstable[i]);
  return result;
}

std::size_t best_balanced(const SetEvidence& evidence, std::span<const std::size_t> cells,
                          double speed_weight) {
  const std::vector<double> score = scores(evidence, cells, speed_weight);
  const auto better = [&](std::size_t a, std::size_t b) {
    if (std::abs(score[a] - score[b]) > tie) return score[a] < score[b];
    const double room_a = margin_or_room(evidence.cells, cells[a]),
                 room_b = margin_or_room(evidence.cells, cells[b]);
    if (room_a != room_b) return room_a > room_b;
    const double area_a = evidence.cells[cells[a]].area.mean.value_or(1),
                 area_b = evidence.cells[cells[b]].area.mean.value_or(1);
    if (area_a != area_b) return area_a < area_b;
    return evidence.mean_accuracy(cells[a]) > evidence.mean_accuracy(cells[b]);
  };
  std::size_t best = 0;
  for (std::size_t i = 1; i < cells.size(); ++i)
    if (better(i, best)) best = i;
  return cells[best];
}

std::vector<TradeOff> trade_offs(const SetEvidence& evidence, std::span<const std::size_t> eligible,
                                 const ChoiceRules& rules) {
  const std::vector<double> score = scores(evidence, eligible, rules.speed_weight);
  std::vector<TradeOff> points;
  std::vector<bool> learning;
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell) {
    const CellSummary& summary = evidence.cells[cell];
    if (!summary.median_loss_target) continue;
    TradeOff point{
        summary.setting, summary.median_loss_target->epochs, instability(summary), 0, false, false};
    const auto place = std::find(eligible.begin(), eligible.end(), cell);
    point.eligible = place != eligible.end();
    if (point.eligible) point.score = score[static_cast<std::size_t>(place - eligible.begin())];
    points.push_back(std::move(point));
    learning.push_back(learns(summary, rules));
  }
  for (std::size_t a = 0; a < points.size(); ++a) {
    points[a].on_front = learning[a];
    for (std::size_t b = 0; b < points.size() && points[a].on_front; ++b)
      if (learning[b] && beats(points[b], points[a])) points[a].on_front = false;
  }
  return points;
}

}  // namespace etalon
