/// What a choice on one set reads: its cells, the paired accuracies, and who may be chosen.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "etalon/judging/failure.h"
#include "etalon/study/definition.h"
#include "etalon/study/snapshot.h"
#include "etalon/study/verdict.h"

namespace etalon {

/// Tuning seeds of one set. A cell is complete if it has as many measured accuracies as any other cell; only
/// complete cells are compared, so that every comparison is paired.
struct SetEvidence {
  std::uint32_t set = 0;
  std::string name;
  double chance = 0;
  std::uint32_t validation_samples = 0;
  std::vector<CellSummary> cells;  ///< in Setting order
  std::vector<std::vector<double>>
      accuracy;                        ///< [cell][seed, ascending]; empty where the cell is not complete
  std::size_t seeds = 0;               ///< accuracies of a complete cell
  std::vector<std::uint32_t> reached;  ///< [cell] seeds that reached the loss target

  bool complete(std::size_t cell) const { return !accuracy[cell].empty(); }
  double mean_accuracy(std::size_t cell) const;
};

struct SeedAccuracy {
  std::uint32_t seed_index = 0;
  double accuracy = 0;
};

/// Fills `accuracy` and `seeds`: keeps the cells that have the largest set of seeds that any cell has.
void pair_accuracies(SetEvidence& evidence, const std::vector<std::vector<SeedAccuracy>>& by_cell);

/// The cells that may be chosen: complete, and with no more diverged seeds than the limit.
std::vector<std::size_t> admissible(const SetEvidence& evidence, const ChoiceRules& rules);

/// The admissible cell of the highest mean accuracy; the first in Setting order where several share it.
/// REQUIRES: `cells` not empty.
std::size_t most_accurate(const SetEvidence& evidence, std::span<const std::size_t> cells);

/// Whether the cell's mean accuracy is above chance.
bool above_chance(const SetEvidence& evidence, std::size_t cell);

/// Whether every seed of the cell learned: none diverged, none stalled.
bool learned(const CellSummary& cell);

/// How far below the best a cell may lie and still be called as good.
struct PairedDifference {
  double difference = 0;  ///< best minus this cell, mean over seeds
  double allowed = 0;     ///< min(own standard error, pooled standard error), or the one-seed bound
};

/// For each of `cells` the difference to `best`. The standard error pooled over cells is the root of the mean
/// variance of the paired differences of the cells that learned on every seed. With one seed the standard
/// error is bounded from the two accuracies, sqrt(p1 (1 - p1) / n + p2 (1 - p2) / n): McNemar's paired error
/// is smaller, but needs to know which samples were right.
std::vector<PairedDifference> differences_to(const SetEvidence& evidence, std::size_t best,
                                             std::span<const std::size_t> cells);

}  // namespace etalon
