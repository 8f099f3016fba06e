#include "etalon/judging/noise.h"

#include <cmath>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include "etalon/judging/statistics.h"
#include "made_up_outcomes.h"

namespace etalon {
namespace {

using made_up::random_of;
constexpr double least = 1e-6;

/// Runs of seeds 0, 1, ...: `common` of the variance is shared by runs of one seed.
std::vector<LearnedRuns> runs_of(std::size_t settings, std::uint32_t seeds, double deviation,
                                 double common = 0, std::uint64_t study = 1) {
  RandomSequence random = random_of(study);
  std::vector<double> shared;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) shared.push_back(random.normal());
  std::vector<LearnedRuns> runs(settings);
  for (std::size_t setting = 0; setting < settings; ++setting)
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
      runs[setting].seeds.push_back(seed);
      runs[setting].logits.push_back(
          static_cast<double>(setting) +
          deviation * (std::sqrt(common) * shared[seed] + std::sqrt(1 - common) * random.normal()));
    }
  return runs;
}

Eigen::VectorXd room_of(const std::vector<LearnedRuns>& runs, double room = 2) {
  return Eigen::VectorXd::Constant(static_cast<Eigen::Index>(runs.size()), room);
}

TEST(Noise, finds_the_variance_that_all_share) {
  const std::vector<LearnedRuns> runs = runs_of(60, 4, 0.3);
  const Noise noise = estimate_noise(runs, room_of(runs), least);
  EXPECT_NEAR(noise.variance.mean(), 0.09, 0.015);
  EXPECT_LT(noise.variance.maxCoeff() / noise.variance.minCoeff(), 3) << "chance alone spreads them 20-fold";
  EXPECT_GT(noise.degrees.minCoeff(), 10) << "known from all together";
}

TEST(Noise, a_setting_of_its_own_is_drawn_towards_the_others_but_not_onto_them) {
  std::vector<LearnedRuns> runs = runs_of(20, 4, 0.1);
  runs[7] = {{0, 1, 2, 3}, {-1.5, -0.5, 0.5, 1.5}};
  const Noise noise = estimate_noise(runs, room_of(runs), least);
  EXPECT_LT(noise.variance(7), sample_variance(runs[7].logits));
  EXPECT_GT(noise.variance(7), 3 * noise.variance(8));
}

TEST(Noise, grows_towards_the_cliff_and_never_away_from_it) {
  std::vector<LearnedRuns> runs = runs_of(40, 4, 0.1);
  Eigen::VectorXd room = room_of(runs);
  for (std::size_t setting = 0; setting < 20; ++setting) {
    room(static_cast<Eigen::Index>(setting)) = 0.5;
    for (double& logit : runs[setting].logits)
      logit = static_cast<double>(setting) + 6 * (logit - static_cast<double>(setting));
  }
  runs[0] = runs[20] = {{0}, {1.0}};  // one seed: the trend alone speaks
  const Noise noise = estimate_noise(runs, room, least);
  EXPECT_GT(noise.variance(0), 5 * noise.variance(20));
  for (double& one : room) one = one == 2 ? 0.5 : 2;
  const Noise turned = estimate_noise(runs, room, least);
  EXPECT_NEAR(turned.variance(0), turned.variance(20), 1e-9);
}

TEST(Noise, is_never_less_than_rounding_makes) {
  std::vector<LearnedRuns> runs = runs_of(5, 3, 0.0);
  const Noise noise = estimate_noise(runs, room_of(runs), 1e-4);
  EXPECT_GE(noise.variance.minCoeff(), 1e-4);
  EXPECT_LT(noise.variance.maxCoeff(), 2e-4);
}

TEST(Noise, is_a_guess_where_no_setting_has_two_seeds) {
  const std::vector<LearnedRuns> runs = runs_of(4, 1, 0.1);
  const Noise noise = estimate_noise(runs, room_of(runs), least);
  EXPECT_TRUE(noise.variance.allFinite());
  EXPECT_GT(noise.variance.minCoeff(), 0.01);
  EXPECT_TRUE(noise.common.allFinite());
  EXPECT_TRUE(estimate_noise({LearnedRuns{}}, Eigen::VectorXd::Zero(1), least).variance.allFinite());
}

double mean_common(const Noise& noise) {
  const Eigen::Index n = noise.common.rows();
  return (noise.common.sum() - noise.common.trace()) / static_cast<double>(n * (n - 1));
}

TEST(Noise, finds_what_seeds_have_in_common) {
  const std::vector<LearnedRuns> paired = runs_of(12, 8, 0.3, 0.8), apart = runs_of(12, 8, 0.3);
  const double common = mean_common(estimate_noise(paired, room_of(paired), least));
  EXPECT_GT(common, 0.5);
  EXPECT_LE(common, 0.9);
  EXPECT_LT(mean_common(estimate_noise(apart, room_of(apart), least)), 0.15);
}

TEST(Noise, pairs_make_differences_better_known) {
  const std::vector<LearnedRuns> runs = runs_of(12, 8, 0.3, 0.8);
  const Noise noise = estimate_noise(runs, room_of(runs), least);
  const Eigen::MatrixXd error = error_of_means(runs, noise, {2, 5});
  EXPECT_NEAR(error(0, 0), noise.variance(2) / 8, 1e-12);
  EXPECT_NEAR(error(1, 1), noise.variance(5) / 8, 1e-12);
  EXPECT_LT(error(0, 0) + error(1, 1) - 2 * error(0, 1), 0.6 * (error(0, 0) + error(1, 1)));
  std::vector<LearnedRuns> other = runs;
  for (std::uint32_t& seed : other[5].seeds) seed += 8;  // not one seed in common
  EXPECT_EQ(error_of_means(other, noise, {2, 5})(0, 1), 0);
}

TEST(Noise, the_error_of_means_is_a_covariance_whatever_seeds_are_shared) {
  for (std::uint64_t study = 0; study < 20; ++study) {
    std::vector<LearnedRuns> runs = runs_of(8, 6, 0.3, 0.9, study);
    std::vector<Eigen::Index> all;
    for (std::size_t setting = 0; setting < runs.size(); ++setting) {
      const std::size_t kept = 1 + (setting * 5 + study) % 6;
      runs[setting].seeds.resize(kept);
      runs[setting].logits.resize(kept);
      all.push_back(static_cast<Eigen::Index>(setting));
    }
    const Eigen::MatrixXd error = error_of_means(runs, estimate_noise(runs, room_of(runs), least), all);
    EXPECT_EQ(error, error.transpose().eval());
    EXPECT_GT(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(error).eigenvalues()(0), -1e-12);
  }
}

}  // namespace
}  // namespace etalon
