/// Trials summed up: one cell a setting and set, its neighbours in the grid, and what a choice needs of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "etalon/study/verdict.h"

namespace etalon {

/// One judged trial of a cell. Times are kept beside the verdict; only the shown seconds use them.
struct SeedResult {
  std::uint32_t seed_index = 0;
  const Verdict* verdict = nullptr;
  double seconds = 0;
};

/// Everything but the words, the sensitivity and the margin, which need more than this cell.
CellSummary sum_up(const Setting& setting, std::span<const SeedResult> seeds, double budget_epochs);

/// The cells that differ from `cell` along `axis` alone, ascending, `cell` included; [index into cells].
std::vector<std::size_t> axis_through(const std::vector<CellSummary>& cells, std::size_t cell,
                                      std::size_t axis);

// What follows looks along the axes of etas alone; `axes` as in SetOutcomes.

/// Mean over the neighbours (next eta on each side, one group at a time) of the rise of the mean final loss,
/// at least 0, per decade of eta. After Wortsman 2023, arXiv 2309.14322. Empty without neighbours.
std::optional<double> sensitivity(const std::vector<CellSummary>& cells, std::size_t cell,
                                  std::span<const Axis> axes = {});

/// [group] between which neighbours upwards failure begins.
std::vector<Margin> margin(const std::vector<CellSummary>& cells, std::size_t cell,
                           std::span<const Axis> axes = {});

/// What is known of the cells next to one.
enum class MarginAnswer { holds, unknown, fails };  ///< the later, the worse

/// [group] What the next cells on that axis say, the worse of both sides. A next cell for which `holds` is
/// false fails, if it is no more than a decade away: of one beyond, and of one that was not searched upwards,
/// nothing is known. Downwards, where failure does not begin, a missing cell is no doubt.
std::vector<MarginAnswer> margin_answers(const std::vector<CellSummary>& cells, std::size_t cell,
                                         const std::function<bool(const CellSummary&)>& holds,
                                         std::span<const Axis> axes = {});

/// The worst over the groups; holds without any.
MarginAnswer margin_answer(const std::vector<CellSummary>& cells, std::size_t cell,
                           const std::function<bool(const CellSummary&)>& holds,
                           std::span<const Axis> axes = {});

/// A next cell on the axis of `group`, no more than a decade away, that does not hold.
struct FailingNeighbour {
  std::size_t group = 0;
  double decades = 0;  ///< the way to it; above 0 upwards
};
std::vector<FailingNeighbour> failing_neighbours(const std::vector<CellSummary>& cells, std::size_t cell,
                                                 const std::function<bool(const CellSummary&)>& holds,
                                                 std::span<const Axis> axes = {});

/// For ties: the smallest distance over the groups to the first failed cell upwards, in decades; where an
/// axis has none, to the last that held.
double margin_or_room(const std::vector<CellSummary>& cells, std::size_t cell);

double failed_share(const CellSummary& cell);

}  // namespace etalon
