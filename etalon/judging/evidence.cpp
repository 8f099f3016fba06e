#include "etalon/judging/evidence.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "etalon/judging/cells.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

std::vector<std::uint32_t> seeds_of(const std::vector<SeedAccuracy>& accuracies) {
  std::vector<std::uint32_t> seeds;
  for (const SeedAccuracy& one : accuracies) seeds.push_back(one.seed_index);
  std::sort(seeds.begin(), seeds.end());
  return seeds;
}

/// The seed indices that most cells should have: the longest list, the most frequent of those.
std::vector<std::uint32_t> common_seeds(const std::vector<std::vector<SeedAccuracy>>& by_cell) {
  std::map<std::vector<std::uint32_t>, std::size_t> counts;
  for (const auto& accuracies : by_cell) ++counts[seeds_of(accuracies)];
  const auto larger = [](const auto& a, const auto& b) {
    return a.first.size() != b.first.size() ? a.first.size() < b.first.size() : a.second < b.second;
  };
  const auto best = std::max_element(counts.begin(), counts.end(), larger);
  return best == counts.end() ? std::vector<std::uint32_t>{} : best->first;
}

std::vector<double> paired(const SetEvidence& evidence, std::size_t best, std::size_t cell) {
  std::vector<double> differences;
  for (std::size_t seed = 0; seed < evidence.seeds; ++seed)
    differences.push_back(evidence.accuracy[best][seed] - evidence.accuracy[cell][seed]);
  return differences;
}

double guess_variance(double share, std::uint32_t samples) {
  return samples == 0 ? 0.0 : share * (1 - share) / samples;
}

}  // namespace

bool learned(const CellSummary& cell) { return cell.diverged_seeds == 0 && cell.stalled_seeds == 0; }

double SetEvidence::mean_accuracy(std::size_t cell) const { return mean(accuracy[cell]); }

void pair_accuracies(SetEvidence& evidence, const std::vector<std::vector<SeedAccuracy>>& by_cell) {
  const std::vector<std::uint32_t> seeds = common_seeds(by_cell);
  evidence.seeds = seeds.size();
  evidence.accuracy.assign(by_cell.size(), {});
  for (std::size_t cell = 0; cell < by_cell.size(); ++cell) {
    if (seeds_of(by_cell[cell]) != seeds) continue;
    std::vector<SeedAccuracy> sorted = by_cell[cell];
    std::sort(sorted.begin(), sorted.end(),
              [](const SeedAccuracy& a, const SeedAccuracy& b) { return a.seed_index < b.seed_index; });
    for (const SeedAccuracy& one : sorted) evidence.accuracy[cell].push_back(one.accuracy);
  }
}

std::vector<std::size_t> admissible(const SetEvidence& evidence, const ChoiceRules& rules) {
  std::vector<std::size_t> cells;
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    if (evidence.complete(cell) && diverged_share(evidence.cells[cell]) <= rules.divergence_limit)
      cells.push_back(cell);
  return cells;
}

std::size_t most_accurate(const SetEvidence& evidence, std::span<const std::size_t> cells) {
  return *std::max_element(cells.begin(), cells.end(), [&](std::size_t a, std::size_t b) {
    return evidence.mean_accuracy(a) < evidence.mean_accuracy(b);
  });
}

bool above_chance(const SetEvidence& evidence, std::size_t cell) {
  return above_chance(evidence.mean_accuracy(cell), evidence.chance, evidence.validation_samples);
}

std::vector<PairedDifference> differences_to(const SetEvidence& evidence, std::size_t best,
                                             std::span<const std::size_t> cells) {
  const double n = static_cast<double>(evidence.seeds);
  std::vector<double> variances;
  for (const std::size_t cell : cells)
    if (cell != best && learned(evidence.cells[cell]))
      variances.push_back(sample_variance(paired(evidence, best, cell)));
  const double pooled = variances.empty() ? 0.0 : std::sqrt(mean(variances) / n);
  std::vector<PairedDifference> result;
  for (const std::size_t cell : cells) {
    const std::vector<double> differences = paired(evidence, best, cell);
    PairedDifference one{mean(differences), std::min(std::sqrt(sample_variance(differences) / n), pooled)};
    if (evidence.seeds == 1)
      one.allowed = std::sqrt(guess_variance(evidence.mean_accuracy(best), evidence.validation_samples) +
                              guess_variance(evidence.mean_accuracy(cell), evidence.validation_samples));
    result.push_back(one);
  }
  return result;
}

}  // namespace etalon
