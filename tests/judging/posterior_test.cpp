#include "etalon/judging/posterior.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "made_up_outcomes.h"

namespace etalon {
namespace {

using made_up::Outcomes;
using made_up::random_of;
using made_up::scattered;

/// Four decades of one group: a hill, then the cliff.
SetOutcomes hill() {
  return Outcomes()
      .cell({{0.001}}, {0.80, 0.82, 0.81})
      .cell({{0.01}}, {0.90, 0.91, 0.92})
      .cell({{0.1}}, {0.95, 0.96, 0.94})
      .cell({{1}}, {}, 3)
      .set;
}

void expect_sound(const SetOutcomes& outcomes) {
  const AccuracyPosterior posterior(outcomes);
  std::vector<std::size_t> all;
  for (std::size_t setting = 0; setting < outcomes.settings.size(); ++setting) {
    all.push_back(setting);
    const double expected = posterior.expected(setting), fails = posterior.failure(setting);
    EXPECT_TRUE(expected >= 0 && expected <= 1) << setting << ": " << expected;
    EXPECT_TRUE(fails > 0 && fails < 1) << setting << ": " << fails;
  }
  EXPECT_FALSE(posterior.contenders().empty());
  const PosteriorDraws draws = posterior.draw(all, 50, random_of(1));
  for (const Eigen::MatrixXd& one : {draws.expected, draws.run}) {
    ASSERT_TRUE(one.allFinite());
    EXPECT_TRUE(one.minCoeff() >= 0 && one.maxCoeff() <= 1);
  }
}

TEST(Posterior, follows_the_means_and_counts_failures_as_chance) {
  const AccuracyPosterior posterior(hill());
  EXPECT_NEAR(posterior.expected(0), 0.81, 0.05);
  EXPECT_NEAR(posterior.expected(1), 0.91, 0.05);
  EXPECT_LT(posterior.expected(1), posterior.expected(2));
  EXPECT_LT(posterior.expected(3), 0.4);
  EXPECT_LT(posterior.expected(2), 0.95) << "some runs may fail";
}

TEST(Posterior, many_runs_that_are_all_alike_are_sound) {
  Outcomes outcomes;
  for (const double eta : {0.001, 0.003, 0.01, 0.03, 0.1, 0.3})
    outcomes.cell({{eta}}, std::vector<double>(150, 1.0));
  expect_sound(outcomes.set);
}

TEST(Posterior, a_seed_that_fails_costs_its_share) {
  SetOutcomes outcomes = hill();
  const AccuracyPosterior before(outcomes);
  outcomes.settings[1].seeds.push_back({3, 0.1, true});
  const AccuracyPosterior after(outcomes);
  EXPECT_GT(after.failure(1), before.failure(1) + 0.03);
  EXPECT_LT(after.expected(1), before.expected(1) - 0.025);
}

TEST(Posterior, expects_what_its_draws_and_their_runs_show) {
  const AccuracyPosterior posterior(hill());
  const PosteriorDraws draws = posterior.draw({0, 1, 2, 3}, 8000, random_of(1));
  for (Eigen::Index setting = 0; setting < 4; ++setting) {
    const double expected = posterior.expected(static_cast<std::size_t>(setting));
    EXPECT_NEAR(draws.expected.col(setting).mean(), expected, 0.015) << setting;
    EXPECT_NEAR(draws.run.col(setting).mean(), draws.expected.col(setting).mean(), 0.015) << setting;
  }
}

TEST(Posterior, more_seeds_make_an_expectation_better_known) {
  const auto spread_with = [](std::size_t seeds) {
    RandomSequence random = random_of(3);
    Outcomes made;
    for (const double conv : {0.01, 0.1, 1.0}) made.cell({{conv, 0.1}}, scattered(0.9, 0.2, seeds, random));
    const Eigen::VectorXd drawn = AccuracyPosterior(made.set).draw({1}, 2000, random_of(1)).expected.col(0);
    return std::sqrt((drawn.array() - drawn.mean()).square().mean());
  };
  EXPECT_GT(spread_with(3), 1.5 * spread_with(20));
}

TEST(Posterior, guesses_settings_without_seeds_from_their_neighbours) {
  SetOutcomes outcomes = hill();
  outcomes.settings.insert(outcomes.settings.begin() + 2, {{{0.03}}, {}});
  outcomes.settings.push_back({{{10}}, {}});
  const AccuracyPosterior posterior(outcomes);
  EXPECT_GT(posterior.expected(2), 0.8);
  EXPECT_LT(posterior.expected(5), 0.5) << "beyond the cliff";
  const std::vector<std::size_t> seen = posterior.contenders(), all = posterior.contenders(true);
  EXPECT_EQ(std::ranges::count(seen, 2u), 0);
  EXPECT_EQ(std::ranges::count(all, 2u), 1);
}

TEST(Posterior, of_a_far_worse_setting_is_no_contender) {
  RandomSequence random = random_of(5);
  Outcomes made;
  made.cell({{0.001}}, scattered(0.3, 0.05, 5, random));
  for (const double eta : {0.01, 0.1}) made.cell({{eta}}, scattered(0.95, 0.05, 5, random));
  EXPECT_EQ(AccuracyPosterior(made.set).contenders(), (std::vector<std::size_t>{1, 2}));
}

TEST(Posterior, is_sound_for_one_setting_one_seed_and_failures_alone) {
  expect_sound(Outcomes().cell({{0.1}}, {0.9}).set);
  expect_sound(Outcomes().cell({{0.1}}, {}, 1).set);
  expect_sound(Outcomes().cell({{0.1}}, {}, 4).cell({{1}}, {}, 4).set);
  expect_sound(Outcomes().cell({{0.1}}, {0.9}, 200).set);
}

TEST(Posterior, is_sound_for_one_to_twelve_groups) {
  for (std::size_t groups = 1; groups <= 12; ++groups) {
    Outcomes made;
    for (std::size_t group = 0; group < groups; ++group) {
      Setting setting{std::vector<double>(groups, 0.1)};
      setting.values[group] = 0.01;
      made.cell(setting, {0.9, 0.91}, group % 2 ? 1 : 0);
    }
    expect_sound(made.set);
  }
}

TEST(Posterior, is_sound_at_the_ends_of_every_range) {
  for (const std::uint32_t samples : {0u, 1u, 2u, 4'000'000'000u})
    for (const double accuracy : {0.0, 1.0, 1.5, -0.5}) {  // the last two from a training of the user's own
      SetOutcomes outcomes = Outcomes()
                                 .cell({{1e-300, 1e-300}}, {accuracy, accuracy, accuracy})
                                 .cell({{1e-300, 10}}, {0.5, 0.5, 0.5})
                                 .cell({{10, 10}}, {1, 0, 1}, 1)
                                 .set;
      outcomes.validation_samples = samples;
      expect_sound(outcomes);
    }
}

TEST(Posterior, many_settings_without_any_noise_still_have_draws) {
  Outcomes made;
  made.set.validation_samples = 4'000'000'000u;
  for (int i = 0; i < 100; ++i) made.cell({{1e-5 * std::pow(1.1, i)}}, {0.9, 0.9, 0.9});
  expect_sound(made.set);
}

/// So many settings of two groups, the better the nearer to the middle.
SetOutcomes many(int side, std::size_t seeds) {
  RandomSequence random = random_of(7);
  Outcomes made;
  for (int i = 0; i < side; ++i)
    for (int j = 0; j < side; ++j) {
      const double conv = 6.0 * i / side, full = 6.0 * j / side;
      const double level = 0.95 - 0.02 * (std::pow(conv - 3, 2) + std::pow(full - 3, 2));
      made.cell({{std::pow(10, conv - 5), std::pow(10, full - 5)}}, scattered(level, 0.05, seeds, random));
    }
  return made.set;
}

TEST(Posterior, of_very_many_settings_models_the_most_accurate) {
  const SetOutcomes outcomes = many(20, 1);
  const AccuracyPosterior posterior(outcomes);
  const std::vector<std::size_t> contenders = posterior.contenders();
  EXPECT_LE(contenders.size(), AccuracyPosterior::most_modelled);
  std::size_t best = 0;
  for (std::size_t setting = 0; setting < outcomes.settings.size(); ++setting)
    if (posterior.expected(setting) > posterior.expected(best)) best = setting;
  EXPECT_EQ(std::ranges::count(contenders, best), 1) << "the best is one of those modelled";
  EXPECT_NEAR(std::log10(outcomes.settings[best].setting.values[0]), -2, 0.7);
  const double worst = posterior.expected(0);
  EXPECT_NEAR(worst, outcomes.settings[0].seeds[0].accuracy, 0.05) << "its plain mean";
  const PosteriorDraws draws = posterior.draw({0, best}, 100, random_of(1));
  EXPECT_NEAR(draws.expected.col(0).mean(), worst, 0.02);
}

TEST(Posterior, of_very_many_settings_without_seeds_models_those_near_the_best) {
  SetOutcomes outcomes = many(24, 0);
  RandomSequence random = random_of(8);
  for (std::size_t setting = 0; setting < outcomes.settings.size(); setting += 30) {
    const double off = std::log10(outcomes.settings[setting].setting.values[0]) + 2;
    outcomes.settings[setting].seeds = {{0, scattered(0.95 - 0.05 * off * off, 0.02, 1, random)[0], false}};
  }
  const AccuracyPosterior posterior(outcomes);
  const std::vector<std::size_t> contenders = posterior.contenders(true);
  EXPECT_LE(contenders.size(), 2 * AccuracyPosterior::most_modelled);
  EXPECT_TRUE(std::ranges::any_of(contenders, [&](std::size_t one) {
    return outcomes.settings[one].seeds.empty() &&
           std::abs(std::log10(outcomes.settings[one].setting.values[0]) + 2) < 0.6;
  }));
  expect_sound(outcomes);
}

}  // namespace
}  // namespace etalon
