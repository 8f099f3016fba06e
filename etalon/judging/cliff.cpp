#include "etalon/judging/cliff.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace etalon {
namespace {

constexpr Eigen::Index nodes = 2048;
constexpr double roughest = 0.1, smoothest = 30;      // k, runs that the cliff's share counts for
constexpr double sharpest = 0.03, bluntest = 0.2;     // w, decades
constexpr double rarest = 1e-4, most_frequent = 0.2;  // e
constexpr double above_range = 1.0;  // decades over the largest eta where a cliff may still lie

/// Number `i` of Halton's sequence in `base`, (0, 1).
double halton(Eigen::Index i, unsigned base) {
  double result = 0, part = 1;
  for (Eigen::Index rest = i + 1; rest > 0; rest /= base) {
    part /= base;
    result += part * static_cast<double>(rest % base);
  }
  return result;
}

double log_between(double share, double low, double high) { return low * std::pow(high / low, share); }

/// The beta-binomial likelihood of `count` about share p, up to a constant.
double likelihood_of(const FailureCount& count, double p, double weight) {
  const double a = weight * p, b = weight * (1 - p);
  double product = 1;
  for (double i = 0; i < count.failed; ++i) product *= (a + i) / (weight + i);
  for (double i = 0; i < count.runs - count.failed; ++i) product *= (b + i) / (weight + count.failed + i);
  return product;
}

constexpr std::array<unsigned, 12> primes{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};

}  // namespace

double draw_gamma(double shape, RandomSequence& random) {
  if (shape < 1) return draw_gamma(shape + 1, random) * std::pow(1 - random.uniform(), 1 / shape);
  const double d = shape - 1.0 / 3.0, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double z = random.normal(), root = 1 + c * z;
    if (root <= 0) continue;
    const double v = root * root * root, u = 1 - random.uniform();
    if (std::log(u) < 0.5 * z * z + d - d * v + d * std::log(v)) return d * v;
  }
}

double draw_beta(double a, double b, RandomSequence& random) {
  const double x = draw_gamma(a, random), y = draw_gamma(b, random);
  return x + y > 0 ? x / (x + y) : a / (a + b);
}

Cliff::Cliff(const Eigen::MatrixXd& place, const std::vector<FailureCount>& counts)
    : counts_(counts), share_(nodes, place.rows()), weight_(nodes), mean_(place.rows()) {
  const Eigen::Index groups = place.cols(), settings = place.rows();
  const Eigen::RowVectorXd low = place.colwise().minCoeff(), high = place.colwise().maxCoeff();
  std::vector<double> weight(nodes);
  Eigen::RowVectorXd at(groups);
  for (Eigen::Index node = 0; node < nodes; ++node) {
    const double width = log_between(halton(node, primes[0]), sharpest, bluntest);
    const double own = weight_(node) = log_between(halton(node, primes[2]), roughest, smoothest);
    const double anywhere = log_between(halton(node, primes[1]), rarest, most_frequent);
    for (Eigen::Index group = 0; group < groups; ++group)
      at(group) = low(group) + (high(group) + above_range - low(group)) *
                                   halton(node, primes[static_cast<std::size_t>(3 + group) % primes.size()]);
    double likelihood = 0;
    for (Eigen::Index setting = 0; setting < settings; ++setting) {
      double holds = 1 - anywhere;
      for (Eigen::Index group = 0; group < groups; ++group)
        holds /= 1 + std::exp((place(setting, group) - at(group)) / width);
      const double p = std::clamp(1 - holds, 1e-4, 1 - 1e-4);
      share_(node, setting) = p;
      likelihood += std::log(likelihood_of(counts[static_cast<std::size_t>(setting)], p, own));
    }
    weight[static_cast<std::size_t>(node)] = likelihood;
  }
  const double largest = *std::ranges::max_element(weight);
  double sum = 0;
  for (double& one : weight) sum += (one = std::exp(one - largest));
  mean_.setZero();
  double heap = 0;
  for (Eigen::Index node = 0; node < nodes; ++node) {
    const double part = weight[static_cast<std::size_t>(node)] / sum;
    heaped_.push_back(heap += part);
    for (Eigen::Index setting = 0; setting < settings; ++setting) {
      const FailureCount& count = counts_[static_cast<std::size_t>(setting)];
      mean_(setting) +=
          part * (weight_(node) * share_(node, setting) + count.failed) / (weight_(node) + count.runs);
    }
  }
}

void Cliff::draw(const std::vector<Eigen::Index>& settings, RandomSequence& random,
                 Eigen::VectorXd& shares) const {
  const auto found = std::ranges::upper_bound(heaped_, random.uniform() * heaped_.back());
  const Eigen::Index node = std::min<Eigen::Index>(found - heaped_.begin(), nodes - 1);
  shares.resize(static_cast<Eigen::Index>(settings.size()));
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const FailureCount& count = counts_[static_cast<std::size_t>(settings[i])];
    const double p = share_(node, settings[i]);
    shares(static_cast<Eigen::Index>(i)) = draw_beta(
        weight_(node) * p + count.failed, weight_(node) * (1 - p) + count.runs - count.failed, random);
  }
}

}  // namespace etalon
