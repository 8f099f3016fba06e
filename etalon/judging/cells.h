/// Trials summed up: one cell a setting and set, its neighbours in the grid, and what a choice needs of it.
#pragma once

#include <cstdint>
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

/// The cells that differ from `cell` in `group` alone, by ascending eta, `cell` included; [index into cells].
std::vector<std::size_t> axis_through(const std::vector<CellSummary>& cells, std::size_t cell,
                                      std::size_t group);

/// Mean over the neighbours (next eta on each side, one group at a time) of the rise of the mean final loss,
/// at least 0, per decade of eta. After Wortsman 2023, arXiv 2309.14322. Empty without neighbours.
std::optional<double> sensitivity(const std::vector<CellSummary>& cells, std::size_t cell);

/// [group] decades of eta to the nearest cell with a diverged seed on that axis, on either side; 0 if this
/// cell has one; empty where the axis has none. Never interpolated: the boundary is fractal.
std::vector<std::optional<double>> margin(const std::vector<CellSummary>& cells, std::size_t cell);

/// Whether the next cells on every axis, as far as the grid has them, keep the limit on diverged seeds. A
/// neighbour of larger eta whose seeds stall counts as diverged: it lies behind the same cliff.
bool has_cell_of_margin(const std::vector<CellSummary>& cells, std::size_t cell, double divergence_limit);

/// For ties: the smallest margin over the groups; where an axis has no diverged cell, the distance to its
/// upper end.
double margin_or_room(const std::vector<CellSummary>& cells, std::size_t cell);

double diverged_share(const CellSummary& cell);

}  // namespace etalon
