#include "etalon/judging/cells.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "etalon/judging/limits.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

template <class Get>
Spread spread_over(std::span<const SeedResult> seeds, Get get) {
  std::vector<double> values;
  for (const SeedResult& seed : seeds)
    if (const std::optional<double> value = get(*seed.verdict)) values.push_back(*value);
  return spread_of(values);
}

/// Median over the seeds; a diverged seed counts at the budget. Of an even number the middle of the two;
/// where one of them is censored the median is not known but for being late, so it is censored too.
template <class Get>
std::optional<EpochsToTarget> median_target(std::span<const SeedResult> seeds, double budget, Get get) {
  std::vector<EpochsToTarget> targets;
  for (const SeedResult& seed : seeds)
    if (const std::optional<EpochsToTarget> target = get(*seed.verdict))
      targets.push_back(seed.verdict->status == TrialStatus::diverged ? EpochsToTarget{budget, false}
                                                                      : *target);
  if (targets.empty()) return {};
  std::sort(targets.begin(), targets.end(), [](const EpochsToTarget& a, const EpochsToTarget& b) {
    return a.reached != b.reached ? a.reached : a.epochs < b.epochs;
  });
  const EpochsToTarget& low = targets[(targets.size() - 1) / 2];
  const EpochsToTarget& high = targets[targets.size() / 2];
  return high.reached ? EpochsToTarget{0.5 * (low.epochs + high.epochs), true}
                      : EpochsToTarget{budget, false};
}

/// From `a` up to `b`; below 0 downwards.
double way(const CellSummary& a, const CellSummary& b, std::size_t group) {
  return std::log10(b.setting.values[group] / a.setting.values[group]);
}

double decades(const CellSummary& a, const CellSummary& b, std::size_t group) {
  return std::abs(way(a, b, group));
}

bool same_but(const Setting& a, const Setting& b, std::size_t axis) {
  if (a.values.size() != b.values.size()) return false;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    if (i != axis && a.values[i] != b.values[i]) return false;
  return true;
}

/// The next cells along one axis, below and above.
std::vector<std::size_t> neighbours(const std::vector<CellSummary>& cells, std::size_t cell,
                                    std::size_t group) {
  const std::vector<std::size_t> axis = axis_through(cells, cell, group);
  const auto here = std::find(axis.begin(), axis.end(), cell);
  std::vector<std::size_t> found;
  if (here != axis.begin()) found.push_back(*(here - 1));
  if (here + 1 != axis.end()) found.push_back(*(here + 1));
  return found;
}

/// The axes of etas.
std::vector<std::size_t> eta_axes(const Setting& setting, std::span<const Axis> axes) {
  std::vector<std::size_t> etas;
  for (std::size_t i = 0; i < setting.values.size(); ++i)
    if (quantity_of(axes, i) == Quantity::eta) etas.push_back(i);
  return etas;
}

}  // namespace

CellSummary sum_up(const Setting& setting, std::span<const SeedResult> seeds, double budget_epochs) {
  CellSummary cell;
  cell.setting = setting;
  cell.seeds = static_cast<std::uint32_t>(seeds.size());
  std::vector<double> seconds;
  for (const SeedResult& seed : seeds) {
    cell.diverged_seeds += seed.verdict->status == TrialStatus::diverged;
    cell.stalled_seeds += seed.verdict->status == TrialStatus::stalled;
    cell.failed_seeds += seed.verdict->fate == Fate::failed;
    cell.slow_seeds += seed.verdict->fate == Fate::slow;
    seconds.push_back(seed.seconds);
  }
  using Number = std::optional<double>;
  cell.failure_upper = wilson_upper(cell.failed_seeds, cell.seeds);
  cell.accuracy = spread_over(seeds, [](const Verdict& verdict) { return verdict.accuracy; });
  cell.final_training_loss =
      spread_over(seeds, [](const Verdict& verdict) { return Number(verdict.final_training_loss); });
  cell.final_validation_loss =
      spread_over(seeds, [](const Verdict& verdict) { return verdict.final_validation_loss; });
  cell.area = spread_over(seeds, [](const Verdict& verdict) { return Number(verdict.area); });
  cell.set_back = spread_over(seeds, [](const Verdict& verdict) { return Number(verdict.set_back); });
  cell.catapult = spread_over(seeds, [](const Verdict& verdict) { return Number(verdict.catapult); });
  cell.spike_share = spread_over(seeds, [](const Verdict& verdict) { return verdict.spike_share; });
  cell.instability = spread_over(seeds, [](const Verdict& verdict) { return Number(verdict.instability); });
  cell.too_short = std::ranges::all_of(seeds, [](const SeedResult& seed) { return seed.verdict->too_short; });
  cell.still_falling = spread_over(seeds, [](const Verdict& verdict) { return verdict.still_falling; });
  cell.seconds = spread_of(seconds);
  cell.median_loss_target =
      median_target(seeds, budget_epochs, [](const Verdict& verdict) { return verdict.loss_target; });
  cell.median_accuracy_target =
      median_target(seeds, budget_epochs, [](const Verdict& verdict) { return verdict.accuracy_target; });
  return cell;
}

std::vector<std::size_t> axis_through(const std::vector<CellSummary>& cells, std::size_t cell,
                                      std::size_t along) {
  std::vector<std::size_t> axis;
  for (std::size_t other = 0; other < cells.size(); ++other)
    if (same_but(cells[other].setting, cells[cell].setting, along)) axis.push_back(other);
  std::sort(axis.begin(), axis.end(), [&](std::size_t a, std::size_t b) {
    return cells[a].setting.values[along] < cells[b].setting.values[along];
  });
  return axis;
}

std::optional<double> sensitivity(const std::vector<CellSummary>& cells, std::size_t cell,
                                  std::span<const Axis> axes) {
  std::vector<double> rises;
  for (const std::size_t group : eta_axes(cells[cell].setting, axes))
    for (const std::size_t other : neighbours(cells, cell, group)) {
      const double rise = cells[other].final_training_loss.mean.value_or(0) -
                          cells[cell].final_training_loss.mean.value_or(0);
      rises.push_back(std::max(0.0, rise) / decades(cells[cell], cells[other], group));
    }
  if (rises.empty()) return {};
  return mean(rises);
}

std::vector<Margin> margin(const std::vector<CellSummary>& cells, std::size_t cell,
                           std::span<const Axis> axes) {
  std::vector<Margin> margins;
  for (const std::size_t group : eta_axes(cells[cell].setting, axes)) {
    const std::vector<std::size_t> axis = axis_through(cells, cell, group);
    Margin& found = margins.emplace_back();
    for (auto other = std::find(axis.begin(), axis.end(), cell); other != axis.end() && !found.failed;
         ++other)
      (cells[*other].failed_seeds > 0 ? found.failed : found.held) =
          decades(cells[cell], cells[*other], group);
  }
  return margins;
}

std::vector<MarginAnswer> margin_answers(const std::vector<CellSummary>& cells, std::size_t cell,
                                         const std::function<bool(const CellSummary&)>& holds,
                                         std::span<const Axis> axes) {
  std::vector<MarginAnswer> answers;
  for (const std::size_t group : eta_axes(cells[cell].setting, axes)) {
    MarginAnswer upwards = MarginAnswer::unknown, worst = MarginAnswer::holds;
    for (const std::size_t other : neighbours(cells, cell, group)) {
      const bool near = decades(cells[cell], cells[other], group) <= limits::near_decades;
      const MarginAnswer answer = holds(cells[other]) ? MarginAnswer::holds
                                  : near              ? MarginAnswer::fails
                                                      : MarginAnswer::unknown;
      const bool larger = cells[other].setting.values[group] > cells[cell].setting.values[group];
      (larger ? upwards : worst) = answer;
    }
    answers.push_back(std::max(upwards, worst));
  }
  return answers;
}

MarginAnswer margin_answer(const std::vector<CellSummary>& cells, std::size_t cell,
                           const std::function<bool(const CellSummary&)>& holds, std::span<const Axis> axes) {
  const std::vector<MarginAnswer> answers = margin_answers(cells, cell, holds, axes);
  return answers.empty() ? MarginAnswer::holds : std::ranges::max(answers);
}

std::vector<FailingNeighbour> failing_neighbours(const std::vector<CellSummary>& cells, std::size_t cell,
                                                 const std::function<bool(const CellSummary&)>& holds,
                                                 std::span<const Axis> axes) {
  std::vector<FailingNeighbour> failing;
  for (const std::size_t group : eta_axes(cells[cell].setting, axes))
    for (const std::size_t other : neighbours(cells, cell, group))
      if (!holds(cells[other]) && decades(cells[cell], cells[other], group) <= limits::near_decades)
        failing.push_back({group, way(cells[cell], cells[other], group)});
  return failing;
}

double margin_or_room(const std::vector<CellSummary>& cells, std::size_t cell) {
  double least = std::numeric_limits<double>::infinity();
  for (const Margin& margin : cells[cell].margin)
    least = std::min(least, margin.failed.value_or(margin.held.value_or(0)));
  return least;
}

double failed_share(const CellSummary& cell) {
  return cell.seeds == 0 ? 0.0 : static_cast<double>(cell.failed_seeds) / cell.seeds;
}

}  // namespace etalon
