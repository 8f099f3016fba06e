#include "etalon/judging/cliff.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "etalon/base/check.h"

namespace etalon {
namespace {

constexpr Eigen::Index nodes_a_stage = 768, stages = 3, nodes = nodes_a_stage * stages;
constexpr double box_reach = 2.5;                     // standard deviations of the nodes so far
constexpr double smallest_box = 0.05;                 // of the prior's range
constexpr double roughest = 0.1, smoothest = 30;      // k, runs that the cliff's share counts for
constexpr double sharpest = 0.03, bluntest = 0.2;     // w, decades
constexpr double rarest = 1e-4, most_frequent = 0.2;  // e
constexpr double smallest_share = 0.01;               // p: any setting may fail for reasons of its own
constexpr double above_range = 1.0;  // decades over the largest eta where a cliff may still lie
constexpr double most_runs = 2000;   // of a setting: likelihoods of more underflow, and say no more

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

/// Of a setting with very many runs, as many as tell the share.
FailureCount limited(const FailureCount& count) {
  if (count.runs <= most_runs) return count;
  return {std::round(count.failed / count.runs * most_runs), most_runs};
}

/// What one node says of one setting: its share q beyond the cliff is Beta(a, b), and e fail anyway.
struct Record {
  Record(double weight, double share, double anywhere, const FailureCount& counted)
      : a(weight * share), b(weight * (1 - share)), e(anywhere), count(counted) {}

  double a, b, e;
  FailureCount count;

  double held() const { return count.runs - count.failed; }

  /// L_j = C(failed, j) e^(failed - j) (1 - e)^(j + held) B(a + j, b + held) / B(a, b) for j = 0 .. failed:
  /// the likelihood that the cliff made j of the failures, `held` runs having passed. In order of j, into
  /// `terms`; returns their sum. Worked out from the last one down, by the ratio of neighbours: that one
  /// does not underflow where e is small.
  double likelihoods(double held, std::vector<double>& terms) const {
    const auto failed = static_cast<std::size_t>(count.failed);
    terms.assign(failed + 1, last_likelihood(held));
    double sum = terms.back();
    for (std::size_t k = failed; k-- > 0;) {
      const auto j = static_cast<double>(k);
      const double ratio = (j + 1) * e * (a + b + held + j) / ((count.failed - j) * (1 - e) * (a + j));
      terms[k] = terms[k + 1] * ratio;
      sum += terms[k];
    }
    return sum;
  }

  /// L_failed.
  double last_likelihood(double held) const {
    double product = 1;
    for (int i = 0; i < count.failed; ++i) product *= (1 - e) * (a + i) / (a + b + i);
    for (int i = 0; i < held; ++i) product *= (1 - e) * (b + i) / (a + b + count.failed + i);
    return product;
  }
};

constexpr std::array<unsigned, 24> primes{2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37,
                                          41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89};

/// Nodes in the unit cube: w, e, k, then a_g. The prior is uniform on it.
class Cube {
 public:
  explicit Cube(Eigen::Index dimensions)
      : at(nodes, dimensions), log_likelihood(Eigen::VectorXd::Zero(nodes)) {}

  Eigen::MatrixXd at;              // [node][dimension]
  Eigen::VectorXd log_likelihood;  // [node]

  /// Spreads a stage's nodes evenly over the box that the nodes so far call likely; the first over all of the
  /// cube.
  void spread(Eigen::Index stage) {
    const Eigen::Index known = stage * nodes_a_stage;
    Box box{Eigen::RowVectorXd::Zero(at.cols()), Eigen::RowVectorXd::Ones(at.cols())};
    if (stage > 0) box = likely_box(known);
    boxes_.push_back(box);
    for (Eigen::Index node = known; node < known + nodes_a_stage; ++node)
      for (Eigen::Index i = 0; i < at.cols(); ++i)
        at(node, i) = box.low(i) + (box.high(i) - box.low(i)) *
                                       halton(node, primes[static_cast<std::size_t>(i) % primes.size()]);
  }

  /// Shares of the posterior of the first `known` nodes: prior times likelihood over the density that all
  /// stages together drew them with (the balance heuristic: Veach and Guibas 1995).
  Eigen::VectorXd weights(Eigen::Index known) const {
    const double largest = log_likelihood.head(known).maxCoeff();
    Eigen::VectorXd weight = (log_likelihood.head(known).array() - largest).exp().matrix();
    for (Eigen::Index node = 0; node < known; ++node) {
      double density = 0;
      for (const Box& box : boxes_) density += box.density(at.row(node));
      weight(node) /= density;
    }
    return weight / weight.sum();
  }

 private:
  struct Box {
    Eigen::RowVectorXd low, high;
    double density(const Eigen::RowVectorXd& point) const {
      const bool inside = (point.array() >= low.array()).all() && (point.array() <= high.array()).all();
      return inside ? 1 / (high - low).prod() : 0;
    }
  };

  Box likely_box(Eigen::Index known) const {
    const Eigen::VectorXd weight = weights(known);
    const Eigen::RowVectorXd mean = weight.transpose() * at.topRows(known);
    const Eigen::MatrixXd off = at.topRows(known).rowwise() - mean;
    const Eigen::RowVectorXd reach =
        (box_reach * (weight.transpose() * off.cwiseAbs2()).cwiseSqrt()).cwiseMax(smallest_box / 2);
    return {(mean - reach).cwiseMax(0), (mean + reach).cwiseMin(1)};
  }

  std::vector<Box> boxes_;
};

}  // namespace

double draw_gamma(double shape, RandomSequence& random) {
  check(shape > 0, "shape", shape, "more than 0");
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
  check(a > 0 && b > 0, "the smaller of a and b", std::min(a, b), "more than 0");
  const double x = draw_gamma(a, random), y = draw_gamma(b, random);
  return x + y > 0 ? x / (x + y) : a / (a + b);
}

Cliff::Cliff(const Eigen::MatrixXd& place, const std::vector<FailureCount>& counts)
    : share_(nodes, place.rows()),
      weight_(nodes),
      anywhere_(nodes),
      mean_(place.rows()),
      deviation_(place.rows()) {
  check(!counts.empty() && place.rows() == std::ssize(counts), "settings", place.rows(),
        "one or more, with a count each");
  for (const FailureCount& count : counts) counts_.push_back(limited(count));
  const Eigen::Index groups = place.cols(), settings = place.rows();
  const Eigen::RowVectorXd low = place.colwise().minCoeff(), high = place.colwise().maxCoeff();
  std::vector<double> terms;
  Cube cube(3 + groups);
  for (Eigen::Index stage = 0; stage < stages; ++stage) {
    cube.spread(stage);
    for (Eigen::Index node = stage * nodes_a_stage; node < (stage + 1) * nodes_a_stage; ++node) {
      const double width = log_between(cube.at(node, 0), sharpest, bluntest);
      anywhere_(node) = log_between(cube.at(node, 1), rarest, most_frequent);
      weight_(node) = log_between(cube.at(node, 2), roughest, smoothest);
      for (Eigen::Index setting = 0; setting < settings; ++setting) {
        double holds = 1;
        for (Eigen::Index group = 0; group < groups; ++group) {
          const double edge =
              low(group) + (high(group) + above_range - low(group)) * cube.at(node, 3 + group);
          holds /= 1 + std::exp((place(setting, group) - edge) / width);
        }
        share_(node, setting) = std::clamp(1 - holds, smallest_share, 1 - smallest_share);
        const Record record(weight_(node), share_(node, setting), anywhere_(node),
                            counts_[static_cast<std::size_t>(setting)]);
        cube.log_likelihood(node) += std::log(record.likelihoods(record.held(), terms));
      }
    }
  }
  const Eigen::VectorXd weight = cube.weights(nodes);
  Eigen::VectorXd square = Eigen::VectorXd::Zero(settings);  // of the share that holds
  mean_.setZero();
  double heap = 0;
  for (Eigen::Index node = 0; node < nodes; ++node) {
    heaped_.push_back(heap += weight(node));
    if (weight(node) == 0) continue;
    for (Eigen::Index setting = 0; setting < settings; ++setting) {
      const Record record(weight_(node), share_(node, setting), anywhere_(node),
                          counts_[static_cast<std::size_t>(setting)]);
      const double held = record.held();
      const double seen = record.likelihoods(held, terms);
      mean_(setting) += weight(node) * (1 - record.likelihoods(held + 1, terms) / seen);
      square(setting) += weight(node) * record.likelihoods(held + 2, terms) / seen;
    }
  }
  deviation_ = (square.array() - (1 - mean_.array()).square()).cwiseMax(0).sqrt().matrix();
}

void Cliff::draw(const std::vector<Eigen::Index>& settings, RandomSequence& random,
                 Eigen::VectorXd& shares) const {
  const auto found = std::ranges::upper_bound(heaped_, random.uniform() * heaped_.back());
  const Eigen::Index node = std::min<Eigen::Index>(found - heaped_.begin(), nodes - 1);
  shares.resize(static_cast<Eigen::Index>(settings.size()));
  std::vector<double> terms;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const Record record(weight_(node), share_(node, settings[i]), anywhere_(node),
                        counts_[static_cast<std::size_t>(settings[i])]);
    const double held = record.held();
    double rest = random.uniform() * record.likelihoods(held, terms);
    std::size_t j = 0;  // failures that the cliff made
    while (j + 1 < terms.size() && (rest -= terms[j]) > 0) ++j;
    const double q = draw_beta(record.a + static_cast<double>(j), record.b + held, random);
    shares(static_cast<Eigen::Index>(i)) = 1 - (1 - record.e) * (1 - q);
  }
}

}  // namespace etalon
