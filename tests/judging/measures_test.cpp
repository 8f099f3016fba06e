#include "etalon/judging/measures.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "made_up.h"

namespace etalon {
namespace {

using made_up::draw;
using made_up::falling;
using made_up::guessing;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// 100 steps an epoch, reference 1, without noise: window 5, so that s is nearly v.
Curve plain(const std::function<double(double)>& loss, std::uint32_t epochs = 4) {
  return draw(loss, {100, epochs, 1.0, 0.0, 0});
}

NormalizedCurve measured(const Curve& curve, double offset = 0) { return normalize(curve, offset); }

/// One report an epoch, as from a program that knows no steps.
Curve by_epoch(const std::vector<float>& losses, double reference) {
  Curve curve;
  curve.resolution = Resolution::epoch;
  curve.reference_loss = reference;
  curve.steps_per_epoch = 1;
  curve.budget_epochs = static_cast<std::uint32_t>(losses.size());
  curve.loss = losses;
  return curve;
}

TEST(Normalize, counts_steps_after_divergence_up_to_the_budget) {
  const NormalizedCurve curve = measured(plain(made_up::blows_up(0.25)));
  ASSERT_EQ(curve.loss.size(), 400u);
  EXPECT_EQ(curve.reported, 101u);
  EXPECT_EQ(curve.loss[99], 1.0);
  EXPECT_EQ(curve.loss[100], 1e6);
  EXPECT_EQ(curve.loss.back(), 1e6);
  EXPECT_FALSE(curve.finite);
}

TEST(Normalize, caps_what_is_huge_and_floors_the_reference) {
  Curve curve = plain([](double) { return 1.0; }, 1);
  curve.reference_loss = 0;
  curve.loss[3] = 5e4f;
  EXPECT_EQ(measured(curve).reference, 1e-6);
  EXPECT_EQ(measured(curve).loss[3], 1e6);
}

TEST(Normalize, smooths_over_a_twentieth_of_an_epoch_and_at_least_5_steps) {
  EXPECT_EQ(measured(draw(falling(3), {10, 1})).window, 5u);
  EXPECT_EQ(measured(draw(falling(3), {781, 1})).window, 39u);
  EXPECT_EQ(measured(by_epoch({3, 2, 1}, 3)).window, 1u);
}

TEST(Normalize, shifts_losses_that_may_be_negative) {
  const Curve curve = by_epoch({4, -1, -6}, 4);
  const Curve* const curves[] = {&curve};
  ASSERT_EQ(loss_offset(curves), -6);
  const NormalizedCurve shifted = measured(curve, -6);
  EXPECT_EQ(shifted.loss, (std::vector<double>{1, 0.5, 0}));
  EXPECT_EQ(shifted.raw(0.5), -1);
  EXPECT_EQ(epochs_to_loss(shifted, -1).epochs, 2);
  EXPECT_EQ(status_of(shifted, guessing), TrialStatus::learning);
}

TEST(LossOffset, is_zero_for_losses_of_zero_or_more) {
  const Curve curve = by_epoch({2, 0}, 2);
  const Curve* const curves[] = {&curve};
  EXPECT_EQ(loss_offset(curves), 0);
}

TEST(Status, tells_the_three_apart) {
  EXPECT_EQ(status_of(measured(draw(falling(10))), guessing), TrialStatus::learning);
  EXPECT_EQ(status_of(measured(draw([](double) { return 1.0; })), guessing), TrialStatus::stalled);
  EXPECT_EQ(status_of(measured(draw([](double place) { return 1 + place; })), guessing),
            TrialStatus::diverged);
  EXPECT_EQ(status_of(measured(draw(made_up::blows_up(0.9))), guessing), TrialStatus::diverged);
}

TEST(Status, of_a_run_by_itself_is_diverged_where_the_judge_says_so) {
  EXPECT_TRUE(has_diverged(draw([](double place) { return 1 + place; })));
  EXPECT_TRUE(has_diverged(draw(made_up::blows_up(0.9))));
  EXPECT_FALSE(has_diverged(draw([](double) { return 1.0; })));
  EXPECT_FALSE(has_diverged(draw(falling(10))));
  EXPECT_FALSE(has_diverged(Curve{}));
}

TEST(Status, a_fall_to_the_level_of_guessing_is_no_learning) {
  const Curve curve = draw(falling(50, 0.5), {400, 2, 2 * guessing, 0.0, 0});  // 4.6 down to 2.3
  EXPECT_EQ(status_of(measured(curve), guessing), TrialStatus::stalled);
  EXPECT_EQ(status_of(measured(curve), 0), TrialStatus::learning) << "with unknown labels it is a descent";
}

TEST(Status, of_a_short_run_is_read_from_its_last_quarter) {
  // Of 20 steps: from 2.8 times guessing up to 18, then down, ending below a third of the reference.
  const auto late_descent = [](double place) {
    return place < 0.05 ? 1.0 : place < 0.2 ? 6.3 : place < 0.5 ? 1.5 : 0.2;
  };
  const NormalizedCurve curve = measured(draw(late_descent, {20, 1, 2.8 * guessing, 0.01, 0}));
  EXPECT_EQ(status_of(curve, guessing), TrialStatus::learning);
  EXPECT_TRUE(too_short_to_judge(curve));
  EXPECT_FALSE(too_short_to_judge(measured(draw(late_descent, {80, 1, guessing, 0.01, 0}))));
  const NormalizedCurve rising = measured(draw([](double place) { return 1 + place; }, {20, 1}));
  EXPECT_EQ(status_of(rising, guessing), TrialStatus::diverged);
  EXPECT_EQ(status_of(measured(draw([](double) { return 1.0; }, {1, 1, guessing, 0.0, 0})), guessing),
            TrialStatus::stalled);
}

TEST(Instability, of_minibatch_noise_alone_is_about_nothing) {
  double sum = 0, raw = 0;
  int count = 0;
  for (const std::uint32_t steps_per_epoch : {40u, 100u, 400u, 800u})
    for (const double noise : {0.02, 0.1, 0.3})
      for (const std::uint32_t seed : {0u, 1u, 2u, 3u, 4u}) {
        NormalizedCurve curve = measured(draw(falling(12, 0.2), {steps_per_epoch, 2, guessing, noise, seed}));
        EXPECT_LT(instability(measures_of(curve)), 0.06)
            << steps_per_epoch << " steps, noise " << noise << ", seed " << seed;
        sum += instability(measures_of(curve));
        curve.doubt.clear();
        raw += set_back(measures_of(curve));
        ++count;
      }
  EXPECT_LT(sum / count, 0.005);
  EXPECT_GT(raw / count, 0.05) << "noise that is not taken off would count";
}

TEST(Instability, is_what_is_lost_of_the_descent) {
  const auto hill = [](double place) {
    return falling(30, 0.2)(place) + (place > 0.5 && place < 0.6 ? 0.4 : 0.0);
  };
  EXPECT_NEAR(instability(measures_of(measured(draw(hill, {400, 2, guessing, 0.02, 0})))), 0.4 / 0.8, 0.05);
  EXPECT_EQ(instability(measures_of(measured(draw(made_up::blows_up(0.5))))), 10.0);
  Curve spiky = draw(falling(30, 0.2), {400, 2, guessing, 0.02, 0});
  for (std::size_t t = 400; t < 800; t += 20) spiky.loss[t] = static_cast<float>(guessing);
  EXPECT_NEAR(instability(measures_of(measured(spiky))), 20.0 / 800, 0.01);
}

TEST(Status, a_reference_or_validation_loss_that_is_not_finite_is_divergence) {
  Curve curve = draw(falling(10));
  curve.reference_loss = nan;
  EXPECT_EQ(status_of(measured(curve), guessing), TrialStatus::diverged);
  curve = draw(falling(10));
  curve.epochs.back().validation_loss = std::numeric_limits<double>::infinity();
  EXPECT_EQ(status_of(measured(curve), guessing), TrialStatus::diverged);
  curve.epochs.back().validation_loss = nan;  // lost, as the first epoch's was finite
  EXPECT_EQ(status_of(measured(curve), guessing), TrialStatus::diverged);
  for (EpochPoint& epoch : curve.epochs) epoch.validation_loss = nan;  // never measured
  EXPECT_EQ(status_of(measured(curve), guessing), TrialStatus::learning);
}

TEST(Status, an_empty_curve_is_no_error) {
  const NormalizedCurve curve = measured(Curve{});
  EXPECT_EQ(status_of(curve, guessing), TrialStatus::stalled);
  EXPECT_EQ(area(curve), 1.0);
  EXPECT_EQ(set_back(measures_of(curve)), 0.0);
  EXPECT_EQ(catapult(measures_of(curve)), 0.0);
  EXPECT_EQ(oscillation(curve), 0.0);
  EXPECT_FALSE(spikes(curve));
  EXPECT_FALSE(still_falling(curve));
  EXPECT_FALSE(epochs_to_loss(curve, 1).reached);
}

TEST(EpochsToLoss, is_fractional_and_censored_at_the_budget) {
  const NormalizedCurve line = measured(plain([](double place) { return 1 - place; }));
  // v_t = 1 - t/400 meets 0.5 at step 200: after 201 of 100 an epoch.
  EXPECT_NEAR(epochs_to_loss(line, 0.5).epochs, 2.01, 1e-9);
  EXPECT_TRUE(epochs_to_loss(line, 0.5).reached);
  EXPECT_EQ(epochs_to_loss(line, -0.1).epochs, 4.0);
  EXPECT_FALSE(epochs_to_loss(line, -0.1).reached);
}

TEST(EpochsToLoss, a_visit_shorter_than_an_epoch_does_not_count) {
  const auto dip = [](double place) {
    if (place >= 0.2 && place < 0.4) return 0.4;  // 80 steps
    return place < 0.8 ? 0.8 : 0.3;
  };
  EXPECT_NEAR(epochs_to_loss(measured(plain(dip)), 0.5).epochs, 3.21, 0.03);
}

TEST(EpochsToLoss, holding_to_the_end_is_enough_but_a_glimpse_is_not) {
  const auto late = [](double place) { return place < 0.95 ? 1.0 : 0.1; };
  EXPECT_TRUE(epochs_to_loss(measured(plain(late)), 0.5).reached);
  const auto glimpse = [](double place) { return place < 0.9925 ? 1.0 : 0.1; };  // 3 steps of a window of 5
  EXPECT_FALSE(epochs_to_loss(measured(plain(glimpse)), 0.5).reached);
}

TEST(EpochsToAccuracy, counts_whole_epochs_that_hold) {
  Curve curve = plain(falling(3));
  const double accuracies[] = {0.7, 0.4, 0.6, 0.8};
  for (std::size_t epoch = 0; epoch < 4; ++epoch) curve.epochs[epoch].validation_accuracy = accuracies[epoch];
  EXPECT_EQ(epochs_to_accuracy(curve, 0.6)->epochs, 3);
  EXPECT_EQ(epochs_to_accuracy(curve, 0.8)->epochs, 4);
  EXPECT_FALSE(epochs_to_accuracy(curve, 0.9)->reached);
  EXPECT_EQ(epochs_to_accuracy(curve, 0.9)->epochs, 4);
  for (EpochPoint& epoch : curve.epochs) epoch.validation_accuracy = nan;
  EXPECT_FALSE(epochs_to_accuracy(curve, 0.6));
}

TEST(Area, is_the_mean_capped_loss) {
  EXPECT_NEAR(area(measured(plain([](double place) { return 1 - place; }))), 0.50125, 1e-6);
  EXPECT_NEAR(area(measured(plain(made_up::blows_up(0.25)))), 0.25 + 0.75 * 10, 1e-6);
}

TEST(SetBack, is_the_share_of_the_descent_lost_again) {
  const auto hill = [](double place) { return place < 0.5 ? 1 - 1.6 * place : place < 0.7 ? 0.6 : 0.2; };
  // down to 0.2, up to 0.6, and a descent of 0.8 in all
  EXPECT_NEAR(set_back(measures_of(measured(plain(hill)))), 0.4 / 0.8, 0.02);
  EXPECT_EQ(set_back(measures_of(measured(plain([](double place) { return 1 - place; })))), 0.0);
  EXPECT_EQ(set_back(measures_of(measured(plain(made_up::blows_up(0.5))))), 10.0);
  EXPECT_EQ(set_back(measures_of(measured(plain(made_up::blows_up(0))))), 10.0)
      << "within the early steps already";
}

TEST(SetBack, a_jump_at_the_start_is_told_apart) {
  const auto jump = [](double place) {
    return place < 0.0125 ? 3.0 : 0.5 - 0.3 * place;
  };  // the first 5 of 400
  const NormalizedCurve curve = measured(plain(jump));
  EXPECT_EQ(set_back(measures_of(curve)), 0.0);
  EXPECT_NEAR(catapult(measures_of(curve)), 2.0 / 0.8, 0.01);
}

TEST(Catapult, early_steps_are_two_percent_and_at_least_5) {
  EXPECT_EQ(early_steps(measured(plain(falling(3), 1))), 5u);
  EXPECT_EQ(early_steps(measured(plain(falling(3), 40))), 80u);
  EXPECT_EQ(early_steps(measured(by_epoch({3, 2, 1}, 3))), 1u);
}

TEST(Spikes, counts_steps_that_stand_out) {
  Curve curve = draw(falling(3), {400, 2});
  ASSERT_EQ(spikes(measured(curve))->count, 0u);
  curve.loss[500] *= 20;
  curve.loss[600] *= 20;
  const Spikes found = *spikes(measured(curve));
  EXPECT_EQ(found.count, 2u);
  EXPECT_NEAR(found.share, 2.0 / 780, 1e-9);
  EXPECT_GT(found.tallest, 1.0);
}

TEST(Spikes, a_step_that_is_not_finite_is_one) {
  EXPECT_EQ(spikes(measured(plain(made_up::blows_up(0.5))))->count, 1u);
}

TEST(Spikes, are_not_measured_on_20_steps_or_fewer) {
  EXPECT_FALSE(spikes(measured(by_epoch(std::vector<float>(20, 1.0f), 1))));
  EXPECT_TRUE(spikes(measured(by_epoch(std::vector<float>(21, 1.0f), 1))));
}

/// The definition as it stands, window by window: the oracle of the fast one.
std::size_t plain_spikes(const Curve& curve) {
  const auto middle = [](std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values;
  };
  std::size_t count = 0;
  for (std::size_t t = 20; t < curve.loss.size(); ++t) {
    std::vector<double> window;
    for (std::size_t i = t > 100 ? t - 100 : 0; i < t; ++i)
      window.push_back(std::log(std::max<double>(curve.loss[i], 1e-8)));
    window = middle(window);
    const double median = 0.5 * (window[(window.size() - 1) / 2] + window[window.size() / 2]);
    for (double& value : window) value = std::abs(value - median);
    const double deviation = std::max(1e-3, middle(window)[window.size() / 2]);
    count += std::log(std::max<double>(curve.loss[t], 1e-8)) - median > 8 * 1.4826 * deviation;
  }
  return count;
}

TEST(Spikes, agrees_with_the_definition_written_out) {
  for (std::uint32_t seed = 0; seed < 5; ++seed) {
    Curve curve = draw(falling(5), {300, 2, guessing, 0.05, seed});
    for (std::size_t t = 7; t < curve.loss.size(); t += 31 + seed) curve.loss[t] *= 2.0f + 0.03f * (t % 97);
    const std::size_t expected = plain_spikes(curve);
    EXPECT_GT(expected, 0u);
    EXPECT_EQ(spikes(measured(curve))->count, expected);
  }
}

TEST(Oscillation, sees_swings_and_not_noise) {
  int step = 0;
  const auto swinging = [&](double) { return step++ % 4 < 2 ? 0.8 : 0.2; };
  EXPECT_NEAR(oscillation(measured(plain(swinging))), 0.6, 0.02) << "the median of 5 lies on the other side";
  EXPECT_LT(oscillation(measured(draw([](double) { return 0.5; }, {400, 2, guessing, 0.5, 1}))), 0.02);
}

TEST(StillFalling, looks_at_the_last_tenth) {
  EXPECT_GT(*still_falling(measured(draw([](double place) { return 1 - 0.9 * place; }, {400, 5}))), 0.99);
  EXPECT_LT(*still_falling(measured(plain([](double place) { return 0.5 + 0.1 * place; }))), 0.01);
  EXPECT_FALSE(still_falling(measured(plain(made_up::blows_up(0.9)))));
  EXPECT_EQ(still_falling(measured(by_epoch({4, 3, 2, 1}, 4))), 1.0);
}

TEST(FinalLoss, is_capped_at_the_reference) {
  EXPECT_EQ(final_loss(measured(plain([](double place) { return 1 + 0.01 * place; }))), 1.0);
  EXPECT_NEAR(final_loss(measured(plain([](double place) { return 1 - place; }))), 0.0075, 1e-6);
}

TEST(Measures, stay_fast_on_100000_steps) {
  const Curve curve = draw(falling(8), {50'000, 2});
  const auto start = std::chrono::steady_clock::now();
  const NormalizedCurve one = measured(curve);
  EXPECT_GT(set_back(measures_of(one)) + area(one) + spikes(one)->share + oscillation(one), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

}  // namespace
}  // namespace etalon
