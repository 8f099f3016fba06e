/// How much a setting's accuracy varies from seed to seed: variances moderated towards a trend (Smyth 2004,
/// Statistical Applications in Genetics and Molecular Biology 3), and what seeds have in common.
///
/// With few seeds a setting's own variance s^2 on d degrees is hardly known. It is drawn towards the trend
/// s_0^2 that all settings share, as if that were known from d_0 seeds more: (d_0 s_0^2 + d s^2) / (d_0 + d).
/// log s_0^2 is linear in the distance to the cliff, as noise grows towards it; d_0 comes from how far the
/// log variances scatter beyond chance.
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace etalon {

/// Logits of one setting's runs that did not fail.
struct LearnedRuns {
  std::vector<std::uint32_t> seeds;  ///< ascending
  std::vector<double> logits;        ///< [seed]
};

struct Noise {
  Eigen::VectorXd variance;  ///< [setting] of one run, moderated
  Eigen::VectorXd degrees;   ///< [setting] d_0 + d
  Eigen::MatrixXd common;    ///< [setting][setting], [0, 0.9]: correlation of runs of the same seed index
};

/// `room`: [setting] decades to the nearest setting where most runs fail, capped. `least`: smallest variance
/// that rounding to whole validation samples allows.
Noise estimate_noise(const std::vector<LearnedRuns>& runs, const Eigen::VectorXd& room, double least);

/// Covariance of the errors of the mean logits of `measured` settings: sigma_c^2 / n_c, and for two settings
/// common sigma_c sigma_d |shared seeds| / (n_c n_d), so that differences of paired settings are known
/// better.
Eigen::MatrixXd error_of_means(const std::vector<LearnedRuns>& runs, const Noise& noise,
                               const std::vector<Eigen::Index>& measured);

}  // namespace etalon
