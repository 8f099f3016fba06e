/// What the seeds say of every setting of one set: the expected accuracy of one more run, and how well it is
/// known.
///
/// A run of setting c fails with probability pi_c (cliff.h) and then ends at chance; else
///
///     logit(accuracy) = level_c + sigma_c z,
///
/// level_c from a surface over the places of its values along the axes (surface.h), sigma_c moderated (noise.h), z of the shape that the
/// residuals have. The expected accuracy is U_c = (1 - pi_c) E[accuracy | learned] + pi_c chance, the mean
/// over z being the mean over the pooled residuals (smearing: Duan 1983). The logit, because the spread of an
/// accuracy shrinks towards 1; an accuracy p on n validation samples enters as (p n + 1/2) / (n + 1).
///
/// The surface is cubic in settings, so of very many only the most promising enter it: `most_modelled` of
/// those with seeds and as many without. The others can't be the best; they are taken to learn as well as
/// their mean says.
#pragma once

#include <optional>
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

/// [one of settings] Share of the draws in which no other one's expected accuracy is higher.
std::vector<double> shares_of_best(const PosteriorDraws& draws);

class AccuracyPosterior {
 public:
  static constexpr std::size_t most_modelled = 120;

  /// REQUIRES: a setting with a seed; one number of values for all settings.
  explicit AccuracyPosterior(const SetOutcomes& outcomes);

  /// Posterior mean of U_c, [0, 1]; for a setting without seeds, too.
  double expected(std::size_t setting) const;
  /// Posterior mean of pi_c.
  double failure(std::size_t setting) const { return cliff_.mean(static_cast<Eigen::Index>(setting)); }
  /// Settings that may be the best, ascending: all but those that 3.5 standard deviations of the difference
  /// keep below the best expectation. `unseen`: those without seeds too.
  std::vector<std::size_t> contenders(bool unseen = false) const;
  /// `settings` ascending.
  PosteriorDraws draw(std::vector<std::size_t> settings, std::size_t draws, RandomSequence random) const;

 private:
  /// Row of the surface; nothing where the setting is not modelled.
  std::optional<Eigen::Index> row(std::size_t setting) const;
  double learned_accuracy(double level, Eigen::Index row) const;
  double level_deviation(Eigen::Index row) const;
  struct Reach {
    double expected, up, down;
  };
  Reach reach_of(Eigen::Index row) const;  // 3.5 standard deviations of U_c

  const double chance_;
  std::vector<FailureCount> counts_;   // [setting]
  Eigen::MatrixXd place_;              // [setting][axis] place_of its values
  std::vector<double> plain_;          // [setting] mean accuracy of its runs that learned
  Cliff cliff_;                        // over all settings
  std::vector<std::size_t> modelled_;  // [row] settings of the surface, ascending
  std::vector<LearnedRuns> runs_;      // [row]
  Noise noise_;                        // [row]
  Surface surface_;                    // [row]
  std::vector<double> shape_;          // pooled standardized residuals z, mean 0, variance 1
};

}  // namespace etalon
