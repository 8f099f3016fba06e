/// What the seeds say of every setting of one set: the expected accuracy of one more run, and how well it is
/// known.
///
/// A run of setting c fails with probability pi_c (cliff.h) and then ends at chance; else
///
///     logit(accuracy) = level_c + sigma_c z,
///
/// level_c from a surface over log etas (surface.h), sigma_c moderated (noise.h), z of the shape that the
/// residuals have. The expected accuracy is U_c = (1 - pi_c) E[accuracy | learned] + pi_c chance, the mean
/// over z being the mean over the pooled residuals (smearing: Duan 1983). The logit, because the spread of an
/// accuracy shrinks towards 1; an accuracy p on n validation samples enters as (p n + 1/2) / (n + 1).
#pragma once

#include <vector>

#include <Eigen/Core>

#include "etalon/base/random.h"
#include "etalon/judging/cliff.h"
#include "etalon/judging/noise.h"
#include "etalon/judging/outcomes.h"
#include "etalon/judging/surface.h"

namespace etalon {

/// Draws from the joint posterior of some settings.
struct PosteriorDraws {
  std::vector<std::size_t> settings;  ///< index into SetOutcomes::settings, ascending
  Eigen::MatrixXd expected;           ///< [draw][one of settings] U_c
  Eigen::MatrixXd failure;            ///< [draw][one of settings] pi_c
  Eigen::MatrixXd run;                ///< [draw][one of settings] the accuracy of one more run
};

class AccuracyPosterior {
 public:
  /// REQUIRES: a setting with a seed; one number of etas for all settings.
  explicit AccuracyPosterior(const SetOutcomes& outcomes);

  /// Posterior mean of U_c, [0, 1]; for a setting without seeds, too.
  double expected(std::size_t setting) const;
  /// Posterior mean of pi_c.
  double failure(std::size_t setting) const { return cliff_.mean(static_cast<Eigen::Index>(setting)); }
  /// Variance of the logit of one run that learns.
  double run_variance(std::size_t setting) const {
    return noise_.variance(static_cast<Eigen::Index>(setting));
  }
  /// Settings that may be the best, ascending: all but those whose 3.5 standard deviations do not reach the
  /// best expectation. `unseen`: those without seeds too.
  std::vector<std::size_t> contenders(bool unseen = false) const;
  /// `settings` ascending.
  PosteriorDraws draw(std::vector<std::size_t> settings, std::size_t draws, RandomSequence random) const;

 private:
  double learned_accuracy(double level, Eigen::Index setting) const;

  const double chance_;
  std::vector<LearnedRuns> runs_;     // [setting]
  std::vector<FailureCount> counts_;  // [setting]
  Eigen::MatrixXd place_;             // [setting][group] log10 etas
  Cliff cliff_;
  Noise noise_;
  Surface surface_;
  std::vector<double> shape_;  // pooled standardized residuals z, mean 0, variance 1
};

}  // namespace etalon
