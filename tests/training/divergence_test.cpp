/// Divergence is data: a trial that blows up ends with its curve, and those after it never notice.
#include <cmath>

#include <gtest/gtest.h>

#include "tests/training/many_trials.h"
#include "tests/training/pausing.h"

namespace etalon {
namespace {

/// Without a bound in the network (tanh would give one), so that large etas reach infinity.
golden::GoldenInputs unbounded_inputs() {
  golden::GoldenCase one;
  one.file = one.name = "divergence";
  one.shape = {1, 12, 12};
  one.classes = 4;
  one.layers = {"conv 4 3x3", "leaky-relu 0.2", "dense 8", "leaky-relu 0.2", "dense 4"};
  one.groups = default_groups();
  one.eta = {0.1, 0.1};
  return golden::inputs_of(one);
}

TEST(Divergence, a_blown_up_trial_ends_with_its_first_non_finite_loss) {
  const golden::GoldenInputs inputs = unbounded_inputs();
  const TrainingTask task = small_task(inputs, {}, 4);
  const Outcome outcome = train(task, {{7, {10.0, 10.0}, 0, 4}}, {.threads = 1}).at(7);
  ASSERT_FALSE(outcome.curve.loss.empty());
  EXPECT_TRUE(has_non_finite_loss(outcome.curve));
  EXPECT_FALSE(std::isfinite(outcome.curve.loss.back()));
  for (std::size_t step = 0; step + 1 < outcome.curve.loss.size(); ++step)
    EXPECT_TRUE(std::isfinite(outcome.curve.loss[step])) << step;
  EXPECT_LT(outcome.curve.loss.size(), 20u);
  EXPECT_TRUE(std::isfinite(outcome.curve.reference_loss));
}

TEST(Divergence, trials_after_it_keep_their_bits) {
  const golden::GoldenInputs inputs = unbounded_inputs();
  const TrainingTask task = small_task(inputs, {}, 3);
  const std::vector<Assignment> healthy{{0, {0.05, 0.05}, 0, 3}, {1, {0.02, 0.1}, 1, 3}};
  const auto calm = train(task, healthy, {.threads = 1});
  std::vector<Assignment> mixed{{10, {10.0, 10.0}, 0, 3}, healthy[0], {11, {10.0, 10.0}, 2, 3}, healthy[1]};
  for (const std::string& set : engine_support().instruction_sets) {
    const auto shaken = train(task, mixed, {.threads = 1, .instruction_set = set});
    ASSERT_EQ(shaken.size(), 4u);
    EXPECT_TRUE(has_non_finite_loss(shaken.at(10).curve));
    for (const std::uint64_t ticket : {0u, 1u}) {
      EXPECT_FALSE(has_non_finite_loss(shaken.at(ticket).curve));
      EXPECT_TRUE(same_bits(calm.at(ticket).curve, shaken.at(ticket).curve)) << set;
      EXPECT_EQ(calm.at(ticket).weights, shaken.at(ticket).weights) << set;
    }
  }
}

TEST(Divergence, of_a_trial_that_is_to_go_on_ends_it_at_once) {
  const golden::GoldenInputs inputs = unbounded_inputs();
  const TrainingTask task = small_task(inputs, {}, 4);
  Assignment trial{1, {0.3, 0.3}, 0, 3};
  Keeper first, second;
  first.keeps = true;
  for (run_trial(task, newest(), first, trial); std::isfinite(first.outcome->curve.loss.back());) {
    for (double& eta : trial.eta) eta *= 1.3;
    ASSERT_LT(trial.eta[0], 1e6) << "nothing diverges";
    run_trial(task, newest(), first, trial);
  }
  trial.state = first.outcome->state;
  trial.epochs = 4;
  run_trial(task, newest(), second, trial);
  Curve longer = first.outcome->curve;
  longer.budget_epochs = 4;
  EXPECT_TRUE(same_bits(second.outcome->curve, longer));
  EXPECT_EQ(second.outcome->samples_trained, first.outcome->samples_trained);
  EXPECT_FALSE(second.outcome->state) << "nobody keeps it";
}

TEST(Divergence, a_last_update_that_blows_up_shows_in_the_validation_loss) {
  const golden::GoldenInputs inputs = unbounded_inputs();
  const TrainingTask task = small_task(inputs, {}, 1);
  // Of many etas some blow up late; whichever way, weights that are lost must show in the curve.
  for (double eta = 0.3; eta <= 10.0; eta *= 1.3) {
    const Outcome outcome = train(task, {{0, {eta, eta}, 0, 1}}, {.threads = 1}).at(0);
    bool lost = false;
    for (const float weight : outcome.weights) lost |= !std::isfinite(weight);
    if (lost) {
      EXPECT_TRUE(has_non_finite_loss(outcome.curve)) << eta;
    }
  }
}

}  // namespace
}  // namespace etalon
