/// Where training begins to fail as etas grow: a posterior over the place of a cliff, and each setting's
/// probability that a run fails.
///
/// A run at x (log10 etas, and places of what else makes runs fail) fails with probability
///
///     pi   = 1 - (1 - e) (1 - q)
///     p(x) = 1 - prod over groups g of (1 - s((x_g - a_g) / w)), limited to [0.01, 0.99]
///
/// e is the share that fails anywhere, whatever the etas; q is the setting's own share beyond the cliff,
/// Beta(k p, k (1 - p)), as no cliff is that smooth; s is the logistic function, a_g where failure sets in
/// for group g, w how sharp the cliff is (decades). The posterior of (a, w, k, e) is worked out by importance
/// sampling over quasi-random nodes (Halton 1960) in stages, each spread where the nodes before it were
/// likely; the same nodes always.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "etalon/base/random.h"

namespace etalon {

/// Failures and runs of one setting.
struct FailureCount {
  double failed = 0;
  double runs = 0;
};

class Cliff {
 public:
  /// `place`: [setting][axis]; `counts`: [setting]. REQUIRES: as many rows as counts, at least
  /// one.
  Cliff(const Eigen::MatrixXd& place, const std::vector<FailureCount>& counts);

  /// Posterior mean of the share of runs that fail, (0, 1).
  double mean(Eigen::Index setting) const { return mean_(setting); }

  /// Posterior standard deviation of that share.
  double deviation(Eigen::Index setting) const { return deviation_(setting); }

  /// Draws one cliff, then each of `settings`' share from it. Into `shares`, [one of settings].
  void draw(const std::vector<Eigen::Index>& settings, RandomSequence& random, Eigen::VectorXd& shares) const;

 private:
  std::vector<FailureCount> counts_;
  Eigen::MatrixXd share_;       // [node][setting] p at that node
  Eigen::VectorXd weight_;      // [node] k
  Eigen::VectorXd anywhere_;    // [node] e
  std::vector<double> heaped_;  // [node] weights summed up to it, the last 1
  Eigen::VectorXd mean_;        // [setting]
  Eigen::VectorXd deviation_;   // [setting]
};

/// A draw from Beta(a, b), by two gamma draws (Marsaglia and Tsang 2000). REQUIRES: a > 0, b > 0.
double draw_beta(double a, double b, RandomSequence& random);

/// A draw from the gamma distribution of this shape and scale 1. REQUIRES: shape > 0.
double draw_gamma(double shape, RandomSequence& random);

}  // namespace etalon
