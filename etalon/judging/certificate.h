/// How sure a choice is: a model of accuracy over cells and seeds, and what follows from it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "etalon/base/random.h"
#include "etalon/judging/evidence.h"

namespace etalon {

/// The model: y = logit(accuracy) = mu + cell + seed + noise, noise normal with one variance for all cells.
/// The logit, because an accuracy's spread shrinks towards 1; accuracies are moved into (0, 1) as
/// (p n + 1/2) / (n + 1) on n validation samples. It holds the contenders alone: every eligible cell, and the
/// cells whose mean is at least half of the best one's rise over chance, as far as they learned on every
/// seed; others have another variance, and no chance to be the best. Where an eligible cell itself has a seed
/// that did not learn, seeds that did not learn bar no other cell either.
struct AccuracyModel {
  std::vector<std::size_t> cells;  ///< contenders, [index into evidence.cells]
  std::vector<double> level;       ///< mean logit over seeds, [contender]
  double noise = 0;                ///< variance of one trial: residuals of the two-way table
  double degrees = 0;              ///< (contenders - 1) (seeds - 1)
  std::size_t seeds = 0;
};

/// `cells` may be chosen, `eligible` (some of them) are as accurate as the best. Empty with one seed or
/// without cells. The variance is at least what rounding to whole validation samples leaves, 1/12 sample^2,
/// so that equal accuracies never mean certainty.
std::optional<AccuracyModel> model_accuracy(const SetEvidence& evidence, std::span<const std::size_t> cells,
                                            std::span<const std::size_t> eligible);

/// P(a contender is the best), [contender], by 2,000 to 10,000 draws from the posterior (fewer for many
/// cells). Empirical Bayes (Efron and Morris 1973): cell effects are normal with variance tau^2 = max(0,
/// var(level) - noise / seeds), levels shrink towards their mean by tau^2 / (tau^2 + noise / seeds), and the
/// noise variance is drawn from its scaled inverse chi-square.
std::vector<double> probability_best(const AccuracyModel& model, const RandomKey& key, std::uint32_t stream);

struct SimultaneousSet {
  std::vector<std::size_t> cells;  ///< contenders that may be the best, [index into evidence.cells]
  /// Seeds a cell beyond those at hand until the nearest rival would leave the set if the levels stayed as
  /// they are; 0 if the best stands alone; empty if it ties or would take more than 1000.
  std::optional<std::uint32_t> more_seeds;
};

/// Hsu's multiple comparisons with the best (Annals of Statistics 12, 1984): a contender stays unless its
/// level is below the highest by more than q sqrt(2 noise / seeds), q being Dunnett's one-sided 95 % point
/// for contenders - 1 comparisons, from as many draws. Pairs take the seeds' common part out of the noise.
SimultaneousSet may_be_best(const AccuracyModel& model, const RandomKey& key, std::uint32_t stream);

}  // namespace etalon
