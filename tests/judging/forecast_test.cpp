#include "etalon/judging/forecast.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/judging/judge.h"
#include "made_up.h"

namespace etalon {
namespace {

using made_up::draw;
using made_up::guessing;
using testing::HasSubstr;

constexpr std::uint32_t samples = 10'000;

/// A loss that goes as a power of the step, ending at `final` of the reference.
std::function<double(double)> power_law(double power, double final) {
  return [=](double place) { return std::min(1.0, final * std::pow(std::max(place, 1e-9), -power)); };
}

NormalizedCurve measured(const std::function<double(double)>& loss, std::uint32_t seed = 0,
                         std::uint32_t steps = 400, double noise = 0.05) {
  return normalize(draw(loss, {steps, 1, guessing, noise, seed}), 0);
}

TEST(PooledSlope, sees_a_fall_in_the_noise_that_no_seed_shows_alone) {
  std::vector<NormalizedCurve> curves;
  for (const std::uint32_t seed : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u})
    curves.push_back(measured(power_law(0.5, 0.5), seed, 400, 0.2));
  std::vector<const NormalizedCurve*> seeds;
  for (const NormalizedCurve& curve : curves) seeds.push_back(&curve);
  const LossSlope pooled = *pooled_slope(seeds);
  EXPECT_GT(pooled.falling, 0.999);
  EXPECT_NEAR(pooled.fall, 1 - std::pow(0.75, 0.5), 0.06);
  const NormalizedCurve rising = measured([](double place) { return 0.5 + 0.2 * place; });
  EXPECT_LT(pooled_slope(std::vector{&rising})->falling, 0.001);
  EXPECT_LT(pooled_slope(std::vector{&rising})->fall, 0);
}

TEST(PooledSlope, is_empty_where_nothing_can_be_said) {
  EXPECT_FALSE(pooled_slope({}));
  const NormalizedCurve lost = measured(made_up::blows_up(0.9)), brief = measured(power_law(1, 0.5), 0, 11);
  EXPECT_FALSE(pooled_slope(std::vector{&lost}));
  EXPECT_FALSE(pooled_slope(std::vector{&brief}));
}

/// Runs of a set whose accuracies follow their final losses, logit = 2 - 1.5 log(loss / guessing).
struct Set {
  std::vector<NormalizedCurve> curves;
  std::vector<LearnedRun> runs;

  explicit Set(const std::vector<double>& finals, double power = 0.4, std::uint32_t steps = 400) {
    for (const double final : finals) curves.push_back(measured(power_law(power, final), 0, steps, 0));
    for (std::size_t i = 0; i < curves.size(); ++i)
      runs.push_back({&curves[i], 1 / (1 + std::exp(1.5 * std::log(finals[i]) + 0.5))});
  }
};

double logit(double accuracy) { return std::log(accuracy / (1 - accuracy)); }

TEST(Forecast, learns_from_the_set_what_a_loss_is_worth) {
  EXPECT_NEAR(*accuracy_per_loss(Set({0.2, 0.3, 0.4, 0.6}).runs, samples), -1.5, 0.01);
  EXPECT_FALSE(accuracy_per_loss(Set({0.2, 0.3, 0.4}).runs, samples)) << "three runs";
  EXPECT_FALSE(accuracy_per_loss(Set({0.4, 0.4, 0.4, 0.4}).runs, samples)) << "all alike";
  Set absurd({0.2, 0.3, 0.4, 0.6});
  for (LearnedRun& run : absurd.runs) run.accuracy = 1 - run.accuracy;
  EXPECT_EQ(*accuracy_per_loss(absurd.runs, samples), 0.0);
}

TEST(Forecast, gains_half_a_doubling_and_at_most_a_whole_one) {
  const Set set({0.3});
  const AccuracyForecast twice = *forecast_accuracy(set.runs, -1.5, 2, samples);
  const double now = logit(set.runs[0].accuracy), doubling = 1.5 * 0.4 * std::log(2);
  EXPECT_NEAR(twice.low, set.runs[0].accuracy, 1e-3);
  EXPECT_NEAR(logit(twice.expected), now + 0.5 * doubling, 0.01);
  EXPECT_NEAR(logit(twice.high), now + doubling, 0.01);
  const AccuracyForecast four = *forecast_accuracy(set.runs, -1.5, 4, samples);
  EXPECT_NEAR(logit(four.expected), now + 0.75 * doubling, 0.01);
  EXPECT_NEAR(logit(four.high), now + 2 * doubling, 0.01);
}

TEST(Forecast, of_a_flat_or_rising_loss_is_the_accuracy_of_now) {
  for (const double power : {0.0, -0.2}) {
    const AccuracyForecast twice = *forecast_accuracy(Set({0.3}, power).runs, -1.5, 2, samples);
    EXPECT_NEAR(twice.expected, twice.low, 1e-9) << power;
    EXPECT_NEAR(twice.high, twice.low, 1e-9) << power;
  }
}

TEST(Forecast, is_empty_where_nothing_can_be_said) {
  EXPECT_FALSE(forecast_accuracy({}, -1.5, 2, samples));
  EXPECT_FALSE(forecast_accuracy(Set({0.3}, 0.4, 79).runs, -1.5, 2, samples));
  Set below_zero({0.3});
  below_zero.curves[0].offset = -1;
  EXPECT_FALSE(forecast_accuracy(below_zero.runs, -1.5, 2, samples));
  EXPECT_TRUE(forecast_accuracy(Set({0.3}).runs, -1.5, 2, 0)) << "an unknown number of samples is no error";
}

TEST(Forecast, warns_where_twice_the_budget_gains_a_point) {
  made_up::Study study;
  for (const auto& [conv, final] : {std::pair{0.01, 0.6}, {0.1, 0.4}, {1.0, 0.2}})
    study.cell({{conv, 0.1}}, std::vector<double>(3, 1 / (1 + std::exp(1.5 * std::log(final) + 0.5))),
               power_law(0.6, final));
  const Judgement judgement = judge(study.done());
  const CellSummary& best = judgement.cells[0][2];
  ASSERT_EQ(best.forecast.size(), 2u);
  EXPECT_TRUE(budget_too_short(best));
  EXPECT_THAT(budget_text(best), HasSubstr("twice the epochs may reach about 90 % (93 % at most)"));
  EXPECT_THAT(judgement.recommendations[0].warnings, testing::Contains(budget_text(best)));
}

TEST(Forecast, does_not_warn_of_a_loss_that_lies_still) {
  made_up::Study study;
  for (const auto& [conv, final] : {std::pair{0.01, 0.6}, {0.1, 0.4}, {1.0, 0.2}})
    study.cell({{conv, 0.1}}, {0.9 - final / 2, 0.9 - final / 2}, made_up::falling(30, final));
  const CellSummary best = judge(study.done()).cells[0][2];
  ASSERT_EQ(best.forecast.size(), 2u);
  EXPECT_FALSE(budget_too_short(best));
  EXPECT_EQ(budget_text(best), "");
}

}  // namespace
}  // namespace etalon
