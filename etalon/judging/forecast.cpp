#include "etalon/judging/forecast.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/text.h"
#include "etalon/judging/limits.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

struct Line {
  double slope = 0, variance = 0;  ///< of the slope, from the residuals
};

/// Least squares. REQUIRES: at least 3 points, not all at one x.
Line line_through(std::span<const double> x, std::span<const double> y) {
  const double mean_x = mean(x), mean_y = mean(y);
  double xx = 0, xy = 0, residual = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  check(x.size() >= 3 && xx > 0, "points", x.size(), "at least 3, not all at one x");
  const double slope = xy / xx;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double off = y[i] - mean_y - slope * (x[i] - mean_x);
    residual += off * off;
  }
  return {slope, residual / static_cast<double>(x.size() - 2) / xx};
}

double log_loss(const NormalizedCurve& curve, std::size_t from, std::size_t to) {
  const double share = mean(std::span(curve.loss).subspan(from, to - from));
  return std::log(std::max(share * curve.reference, limits::smallest_loss));
}

/// The mean loss of the last stretch of the second half.
double final_log_loss(const NormalizedCurve& curve) {
  const std::size_t all = curve.loss.size();
  return log_loss(curve, all - std::max<std::size_t>(1, all / 2 / limits::forecast_stretches), all);
}

/// -d log loss / d log step over the second half, in stretches of equal length.
double power(const NormalizedCurve& curve) {
  const std::size_t all = curve.loss.size(), start = all / 2;
  const std::size_t stretches = std::min(limits::forecast_stretches, all - start);
  std::vector<double> x, y;
  for (std::size_t i = 0; i < stretches; ++i) {
    const std::size_t from = start + (all - start) * i / stretches,
                      to = start + (all - start) * (i + 1) / stretches;
    x.push_back(std::log(0.5 * static_cast<double>(from + to)));
    y.push_back(log_loss(curve, from, to));
  }
  return -line_through(x, y).slope;
}

bool long_enough(const NormalizedCurve& curve) {
  return curve.finite && curve.offset == 0 && !too_short_to_judge(curve) && curve.loss.size() >= 6;
}

/// Of accuracies that were counted on so many samples, so that it is finite.
double logit(double accuracy, std::uint32_t samples) {
  const double n = std::max(1u, samples), p = (accuracy * n + 0.5) / (n + 1);
  return std::log(p / (1 - p));
}

double inverse_logit(double value) { return 1 / (1 + std::exp(-value)); }

/// Doublings of the budget, each worth `damping` of the one before.
double damped_doublings(double budgets, double damping) {
  double sum = 0, worth = damping, left = std::log2(budgets);
  while (left > 0) {
    sum += worth * std::min(1.0, left);
    left -= 1;
    worth *= damping;
  }
  return sum;
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

}  // namespace

std::optional<LossSlope> pooled_slope(std::span<const NormalizedCurve* const> seeds) {
  std::vector<double> slopes, variances, falls;
  for (const NormalizedCurve* curve : seeds) {
    const std::size_t quarter = curve->loss.size() / 4;
    if (!curve->finite || quarter < 3) return {};
    const auto last = std::span(curve->loss).last(quarter);
    std::vector<double> place;
    for (std::size_t t = 0; t < quarter; ++t)
      place.push_back(static_cast<double>(t) / static_cast<double>(quarter));
    const Line line = line_through(place, last);
    slopes.push_back(line.slope);
    variances.push_back(line.variance);
    falls.push_back(-line.slope / std::max(mean(last) - 0.5 * line.slope, limits::smallest_loss));
  }
  if (slopes.empty()) return {};
  const double error = std::sqrt(mean(variances) / static_cast<double>(slopes.size()));
  const double slope = mean(slopes);
  const double falling = error > 0 ? normal_below(-slope / error) : slope < 0 ? 1.0 : 0.0;
  return LossSlope{falling, mean(falls)};
}

std::optional<double> accuracy_per_loss(std::span<const LearnedRun> runs, std::uint32_t validation_samples) {
  std::vector<double> x, y;
  for (const LearnedRun& run : runs) {
    if (!long_enough(*run.curve)) continue;
    x.push_back(final_log_loss(*run.curve));
    y.push_back(logit(run.accuracy, validation_samples));
  }
  if (x.size() < 4 || std::sqrt(sample_variance(x)) < limits::least_loss_spread) return {};
  return std::min(0.0, line_through(x, y).slope);
}

std::optional<AccuracyForecast> forecast_accuracy(std::span<const LearnedRun> seeds, double per_loss,
                                                  double budgets, std::uint32_t validation_samples) {
  std::vector<double> powers, logits;
  for (const LearnedRun& run : seeds) {
    if (!long_enough(*run.curve)) return {};
    powers.push_back(power(*run.curve));
    logits.push_back(logit(run.accuracy, validation_samples));
  }
  if (powers.empty() || budgets <= 1) return {};
  const double now = mean(logits), doubling = -per_loss * std::max(0.0, mean(powers)) * std::numbers::ln2;
  return AccuracyForecast{budgets,
                          inverse_logit(now + doubling * damped_doublings(budgets, limits::forecast_damping)),
                          inverse_logit(now), inverse_logit(now + doubling * std::log2(budgets))};
}

bool budget_too_short(const CellSummary& cell) {
  return cell.slope && cell.slope->falling > limits::still_falling && !cell.forecast.empty() &&
         cell.forecast.front().expected - cell.forecast.front().low >= limits::worthwhile_gain;
}

std::string budget_text(const CellSummary& cell) {
  if (!budget_too_short(cell)) return {};
  std::vector<std::string> parts;
  for (const AccuracyForecast& forecast : cell.forecast)
    parts.push_back(fmt::format(
        "{} may reach about {} ({} at most)",
        forecast.budgets == 2 ? "twice the epochs" : shortest(forecast.budgets) + " times the epochs",
        percent(forecast.expected), percent(forecast.high)));
  return fmt::format("The loss was still falling at the end of the budget: {}.", join(parts, ", "));
}

}  // namespace etalon
