/// How the level of a measure runs over log etas: a Gaussian process with measured means (Rasmussen and
/// Williams 2006, chapters 2 and 5; Eigen does the algebra).
///
///     level(x) = mu + smooth(x) + rough(x),   cov(smooth(x), smooth(y)) = a^2 exp(-|x - y|^2 / 2 l^2),
///
/// rough being independent from setting to setting with deviation r; mu has a flat prior. a, l and r are
/// those of the highest marginal likelihood on a small grid, with a weak preference for short lengths and
/// little roughness.
#pragma once

#include <vector>

#include <Eigen/Core>

namespace etalon {

struct SurfaceData {
  Eigen::MatrixXd place;               ///< [setting][axis] place_of its values
  std::vector<Eigen::Index> measured;  ///< settings that have a mean, ascending
  Eigen::VectorXd level;               ///< [measured]
  Eigen::MatrixXd error;               ///< [measured][measured] covariance of the errors of `level`
};

/// The posterior of every setting's level, measured or not.
struct Surface {
  Eigen::VectorXd mean;        ///< [setting]
  Eigen::MatrixXd covariance;  ///< [setting][setting]
};

/// REQUIRES: something is measured.
Surface fit_surface(const SurfaceData& data);

}  // namespace etalon
