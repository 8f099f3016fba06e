/// The slot law: a trial's bits depend on nothing but the trial.
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "etalon/base/error.h"
#include "tests/training/pausing.h"

namespace etalon {
namespace {

/// Each trial alone, on one thread, by the oldest instruction set of the class.
Outcome alone(const TrainingTask& task, const Assignment& trial) {
  return train(task, {trial}, {.threads = 1, .instruction_set = engine_support().instruction_sets.front()})
      .at(trial.ticket);
}

/// Trials whose budgets differ.
std::vector<Assignment> some_trials(std::uint32_t count, std::uint32_t epochs) {
  std::vector<Assignment> trials;
  for (std::uint32_t i = 0; i < count; ++i)
    trials.push_back({i, {0.01 * (i % 7 + 1), 0.02 * (i % 3 + 1)}, i % 5, 1 + i % epochs});
  return trials;
}

/// Every instruction set, one thread and several: all give the bits of alone().
void expect_the_law(const TrainingTask& task, const std::vector<Assignment>& trials) {
  for (const std::string& set : engine_support().instruction_sets)
    for (const std::uint32_t threads : {1u, 3u, 7u}) {
      const auto together = train(task, trials, {.threads = threads, .instruction_set = set});
      ASSERT_EQ(together.size(), trials.size()) << set;
      for (const Assignment& trial : trials)
        ASSERT_TRUE(same_outcome(together.at(trial.ticket), alone(task, trial)))
            << set << ", " << threads << " threads, batch " << task.batch << ", trial " << trial.ticket;
    }
}

/// Etas from hardly moving to blowing up, any seed, budgets up to the study's.
std::vector<Assignment> any_trials(std::uint32_t epochs) {
  static const std::vector<double> etas{1e-4, 1e-2, 0.1, 0.5, 3.0, 10.0};
  const auto count = *rc::gen::inRange<std::uint32_t>(1, 9);
  std::vector<Assignment> trials;
  for (std::uint32_t i = 0; i < count; ++i)
    trials.push_back({i,
                      {*rc::gen::elementOf(etas), *rc::gen::elementOf(etas)},
                      *rc::gen::inRange<std::uint32_t>(0, 4),
                      *rc::gen::inRange<std::uint32_t>(1, epochs + 1)});
  return trials;
}

RC_GTEST_PROP(SlotLaw, bits_depend_on_the_trial_alone, ()) {
  static const golden::GoldenInputs inputs = small_inputs();
  TrainingSpec training;
  training.optimizer.name = *rc::gen::elementOf(known_optimizers());
  training.schedule.name = *rc::gen::elementOf(known_schedules());
  const std::uint32_t epochs = 3;
  TrainingTask task = small_task(inputs, training, epochs);
  task.batch = *rc::gen::inRange<std::uint32_t>(1, 41);
  const std::vector<Assignment> trials = any_trials(epochs);

  const TrainerOptions options{.threads = *rc::gen::inRange<std::uint32_t>(1, 5),
                               .instruction_set = *rc::gen::elementOf(engine_support().instruction_sets)};
  const auto together = train(task, trials, options);
  RC_ASSERT(together.size() == trials.size());
  for (const Assignment& trial : trials)
    RC_ASSERT(same_outcome(together.at(trial.ticket), alone(task, trial)));
}

/// Batches that fill their slots, and others that leave some empty.
TEST(SlotLaw, holds_for_every_batch) {
  const golden::GoldenInputs inputs = small_inputs();
  for (const std::uint32_t batch : {1u, 3u, 4u, 5u, 8u, 11u, 14u, 16u, 20u, 32u, 40u}) {
    TrainingTask task = small_task(inputs, {}, 2);
    task.batch = batch;
    expect_the_law(task, some_trials(3, 2));
  }
}

TEST(SlotLaw, holds_for_augmented_images) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 3);
  task.augmentation = read_augmentation({"shift 2", "crop 3", "flip"}, "test");
  expect_the_law(task, some_trials(6, 3));
}

/// Batch norm, adds, Winograd's algorithm and several threads to a trial.
TEST(SlotLaw, holds_for_residual_networks) {
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
  for (const std::uint32_t batch : {3u, 8u, 13u, 20u, 32u}) {
    TrainingTask task = small_task(inputs, {}, 2);
    task.batch = batch;
    expect_the_law(task, some_trials(3, 2));
  }
}

TEST(SlotLaw, a_shorter_budget_is_a_prefix) {
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

/// Trials that differ in all that a trial may name, the batch included, side by side in one trainer: each as if a
/// task of its own said so.
TEST(SlotLaw, holds_for_trials_that_name_numbers_of_their_own) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingSpec training;
  training.optimizer.name = "nesterov";
  const TrainingTask task = small_task(inputs, training, 2);
  std::vector<Assignment> trials = some_trials(12, 2);
  std::map<std::uint64_t, TrainingTask> own;
  for (Assignment& trial : trials) {
    TrainingTask& its = own.emplace(trial.ticket, task).first->second;
    its.training.optimizer.momentum = trial.ticket % 2 == 0 ? 0.9 : 0.5;
    its.training.optimizer.weight_decay = trial.ticket % 3 == 0 ? 0 : 0.01;
    its.training.label_smoothing = trial.ticket % 4 == 0 ? 0.1 : 0;
    its.batch = trial.ticket < 6 ? 8 : 20;
    trial.momentum.assign(2, its.training.optimizer.momentum);
    trial.weight_decay.assign(2, its.training.optimizer.weight_decay);
    trial.label_smoothing = its.training.label_smoothing;
    trial.batch = its.batch;
  }
  for (const std::uint32_t threads : {1u, 3u, 7u}) {
    const auto together = train(task, trials, {.threads = threads});
    ASSERT_EQ(together.size(), trials.size());
    for (const Assignment& trial : trials) {
      const Assignment plain{trial.ticket, trial.eta, trial.seed_index, trial.epochs};
      ASSERT_TRUE(same_outcome(together.at(trial.ticket), alone(own.at(trial.ticket), plain)))
          << threads << " threads, trial " << trial.ticket;
    }
  }
}

TEST(SlotLaw, every_number_of_a_trial_matters) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingSpec training;
  training.optimizer.name = "momentum";
  const TrainingTask task = small_task(inputs, training, 1);
  const Assignment plain{0, {0.1, 0.1}, 0, 1};
  const Outcome base = alone(task, plain);
  const auto differs = [&](auto change) {
    Assignment other = plain;
    change(other);
    return !same_bits(base.curve, alone(task, other).curve);
  };
  EXPECT_FALSE(differs([](Assignment& trial) { trial.momentum = {0.9, 0.9}; })) << "the task's own";
  EXPECT_TRUE(differs([](Assignment& trial) { trial.momentum = {0.8, 0.9}; }));
  EXPECT_TRUE(differs([](Assignment& trial) { trial.momentum = {0.9, 0.8}; }));
  EXPECT_TRUE(differs([](Assignment& trial) { trial.weight_decay = {0.1, 0}; }));
  EXPECT_TRUE(differs([](Assignment& trial) { trial.weight_decay = {0, 0.1}; }));
  EXPECT_TRUE(differs([](Assignment& trial) { trial.label_smoothing = 0.1; }));
  EXPECT_TRUE(differs([](Assignment& trial) { trial.batch = 16; }));
}

TEST(SlotLaw, a_batch_that_no_epoch_fills_is_refused) {
  const golden::GoldenInputs inputs = small_inputs();
  Assignment trial{0, {0.1, 0.1}, 0, 1};
  trial.batch = static_cast<std::uint32_t>(inputs.split.training.size()) + 1;
  EXPECT_THROW(train(small_task(inputs, {}, 1), {trial}, {.threads = 2}), RequestError);
}

TEST(SlotLaw, seeds_and_etas_do_matter) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1);
  const Outcome base = alone(task, {0, {0.1, 0.1}, 0, 1});
  EXPECT_FALSE(same_bits(base.curve, alone(task, {0, {0.1, 0.1}, 1, 1}).curve));
  EXPECT_FALSE(same_bits(base.curve, alone(task, {0, {0.1, 0.11}, 0, 1}).curve));
  EXPECT_FALSE(same_bits(base.curve, alone(task, {0, {0.11, 0.1}, 0, 1}).curve));
}

}  // namespace
}  // namespace etalon
