#include "etalon/judging/surface.h"

#include <cmath>

#include <gtest/gtest.h>

namespace etalon {
namespace {

/// One group at `places`, of which the first few are measured with independent errors of variance `error`.
SurfaceData data_of(const std::vector<double>& places, const std::vector<double>& levels, double error) {
  SurfaceData data;
  data.place = Eigen::Map<const Eigen::VectorXd>(places.data(), static_cast<Eigen::Index>(places.size()));
  data.level = Eigen::Map<const Eigen::VectorXd>(levels.data(), static_cast<Eigen::Index>(levels.size()));
  for (Eigen::Index i = 0; i < data.level.size(); ++i) data.measured.push_back(i);
  data.error = error * Eigen::MatrixXd::Identity(data.level.size(), data.level.size());
  return data;
}

TEST(Surface, of_one_mean_is_that_mean_everywhere_and_less_known_further_away) {
  const Surface surface = fit_surface(data_of({-2, -1, 3}, {1.5}, 0.04));
  for (Eigen::Index i = 0; i < 3; ++i) EXPECT_NEAR(surface.mean(i), 1.5, 1e-12);
  EXPECT_NEAR(surface.covariance(0, 0), 0.04, 1e-9) << "mu has a flat prior";
  EXPECT_GT(surface.covariance(1, 1), 0.04);
  EXPECT_GT(surface.covariance(2, 2), surface.covariance(1, 1));
}

TEST(Surface, is_that_of_the_formulas_for_two_far_means) {
  // Too far apart to speak for each other: K = (s + e) I, so that mu is their middle and all else follows by
  // hand from s = a^2 + r^2, which the variance v = (s e + e^2 / 2) / (s + e) tells.
  const double e = 0.25;
  const Surface surface = fit_surface(data_of({-60, 60, 0}, {1, 3}, e));
  const double v = surface.covariance(0, 0), s = e * (v - e / 2) / (e - v);
  EXPECT_GT(s, 0);
  EXPECT_NEAR(surface.mean(0), 2 - s / (s + e), 1e-9);
  EXPECT_NEAR(surface.mean(1), 2 + s / (s + e), 1e-9);
  EXPECT_NEAR(surface.covariance(0, 1), e * e / (s + e) / 2, 1e-9) << "both know mu";
  EXPECT_NEAR(surface.mean(2), 2, 1e-9);
  EXPECT_NEAR(surface.covariance(2, 2), s + (s + e) / 2, 1e-9);
}

TEST(Surface, goes_through_means_that_are_well_known) {
  const std::vector<double> levels{0.2, 1.1, 2.3, 2.0, 0.4};
  const Surface surface = fit_surface(data_of({-4, -3, -2, -1, 0}, levels, 1e-5));
  for (Eigen::Index i = 0; i < 5; ++i) {
    EXPECT_NEAR(surface.mean(i), levels[static_cast<std::size_t>(i)], 0.01);
    EXPECT_LT(surface.covariance(i, i), 2e-5);
  }
}

TEST(Surface, predicts_between_and_doubts_beyond) {
  const auto hill = [](double place) { return 2 - 0.4 * (place + 2) * (place + 2); };
  const Surface surface = fit_surface(
      data_of({-4, -3, -2, -1, 0, -2.5, 4}, {hill(-4), hill(-3), hill(-2), hill(-1), hill(0)}, 1e-3));
  EXPECT_NEAR(surface.mean(5), hill(-2.5), 0.25);
  EXPECT_GT(surface.covariance(5, 5), surface.covariance(2, 2));
  EXPECT_GT(surface.covariance(6, 6), 4 * surface.covariance(5, 5));
}

TEST(Surface, noisy_means_lend_strength_to_each_other) {
  const Surface surface = fit_surface(data_of({-3, -2.5, -2, -1.5, -1}, {1.0, 1.4, 0.7, 1.3, 0.9}, 0.3));
  for (Eigen::Index i = 0; i < 5; ++i) EXPECT_LT(surface.covariance(i, i), 0.25);
  EXPECT_LT(surface.mean.maxCoeff() - surface.mean.minCoeff(), 0.5);
}

TEST(Surface, has_a_covariance_without_negative_variances) {
  std::vector<double> places, levels;
  for (int i = 0; i < 40; ++i) {
    places.push_back(-4 + 0.1 * i);
    levels.push_back(std::sin(0.3 * i));
  }
  const Surface surface = fit_surface(data_of(places, levels, 1e-9));
  EXPECT_GT(surface.covariance.diagonal().minCoeff(), -1e-7);
  EXPECT_TRUE(surface.mean.allFinite());
}

}  // namespace
}  // namespace etalon
