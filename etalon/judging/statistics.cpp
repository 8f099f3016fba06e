#include "etalon/judging/statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "etalon/base/check.h"

namespace etalon {
namespace {

/// A multiset of positions of a fixed list of values, counted by rank in a Fenwick tree: each operation takes
/// O(log n).
class RankedWindow {
 public:
  explicit RankedWindow(std::span<const double> values)
      : sorted_(values.begin(), values.end()), rank_(values.size()), tree_(values.size() + 1, 0) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    for (std::size_t place = 0; place < order.size(); ++place) {
      rank_[order[place]] = place;
      sorted_[place] = values[order[place]];
    }
  }

  void add(std::size_t position) { change(position, 1); }
  void remove(std::size_t position) { change(position, -1); }
  std::size_t size() const { return size_; }

  /// The value of rank `place` within the window, counted from 0. REQUIRES: place < size().
  double at_rank(std::size_t place) const {
    check_closely(place < sorted_.size(), "rank", place, "one within the window");
    std::size_t node = 0;
    for (std::size_t step = std::bit_floor(sorted_.size()); step > 0; step /= 2)
      if (node + step < tree_.size() && static_cast<std::size_t>(tree_[node + step]) <= place) {
        node += step;
        place -= static_cast<std::size_t>(tree_[node]);
      }
    return sorted_[node];
  }

 private:
  void change(std::size_t position, int by) {
    for (std::size_t node = rank_[position] + 1; node < tree_.size(); node += node & (0 - node))
      tree_[node] += by;
    size_ += static_cast<std::size_t>(by);
  }

  std::vector<double> sorted_;     // [rank]
  std::vector<std::size_t> rank_;  // [position]
  std::vector<int> tree_;          // [rank + 1]
  std::size_t size_ = 0;
};

double window_median(const RankedWindow& window) {
  const std::size_t upper = window.size() / 2;
  if (window.size() % 2 == 1) return window.at_rank(upper);
  return 0.5 * (window.at_rank(upper - 1) + window.at_rank(upper));
}

}  // namespace

double wilson_upper(std::uint32_t hits, std::uint32_t all) {
  if (all == 0) return 1.0;
  const double n = all, p = hits / n, z = 1.959963984540054;
  const double half_width = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return std::min(1.0, (p + z * z / (2 * n) + half_width) / (1 + z * z / n));
}

double normal_below(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double mean(std::span<const double> values) {
  check(!values.empty(), "values", values.size(), "at least one");
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sample_variance(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double middle = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - middle) * (value - middle);
  return sum / static_cast<double>(values.size() - 1);
}

double median(std::vector<double> values) {
  check(!values.empty(), "values", values.size(), "at least one");
  std::sort(values.begin(), values.end());
  const std::size_t upper = values.size() / 2;
  return values.size() % 2 == 1 ? values[upper] : 0.5 * (values[upper - 1] + values[upper]);
}

Spread spread_of(std::span<const double> values) {
  Spread spread;
  spread.count = static_cast<std::uint32_t>(values.size());
  if (!values.empty()) spread.mean = mean(values);
  if (values.size() > 1) spread.deviation = std::sqrt(sample_variance(values));
  return spread;
}

std::optional<double> falling_probability(std::span<const double> values) {
  const double n = static_cast<double>(values.size());
  if (values.size() < 3) return {};
  const double middle = mean(values), centre = (n - 1) / 2, spread = (n * n * n - n) / 12;
  if (!std::isfinite(middle)) return {};
  double slope = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    slope += (static_cast<double>(i) - centre) * (values[i] - middle) / spread;
  double residual = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double off = values[i] - middle - slope * (static_cast<double>(i) - centre);
    residual += off * off;
  }
  const double deviation = std::sqrt(residual / (n - 2) / spread);
  // A line without noise: its rounding errors decide nothing.
  if (slope == 0) return 0.5;
  if (deviation <= 1e-12 * std::abs(slope)) return slope < 0 ? 1.0 : 0.0;
  return normal_below(-slope / deviation);
}

std::vector<double> centred_median(std::span<const double> values, std::size_t half) {
  if (half == 0) return {values.begin(), values.end()};
  RankedWindow window(values);
  for (std::size_t t = 0; t < std::min(half, values.size()); ++t) window.add(t);
  std::vector<double> medians;
  medians.reserve(values.size());
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (t + half < values.size()) window.add(t + half);
    if (t > half) window.remove(t - half - 1);
    medians.push_back(window_median(window));
  }
  return medians;
}

}  // namespace etalon
