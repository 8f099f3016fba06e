#include "etalon/study/trial.h"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace etalon {
namespace {

constexpr float float_nan = std::numeric_limits<float>::quiet_NaN();
constexpr double double_nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Curve healthy_curve() {
  Curve curve;
  curve.reference_loss = 2.3;
  curve.steps_per_epoch = 2;
  curve.budget_epochs = 2;
  curve.loss = {2.3f, 2.0f, 1.5f, 1.25f};
  curve.epochs = {{2.15, 2.1, 0.3}, {1.375, 1.3, 0.6}};
  return curve;
}

TEST(trial, a_curve_has_the_bits_of_its_copy) { EXPECT_TRUE(same_bits(healthy_curve(), healthy_curve())); }

TEST(trial, every_member_counts) {
  const std::vector<std::function<void(Curve&)>> changes{
      [](Curve& c) { c.resolution = Resolution::epoch; },
      [](Curve& c) { c.reference_loss = std::nextafter(c.reference_loss, 3.0); },
      [](Curve& c) { c.steps_per_epoch = 3; },
      [](Curve& c) { c.budget_epochs = 3; },
      [](Curve& c) { c.loss[2] = std::nextafter(c.loss[2], 3.0f); },
      [](Curve& c) { c.loss.pop_back(); },
      [](Curve& c) { c.epochs[0].training_loss = 2.0; },
      [](Curve& c) { c.epochs[1].validation_loss = std::nextafter(1.3, 2.0); },
      [](Curve& c) { c.epochs[1].validation_accuracy = 0.61; },
      [](Curve& c) { c.epochs.pop_back(); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Curve other = healthy_curve();
    changes[i](other);
    EXPECT_FALSE(same_bits(healthy_curve(), other)) << "change " << i;
  }
}

TEST(trial, bits_are_compared_and_not_values) {
  Curve zero = healthy_curve(), negative_zero = healthy_curve();
  zero.loss[0] = 0.0f;
  negative_zero.loss[0] = -0.0f;
  EXPECT_FALSE(same_bits(zero, negative_zero));

  Curve nan = healthy_curve(), other_nan = healthy_curve();
  nan.loss[0] = other_nan.loss[0] = float_nan;
  nan.epochs[0].validation_loss = other_nan.epochs[0].validation_loss = double_nan;
  EXPECT_TRUE(same_bits(nan, other_nan));
  other_nan.loss[0] = -float_nan;
  EXPECT_FALSE(same_bits(nan, other_nan));
}

TEST(trial, a_loss_that_is_not_finite_is_found_wherever_it_stands) {
  EXPECT_FALSE(has_non_finite_loss(healthy_curve()));
  EXPECT_FALSE(has_non_finite_loss(Curve{}));
  const std::vector<std::function<void(Curve&)>> blows{
      [](Curve& c) { c.loss.back() = float_nan; },
      [](Curve& c) { c.loss.front() = -static_cast<float>(infinity); },
      [](Curve& c) { c.epochs[0].training_loss = double_nan; },
      [](Curve& c) { c.epochs[1].validation_loss = infinity; },
  };
  for (std::size_t i = 0; i < blows.size(); ++i) {
    Curve curve = healthy_curve();
    blows[i](curve);
    EXPECT_TRUE(has_non_finite_loss(curve)) << "blow " << i;
  }
}

TEST(trial, a_validation_that_was_not_measured_is_no_divergence) {
  Curve curve = healthy_curve();
  curve.epochs[0].validation_loss = curve.epochs[0].validation_accuracy = double_nan;
  EXPECT_FALSE(has_non_finite_loss(curve));
}

TEST(trial, first_epochs_are_what_a_smaller_budget_would_have_given) {
  Curve curve;
  curve.steps_per_epoch = 2;
  curve.budget_epochs = 3;
  curve.loss = {6, 5, 4, 3, 2};  // it diverged in its last epoch
  curve.epochs = {{1, 1, 0.5}, {2, 2, 0.6}};
  Curve first = curve;
  first.budget_epochs = 1;
  first.loss = {6, 5};
  first.epochs = {{1, 1, 0.5}};
  EXPECT_TRUE(same_bits(first_epochs(curve, 1), first));
  EXPECT_TRUE(same_bits(first_epochs(curve, 3), curve));
}

TEST(trial, keys_are_ordered_by_set_then_setting_then_seed) {
  const TrialKey first{0, {{0.1, 0.1}}, 2}, second{0, {{0.1, 0.2}}, 0}, third{0, {{0.1, 0.2}}, 1},
      fourth{1, {{0.01, 0.1}}, 0};
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, fourth);
  EXPECT_EQ(third, (TrialKey{0, {{0.1, 0.2}}, 1}));
}

}  // namespace
}  // namespace etalon
