#include "etalon/report/curve_lines.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "etalon/judging/measures.h"
#include "etalon/judging/statistics.h"

namespace etalon::report {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double largest_share = 1e6;  ///< where the judge's normalized losses end

double counted(float loss) { return std::isfinite(loss) ? loss : infinite; }

/// One of the values, the one that stands at the middle of a falling line.
double lower_median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Entries of one column: a budget's steps are shared out evenly over `columns`.
std::size_t column_width(const Curve& curve, std::size_t columns) {
  const std::size_t budget = static_cast<std::size_t>(curve.steps_per_epoch) * curve.budget_epochs;
  const std::size_t steps = std::max(budget, curve.loss.size());
  return std::max<std::size_t>(1, (steps + columns - 1) / columns);
}

}  // namespace

std::vector<double> smoothed_loss(const Curve& curve) {
  const Curve* const alone = &curve;
  const NormalizedCurve normalized = normalize(curve, loss_offset({&alone, 1}));
  std::vector<double> smooth(std::min(curve.loss.size(), normalized.smooth.size()));
  for (std::size_t t = 0; t < smooth.size(); ++t)
    smooth[t] = normalized.smooth[t] < largest_share ? normalized.raw(normalized.smooth[t]) : infinite;
  return smooth;
}

std::vector<double> median_curve(const std::vector<std::vector<double>>& curves) {
  std::size_t longest = 0;
  for (const auto& curve : curves) longest = std::max(longest, curve.size());
  std::vector<double> typical(longest);
  for (std::size_t t = 0; t < longest; ++t) {
    std::vector<double> values;
    for (const auto& curve : curves) values.push_back(t < curve.size() ? curve[t] : infinite);
    typical[t] = median(std::move(values));
  }
  return typical;
}

double epoch_of(const Curve& curve, std::size_t t) {
  if (curve.resolution == Resolution::epoch) return static_cast<double>(t) + 1;
  return static_cast<double>(t) / std::max(1u, curve.steps_per_epoch);
}

std::vector<Place> thinned_extremes(const Curve& curve, std::size_t columns) {
  const std::size_t width = column_width(curve, columns);
  std::vector<Place> places;
  for (std::size_t first = 0; first < curve.loss.size(); first += width) {
    const std::size_t last = std::min(first + width, curve.loss.size());
    std::size_t low = first, high = first;
    for (std::size_t t = first; t < last; ++t) {
      if (counted(curve.loss[t]) < counted(curve.loss[low])) low = t;
      if (counted(curve.loss[t]) > counted(curve.loss[high])) high = t;
    }
    places.push_back({epoch_of(curve, std::min(low, high)), counted(curve.loss[std::min(low, high)])});
    if (low != high)
      places.push_back({epoch_of(curve, std::max(low, high)), counted(curve.loss[std::max(low, high)])});
  }
  return places;
}

std::vector<Place> thinned_medians(const Curve& curve, const std::vector<double>& values,
                                   std::size_t columns) {
  const std::size_t width = column_width(curve, columns);
  std::vector<Place> places;
  for (std::size_t first = 0; first < values.size(); first += width) {
    const std::size_t last = std::min(first + width, values.size());
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t middle = first + (last - first - 1) / 2;
    places.push_back(
        {epoch_of(curve, middle), lower_median({begin, begin + static_cast<std::ptrdiff_t>(last - first)})});
  }
  return places;
}

}  // namespace etalon::report
