#include "etalon/judging/noise.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "etalon/base/check.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

constexpr double most_degrees = 60;        // d_0 where variances scatter no more than chance makes them
constexpr double unknown_variance = 0.09;  // of a logit, where no setting has two seeds
constexpr double largest_common = 0.9;
constexpr double pairs_of_doubt = 4;  // pairs that speak against an estimated correlation

/// psi(x) and psi'(x) by recurrence and their asymptotic series (Abramowitz and Stegun 6.3.18, 6.4.12).
double digamma(double x) {
  double sum = 0;
  while (x < 8) sum -= 1 / x++;
  const double square = 1 / (x * x);
  return sum + std::log(x) - 0.5 / x - square * (1.0 / 12 - square * (1.0 / 120 - square / 252));
}
double trigamma(double x) {
  double sum = 0;
  while (x < 8) {
    sum += 1 / (x * x);
    ++x;
  }
  const double square = 1 / (x * x);
  return sum + 1 / x + 0.5 * square + square / x * (1.0 / 6 - square * (1.0 / 30 - square / 42));
}

/// x with trigamma(x) = y, by Newton's method on its reciprocal (Smyth 2004, appendix). REQUIRES: y > 0.
double inverse_trigamma(double y) {
  check(y > 0, "y", y, "more than 0");
  if (y > 1e7) return 1 / std::sqrt(y);
  double x = 0.5 + 1 / y;
  for (int step = 0; step < 50; ++step) {
    const double value = trigamma(x), h = 1e-5 * x;
    const double slope = (trigamma(x + h) - trigamma(x - h)) / (2 * h);
    const double change = value * (1 - value / y) / slope;
    x += change;
    if (std::abs(change) < 1e-8 * x) break;
  }
  return x;
}

/// The trend of log variances, and d_0.
struct Trend {
  double level = std::log(unknown_variance), slope = 0;
  double degrees = 2;
  double at(double room) const { return std::exp(level + slope * room); }
};

Trend fit_trend(const std::vector<double>& variances, const std::vector<double>& degrees,
                const std::vector<double>& room) {
  Trend trend;
  const std::size_t count = variances.size();
  if (count == 0) return trend;
  if (count < 3) {
    trend.level = std::log(mean(variances));
    trend.degrees = 4;
    return trend;
  }
  Eigen::Matrix2d normal = Eigen::Vector2d(1e-6, 1.0).asDiagonal();
  Eigen::Vector2d right = Eigen::Vector2d::Zero();
  std::vector<double> value, weight;
  for (std::size_t i = 0; i < count; ++i) {
    const double half = degrees[i] / 2;
    value.push_back(std::log(variances[i]) - digamma(half) + std::log(half));
    weight.push_back(1 / (trigamma(half) + 0.5));
    const Eigen::Vector2d row(1, room[i]);
    normal += weight[i] * row * row.transpose();
    right += weight[i] * value[i] * row;
  }
  const Eigen::Vector2d line = normal.llt().solve(right);
  trend.level = line(0);
  trend.slope = std::min(0.0, line(1));  // noise does not grow away from the cliff
  double squares = 0, chance = 0, sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double off = value[i] - trend.level - trend.slope * room[i];
    squares += weight[i] * off * off;
    chance += weight[i] * trigamma(degrees[i] / 2);
    sum += weight[i];
  }
  const double n = static_cast<double>(count);
  const double excess = squares / sum * n / std::max(1.0, n - 2) - chance / sum;
  trend.degrees = excess > 0.02 ? std::clamp(2 * inverse_trigamma(excess), 1.0, most_degrees) : most_degrees;
  return trend;
}

/// Sum of the products of standardized residuals of two settings' runs of the same seed index, and its
/// degrees.
struct Products {
  double sum = 0, degrees = 0;
};

Products products_of(const LearnedRuns& a, const LearnedRuns& b, double scale) {
  std::vector<double> left, right;
  for (std::size_t i = 0, j = 0; i < a.seeds.size() && j < b.seeds.size();) {
    if (a.seeds[i] == b.seeds[j]) {
      left.push_back(a.logits[i++]);
      right.push_back(b.logits[j++]);
    } else {
      a.seeds[i] < b.seeds[j] ? ++i : ++j;
    }
  }
  Products products;
  if (left.size() < 2) return products;
  const double middle_left = mean(left), middle_right = mean(right);
  for (std::size_t i = 0; i < left.size(); ++i)
    products.sum += (left[i] - middle_left) * (right[i] - middle_right) / scale;
  products.degrees = static_cast<double>(left.size() - 1);
  return products;
}

/// Each pair's own correlation, drawn towards that of all pairs as if `pairs_of_doubt` pairs had shown it;
/// that of all in turn towards 0.
Eigen::MatrixXd common_parts(const std::vector<LearnedRuns>& runs, const Eigen::VectorXd& variance) {
  const auto count = static_cast<Eigen::Index>(runs.size());
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(count, count), degrees = sums;
  for (Eigen::Index a = 0; a < count; ++a)
    for (Eigen::Index b = a + 1; b < count; ++b) {
      const Products products =
          products_of(runs[static_cast<std::size_t>(a)], runs[static_cast<std::size_t>(b)],
                      std::sqrt(variance(a) * variance(b)));
      sums(a, b) = products.sum;
      degrees(a, b) = products.degrees;
    }
  const double all = sums.sum() / (degrees.sum() + pairs_of_doubt);
  Eigen::MatrixXd common(count, count);
  for (Eigen::Index a = 0; a < count; ++a)
    for (Eigen::Index b = a; b < count; ++b)
      common(a, b) = common(b, a) = std::clamp(
          (sums(a, b) + pairs_of_doubt * all) / (degrees(a, b) + pairs_of_doubt), 0.0, largest_common);
  return common;
}

/// The nearest matrix without negative eigenvalues.
Eigen::MatrixXd without_negative(const Eigen::MatrixXd& symmetric) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> parts(symmetric);
  if (parts.eigenvalues()(0) >= 0) return symmetric;
  return parts.eigenvectors() * parts.eigenvalues().cwiseMax(0).asDiagonal() *
         parts.eigenvectors().transpose();
}

std::size_t shared_seeds(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::vector<std::uint32_t> both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  return both.size();
}

}  // namespace

Noise estimate_noise(const std::vector<LearnedRuns>& runs, const Eigen::VectorXd& room, double least) {
  std::vector<double> variances, degrees, rooms;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].logits.size() < 2) continue;
    variances.push_back(std::max(least, sample_variance(runs[i].logits)));
    degrees.push_back(static_cast<double>(runs[i].logits.size() - 1));
    rooms.push_back(room(static_cast<Eigen::Index>(i)));
  }
  const Trend trend = fit_trend(variances, degrees, rooms);
  Noise noise;
  const auto count = static_cast<Eigen::Index>(runs.size());
  noise.variance.resize(count);
  noise.degrees.resize(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const std::vector<double>& logits = runs[static_cast<std::size_t>(i)].logits;
    const double own = logits.size() < 2 ? 0 : static_cast<double>(logits.size() - 1);
    const double squares = own > 0 ? own * std::max(least, sample_variance(logits)) : 0;
    noise.degrees(i) = trend.degrees + own;
    noise.variance(i) = std::max(least, (trend.degrees * trend.at(room(i)) + squares) / noise.degrees(i));
  }
  noise.common = common_parts(runs, noise.variance);
  return noise;
}

Eigen::MatrixXd error_of_means(const std::vector<LearnedRuns>& runs, const Noise& noise,
                               const std::vector<Eigen::Index>& measured) {
  const auto count = static_cast<Eigen::Index>(measured.size());
  Eigen::MatrixXd error(count, count);
  for (Eigen::Index a = 0; a < count; ++a)
    for (Eigen::Index b = 0; b <= a; ++b) {
      const LearnedRuns& left = runs[static_cast<std::size_t>(measured[static_cast<std::size_t>(a)])];
      const LearnedRuns& right = runs[static_cast<std::size_t>(measured[static_cast<std::size_t>(b)])];
      const double n = static_cast<double>(left.seeds.size()), m = static_cast<double>(right.seeds.size());
      const double scale = std::sqrt(noise.variance(measured[static_cast<std::size_t>(a)]) *
                                     noise.variance(measured[static_cast<std::size_t>(b)]));
      const Eigen::Index one = measured[static_cast<std::size_t>(a)],
                         other = measured[static_cast<std::size_t>(b)];
      const double shared = static_cast<double>(shared_seeds(left.seeds, right.seeds));
      error(a, b) = error(b, a) = a == b ? scale / n : noise.common(one, other) * scale * shared / (n * m);
    }
  return without_negative(error);
}

}  // namespace etalon
