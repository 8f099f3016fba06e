#include "etalon/judging/cliff.h"

#include <cmath>

#include <gtest/gtest.h>

#include "made_up_outcomes.h"

namespace etalon {
namespace {

using made_up::random_of;

/// One group at whole decades from -4 on.
Cliff cliff_of(const std::vector<FailureCount>& counts) {
  Eigen::MatrixXd place(static_cast<Eigen::Index>(counts.size()), 1);
  for (Eigen::Index i = 0; i < place.rows(); ++i) place(i, 0) = static_cast<double>(i) - 4;
  return Cliff(place, counts);
}

TEST(Cliff, failure_is_likelier_the_larger_the_eta) {
  const Cliff cliff = cliff_of({{0, 3}, {0, 3}, {0, 3}, {0, 0}, {3, 3}, {0, 0}});
  for (Eigen::Index setting = 1; setting < 6; ++setting)
    EXPECT_GE(cliff.mean(setting), cliff.mean(setting - 1) - 1e-3) << setting;
  EXPECT_LT(cliff.mean(0), 0.1);
  EXPECT_GT(cliff.mean(4), 0.7);
  EXPECT_GT(cliff.mean(5), 0.7) << "not tried, but beyond what fails";
}

TEST(Cliff, what_was_not_tried_beside_a_cliff_is_in_doubt) {
  const Cliff cliff = cliff_of({{0, 5}, {0, 0}, {5, 5}});
  EXPECT_GT(cliff.mean(1), 2 * cliff.mean(0));
  EXPECT_LT(cliff.mean(1), cliff.mean(2));
}

TEST(Cliff, a_settings_own_record_counts) {
  const Cliff clean = cliff_of({{0, 8}, {0, 8}, {0, 8}, {0, 8}});
  const Cliff top = cliff_of({{0, 8}, {0, 8}, {0, 8}, {4, 8}}),
              inside = cliff_of({{0, 8}, {4, 8}, {0, 8}, {0, 8}});
  EXPECT_LT(clean.mean(3), 0.15);
  EXPECT_GT(top.mean(3), 0.3);
  EXPECT_GT(top.mean(3), top.mean(2) + 0.15);
  EXPECT_GT(inside.mean(1), clean.mean(1) + 0.05) << "though larger etas hold";
}

TEST(Cliff, more_runs_without_failure_make_it_less_likely) {
  double before = 1;
  for (const double runs : {1.0, 4.0, 16.0, 64.0}) {
    const double mean = cliff_of({{0, runs}, {0, runs}, {0, runs}}).mean(1);
    EXPECT_LT(mean, before);
    before = mean;
  }
  EXPECT_LT(before, 0.02);
}

TEST(Cliff, many_runs_keep_their_numbers) {
  const Cliff cliff = cliff_of({{1, 1000}, {3000, 3000}, {300, 1000}});
  EXPECT_NEAR(cliff.mean(0), 0.001, 0.001);
  EXPECT_NEAR(cliff.mean(1), 1, 0.002);
  EXPECT_NEAR(cliff.mean(2), 0.3, 0.03);
  EXPECT_GT(cliff.deviation(2), 0.01);
}

TEST(Cliff, each_group_has_its_own_cliff) {
  Eigen::MatrixXd place(9, 2);
  std::vector<FailureCount> counts;
  for (Eigen::Index i = 0; i < 9; ++i) {
    place.row(i) << static_cast<double>(i / 3) - 2, static_cast<double>(i % 3) - 2;
    counts.push_back({i / 3 == 2 ? 3.0 : 0.0, 3});  // the first group alone decides
  }
  const Cliff cliff(place, counts);
  EXPECT_GT(cliff.mean(6), 0.6);
  EXPECT_LT(cliff.mean(2), 0.25) << "a large eta of the second group does no harm";
}

TEST(Cliff, draws_agree_with_the_mean) {
  const Cliff cliff = cliff_of({{0, 3}, {1, 3}, {2, 3}, {0, 0}});
  RandomSequence random = random_of(1);
  Eigen::VectorXd shares, sum = Eigen::VectorXd::Zero(3);
  constexpr int draws = 20'000;
  for (int draw = 0; draw < draws; ++draw) {
    cliff.draw({0, 2, 3}, random, shares);
    ASSERT_TRUE((shares.array() >= 0).all() && (shares.array() <= 1).all());
    sum += shares;
  }
  EXPECT_NEAR(sum(0) / draws, cliff.mean(0), 0.01);
  EXPECT_NEAR(sum(1) / draws, cliff.mean(2), 0.015);
  EXPECT_NEAR(sum(2) / draws, cliff.mean(3), 0.015);
}

TEST(Cliff, hundreds_of_decades_are_no_overflow) {
  Eigen::MatrixXd place(2, 1);
  place << -300, 1;
  const Cliff cliff(place, {{0, 1}, {1, 1}});
  EXPECT_GT(cliff.mean(1), cliff.mean(0));
  EXPECT_TRUE(std::isfinite(cliff.mean(0)) && std::isfinite(cliff.mean(1)));
}

struct Moments {
  double mean = 0, variance = 0;
};

template <class Draw>
Moments moments_of(Draw draw) {
  constexpr int count = 20'000;
  RandomSequence random = random_of(2);
  double sum = 0, squares = 0;
  for (int i = 0; i < count; ++i) {
    const double value = draw(random);
    sum += value;
    squares += value * value;
  }
  return {sum / count, squares / count - sum / count * sum / count};
}

TEST(Draws, gamma_has_its_moments) {
  for (const double shape : {0.2, 1.0, 4.5, 60.0}) {
    const Moments found = moments_of([&](RandomSequence& random) { return draw_gamma(shape, random); });
    EXPECT_NEAR(found.mean, shape, 5 * std::sqrt(shape / 20'000)) << shape;
    EXPECT_NEAR(found.variance, shape, 0.15 * shape) << shape;
  }
}

TEST(Draws, beta_has_its_moments) {
  for (const auto& [a, b] : {std::pair{0.01, 0.3}, {0.5, 0.5}, {2.0, 6.0}, {40.0, 3.0}}) {
    const Moments found =
        moments_of([a = a, b = b](RandomSequence& random) { return draw_beta(a, b, random); });
    const double mean = a / (a + b), variance = mean * (1 - mean) / (a + b + 1);
    EXPECT_NEAR(found.mean, mean, 5 * std::sqrt(variance / 20'000)) << a << " " << b;
    EXPECT_NEAR(found.variance, variance, 0.1 * variance) << a << " " << b;
  }
}

TEST(Draws, beta_of_hardly_any_weight_is_still_a_share) {
  RandomSequence random = random_of(3);
  for (int i = 0; i < 1000; ++i) {
    const double share = draw_beta(1e-5, 1e-5, random);
    ASSERT_TRUE(share >= 0 && share <= 1) << share;
  }
}

}  // namespace
}  // namespace etalon
