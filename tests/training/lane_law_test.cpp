/// The lane law: a trial's bits depend on nothing but the trial.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/training/pausing.h"

namespace etalon {
namespace {

/// Each trial alone, with one lane and one thread.
Outcome alone(const TrainingTask& task, const Assignment& trial) {
  return train(task, {trial}, {.lanes = 1, .threads = 1}).at(trial.ticket);
}

/// Etas from hardly moving to blowing up, any seed, budgets up to the study's.
std::vector<Assignment> any_trials(std::uint32_t epochs) {
  static const std::vector<double> etas{1e-4, 1e-2, 0.1, 0.5, 3.0, 10.0};
  const auto count = *rc::gen::inRange<std::uint32_t>(1, 24);
  std::vector<Assignment> trials;
  for (std::uint32_t i = 0; i < count; ++i)
    trials.push_back({i,
                      {*rc::gen::elementOf(etas), *rc::gen::elementOf(etas)},
                      *rc::gen::inRange<std::uint32_t>(0, 4),
                      *rc::gen::inRange<std::uint32_t>(1, epochs + 1)});
  return trials;
}

RC_GTEST_PROP(LaneLaw, BitsDependOnTheTrialAlone, ()) {
  static const golden::GoldenInputs inputs = small_inputs();
  TrainingSpec training;
  training.optimizer.name = *rc::gen::elementOf(known_optimizers());
  training.schedule.name = *rc::gen::elementOf(known_schedules());
  const std::uint32_t epochs = 3;
  const TrainingTask task = small_task(inputs, training, epochs);
  const std::vector<Assignment> trials = any_trials(epochs);

  const TrainerOptions options{.lanes = *rc::gen::elementOf(lane_support().widths),
                               .threads = *rc::gen::inRange<std::uint32_t>(1, 4)};
  const auto pack = *rc::gen::inRange<std::uint32_t>(1, 17);
  const auto together = train(task, trials, options, pack);
  RC_ASSERT(together.size() == trials.size());
  for (const Assignment& trial : trials)
    RC_ASSERT(same_outcome(together.at(trial.ticket), alone(task, trial)));
}

TEST(LaneLaw, EveryWidthGivesTheSameBits) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 2);
  std::vector<Assignment> trials;
  for (std::uint32_t i = 0; i < 40; ++i)
    trials.push_back({i, {0.01 * (i % 7 + 1), 0.02 * (i % 3 + 1)}, i % 5, 2});
  const auto one = train(task, trials, {.lanes = 1, .threads = 1});
  ASSERT_EQ(one.size(), trials.size());
  for (const std::uint32_t width : lane_support().widths) {
    const auto wide = train(task, trials, {.lanes = width, .threads = 2});
    ASSERT_EQ(wide.size(), trials.size()) << width;
    for (const Assignment& trial : trials)
      EXPECT_TRUE(same_outcome(one.at(trial.ticket), wide.at(trial.ticket)))
          << width << " lanes, " << trial.ticket;
  }
}

TEST(LaneLaw, LanesOfOneSeedIndexSeeTheSameAugmentedImages) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 3);
  task.augmentation = read_augmentation({"shift 2", "crop 3", "flip"}, "test");
  std::vector<Assignment> trials;  // budgets of 1 to 3: lanes that fall free stand in other epochs
  for (std::uint32_t i = 0; i < 20; ++i)
    trials.push_back({i, {0.05, 0.02 + 0.01 * (i / 9)}, i % 3, 1 + i % 3});
  for (const std::uint32_t width : lane_support().widths) {
    const auto together = train(task, trials, {.lanes = width, .threads = 3});
    ASSERT_EQ(together.size(), trials.size());
    for (const Assignment& trial : trials)
      EXPECT_TRUE(same_outcome(together.at(trial.ticket), alone(task, trial)))
          << width << " lanes, " << trial.ticket;
  }
}

/// Batch norm, adds, Winograd's algorithm and several threads to a pack.
TEST(LaneLaw, HoldsForResidualNetworks) {
  golden::GoldenCase one;
  one.file = one.name = "residual";
  one.shape = {3, 12, 12};
  one.classes = 4;
  one.layers = {"conv 8 3x3 pad 1 no-bias",
                "batchnorm",
                "relu label a",
                "conv 8 3x3 pad 1 no-bias",
                "batchnorm",
                "add a",
                "relu",
                "conv 16 3x3 stride 2 pad 1",
                "gelu",
                "conv 16 3x3 pad 1 groups 4",
                "silu",
                "gap",
                "dense 4"};
  one.groups = default_groups();
  one.eta = {0.1, 0.1};
  const golden::GoldenInputs inputs = golden::inputs_of(one);
  const TrainingTask task = small_task(inputs, {}, 2);
  std::vector<Assignment> trials;
  for (std::uint32_t i = 0; i < 21; ++i)
    trials.push_back({i, {0.02 * (i % 7 + 1), 0.02 * (i % 3 + 1)}, i % 5, 2});
  const auto plain = train(task, trials, {.lanes = 1, .threads = 1});
  for (const std::uint32_t width : lane_support().widths)
    for (const std::uint32_t threads : {1u, 3u, 7u}) {
      const auto wide = train(task, trials, {.lanes = width, .threads = threads});
      ASSERT_EQ(wide.size(), trials.size()) << width;
      for (const Assignment& trial : trials)
        ASSERT_TRUE(same_outcome(plain.at(trial.ticket), wide.at(trial.ticket)))
            << width << " lanes, " << threads << " threads, trial " << trial.ticket;
    }
}

TEST(LaneLaw, AShorterBudgetIsAPrefix) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingSpec training;
  training.schedule.name = "cosine";
  const TrainingTask task = small_task(inputs, training, 3);
  const Outcome longer = alone(task, {0, {0.1, 0.05}, 1, 3}), shorter = alone(task, {0, {0.1, 0.05}, 1, 2});
  ASSERT_EQ(shorter.curve.loss.size(), 10u);
  ASSERT_EQ(longer.curve.loss.size(), 15u);
  for (std::size_t step = 0; step < shorter.curve.loss.size(); ++step)
    EXPECT_EQ(shorter.curve.loss[step], longer.curve.loss[step]) << step;
  EXPECT_EQ(shorter.curve.epochs[1].validation_loss, longer.curve.epochs[1].validation_loss);
}

TEST(LaneLaw, SeedsAndEtasDoMatter) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1);
  const Outcome base = alone(task, {0, {0.1, 0.1}, 0, 1});
  EXPECT_FALSE(same_bits(base.curve, alone(task, {0, {0.1, 0.1}, 1, 1}).curve));
  EXPECT_FALSE(same_bits(base.curve, alone(task, {0, {0.1, 0.11}, 0, 1}).curve));
  EXPECT_FALSE(same_bits(base.curve, alone(task, {0, {0.11, 0.1}, 0, 1}).curve));
}

}  // namespace
}  // namespace etalon
