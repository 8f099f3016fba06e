/// What a longer budget may bring: how the loss falls at the end of the runs, and where the accuracy would
/// go.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "etalon/judging/measures.h"
#include "etalon/study/verdict.h"

namespace etalon {

/// The slope of the last quarter of the training loss, pooled over seeds: of each the least-squares line,
/// with variance 12 sigma^2 / (n^3 - n); the mean of the slopes is taken as normal. Empty where a curve is
/// not finite, has fewer than 3 reports in its last quarter, or there is none.
std::optional<LossSlope> pooled_slope(std::span<const NormalizedCurve* const> seeds);

/// What the forecast reads of one run that learned.
struct LearnedRun {
  const NormalizedCurve* curve = nullptr;
  double accuracy = 0;  ///< on validation at the end, [0, 1]
};

/// The logit of accuracy per e-fold of the final training loss over the runs of a set, at most 0, by least
/// squares. Empty with fewer than 4 runs, or where their losses are all alike.
std::optional<double> accuracy_per_loss(std::span<const LearnedRun> runs, std::uint32_t validation_samples);

/// The accuracy of a setting with `budgets` times its steps, > 1, from its seeds that learned. The loss is
/// taken as a power of the step over the second half of the run, b decades of loss per decade of steps; each
/// doubling of the budget gains half of what the one before did (a damped trend, Gardner and McKenzie 1985),
/// the first half of what the power law says. The logit of accuracy follows by `per_loss`
/// (accuracy_per_loss). `low` is the accuracy now, `high` that of the power law undamped. On 216 runs of
/// others (DeepOBS) the accuracy came out between the two, less one point, in 94 %. Empty for runs too short
/// to judge and for losses that may be negative.
std::optional<AccuracyForecast> forecast_accuracy(std::span<const LearnedRun> seeds, double per_loss,
                                                  double budgets, std::uint32_t validation_samples);

/// Whether twice the budget promises clearly more: the loss surely falls, and the forecast gains a point.
bool budget_too_short(const CellSummary& cell);

/// "The loss was still falling at the end of the budget: twice the epochs may reach about 80 % (87 % at
/// most), 5 times the epochs may reach about 85 % (94 % at most)." Empty unless budget_too_short.
std::string budget_text(const CellSummary& cell);

}  // namespace etalon
