/// The trainer as its customers see it: outcomes, stopping, errors, instruction sets, evaluation.
#include "etalon/training/trainer.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/lanes/processor.h"
#include "etalon/training/dispatch.h"
#include "tests/training/many_trials.h"

namespace etalon {
namespace {

std::vector<Assignment> calm_trials(std::uint32_t count, std::uint32_t epochs) {
  std::vector<Assignment> trials;
  for (std::uint32_t k = 0; k < count; ++k) trials.push_back({k, {0.01 + 0.001 * k, 0.01}, k % 3, epochs});
  return trials;
}

TEST(Trainer, fills_a_curve) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 2);
  const Outcome outcome = train(task, calm_trials(1, 2), {.threads = 1}).at(0);
  const std::uint32_t steps = static_cast<std::uint32_t>(inputs.split.training.size()) / task.batch;
  EXPECT_EQ(outcome.curve.resolution, Resolution::step);
  EXPECT_EQ(outcome.curve.steps_per_epoch, steps);
  EXPECT_EQ(outcome.curve.budget_epochs, 2u);
  ASSERT_EQ(outcome.curve.loss.size(), 2 * steps);
  ASSERT_EQ(outcome.curve.epochs.size(), 2u);
  const double sum = std::accumulate(outcome.curve.loss.begin(), outcome.curve.loss.begin() + steps, 0.0);
  EXPECT_NEAR(outcome.curve.epochs[0].training_loss, sum / steps, 1e-12);
  EXPECT_GT(outcome.curve.epochs[1].validation_loss, 0);
  EXPECT_GE(outcome.curve.epochs[1].validation_accuracy, 0);
  EXPECT_EQ(outcome.weights.size(), inputs.network.parameters);
  EXPECT_EQ(outcome.samples_trained, 2u * steps * task.batch);
  EXPECT_GT(outcome.seconds, 0);
}

TEST(Trainer, measures_the_reference_loss_at_the_initial_weights) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 1);
  task.network = describe_network({.name = "", .layers = {"conv 2 3x3", "relu", "dense 4"}}, default_groups(),
                                  {1, 12, 12}, 4, "test");
  // An eta so small that no weight moves: the reference is the epoch's mean, no dropout standing between.
  const Outcome outcome = train(task, {{0, {1e-30, 1e-30}, 1, 1}}, {.threads = 1}).at(0);
  EXPECT_NEAR(outcome.curve.reference_loss, outcome.curve.epochs[0].training_loss, 1e-6);
}

TEST(Trainer, trains_every_trial_once_with_unequal_budgets) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 5);
  std::vector<Assignment> trials = calm_trials(23, 1);
  for (Assignment& trial : trials) trial.epochs = 1 + static_cast<std::uint32_t>(trial.ticket) % 5;
  const auto outcomes = train(task, trials, {.threads = 2});
  ASSERT_EQ(outcomes.size(), trials.size());
  for (const Assignment& trial : trials)
    EXPECT_EQ(outcomes.at(trial.ticket).curve.epochs.size(), trial.epochs) << trial.ticket;
}

/// Counts what it is told.
class CountingSource : public ListSource {
 public:
  using ListSource::ListSource;
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override { ++epochs; }
  void advanced(std::uint64_t count, double elapsed) override {
    samples += count;
    if (elapsed <= 0) untimed = true;
  }
  std::atomic<std::uint64_t> epochs = 0, samples = 0;
  std::atomic<bool> untimed = false;
};

TEST(Trainer, tells_of_every_epoch_and_sample) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 3);
  CountingSource source(calm_trials(7, 3));
  make_trainer(task, {.threads = 2})->train(source);
  std::uint64_t samples = 0;
  for (const auto& [ticket, outcome] : source.outcomes()) samples += outcome.samples_trained;
  EXPECT_EQ(source.epochs, 21u);
  EXPECT_EQ(source.samples, samples);
  EXPECT_FALSE(source.untimed);
}

/// Asks to stop after so many questions.
class StoppingSource : public ListSource {
 public:
  StoppingSource(std::vector<Assignment> list, int patience)
      : ListSource(std::move(list)), patience_(patience) {}
  bool stop_requested() const override { return asked_++ >= patience_; }
  int asked() const { return asked_; }

 private:
  int patience_;
  mutable std::atomic<int> asked_ = 0;
};

/// Lets other threads ask for a trial while the first is still being handed out; its first epoch ends when
/// all have asked. Notes who advances.
class SlowSource : public ListSource {
 public:
  SlowSource(std::vector<Assignment> list, int threads) : ListSource(std::move(list)), left_(threads) {}

  std::optional<Assignment> next() override {
    std::optional<Assignment> trial = ListSource::next();
    if (trial) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    --left_;
    return trial;
  }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {
    for (int wait = 0; wait < 1000 && left_ > 0; ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  void advanced(std::uint64_t, double) override {
    const std::scoped_lock lock(mutex_);
    threads_.insert(std::this_thread::get_id());
  }
  std::size_t threads() const { return threads_.size(); }

 private:
  std::atomic<int> left_;
  std::mutex mutex_;
  std::set<std::thread::id> threads_;
};

TEST(Trainer, lets_threads_without_a_trial_help_with_one_that_is_about_to_begin) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 2);
  SlowSource source(calm_trials(1, 2), 3);
  make_trainer(task, {.threads = 3})->train(source);
  EXPECT_EQ(source.threads(), 3u);
  EXPECT_EQ(source.outcomes().size(), 1u);
}

TEST(Trainer, leaves_within_about_a_step_when_asked_to) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1000);
  StoppingSource source(calm_trials(40, 1000), 50);
  make_trainer(task, {.threads = 2})->train(source);
  EXPECT_TRUE(source.outcomes().empty());
  EXPECT_LT(source.asked(), 60);
}

/// Breaks when the first trial is finished.
class BrokenSource : public ListSource {
 public:
  using ListSource::ListSource;
  void finished(Outcome) override { throw std::runtime_error("the store is full"); }
};

TEST(Trainer, rethrows_what_its_source_throws) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1);
  BrokenSource source(calm_trials(40, 1));
  const auto trainer = make_trainer(task, {.threads = 2});
  EXPECT_THROW(trainer->train(source), std::runtime_error);
}

TEST(Trainer, evaluates_a_model_alone_as_in_a_trial) {
  const golden::GoldenInputs inputs = small_inputs();
  DataSet data = inputs.data;
  // The validation samples as a test part: the last epoch's validation must come out again.
  data.test = {};
  for (const std::uint32_t index : inputs.split.validation) {
    const auto first = data.training.pixels.begin() + std::ptrdiff_t{index} * data.shape.size();
    data.test.pixels.insert(data.test.pixels.end(), first, first + data.shape.size());
    data.test.labels.push_back(data.training.labels[index]);
  }
  TrainingTask task = small_task(inputs, {}, 2);
  task.data = &data;
  const std::vector<std::string> residual{"conv 8 3x3 pad 1 no-bias",
                                          "batchnorm",
                                          "relu label a",
                                          "conv 8 3x3 pad 1 no-bias",
                                          "batchnorm",
                                          "add a",
                                          "relu label b",
                                          "conv 8 3x3 stride 2 pad 1",
                                          "batchnorm",
                                          "relu label c",
                                          "conv 8 1x1 stride 2 from b",
                                          "batchnorm",
                                          "add c",
                                          "maxpool 2",
                                          "dense 9",
                                          "tanh",
                                          "dropout 0.2",
                                          "dense 4"};
  for (const std::string& set : engine_support().instruction_sets)
    for (const bool blocks : {false, true}) {
      if (blocks)
        task.network =
            describe_network({.name = "", .layers = residual},
                             {{"conv", {"conv", "batchnorm"}}, {"full", {"dense"}}}, {1, 12, 12}, 4, "test");
      const TrainerOptions options{.threads = 1, .instruction_set = set};
      const Outcome outcome = train(task, calm_trials(1, 2), options).at(0);
      const Evaluation again = make_trainer(task, options)->evaluate_test(outcome.weights);
      EXPECT_EQ(again.loss, outcome.curve.epochs.back().validation_loss) << set;
      EXPECT_EQ(again.accuracy, outcome.curve.epochs.back().validation_accuracy) << set;
    }
}

TEST(Trainer, refuses_weights_of_another_network) {
  const golden::GoldenInputs inputs = small_inputs();
  const auto trainer = make_trainer(small_task(inputs, {}, 1), {.threads = 1});
  for (const std::size_t count : {std::size_t{0}, std::size_t{4}, inputs.network.parameters + std::size_t{1}})
    EXPECT_THROW(trainer->evaluate_test(std::vector<float>(count)), Failure) << count;
}

TEST(Trainer, augments_training_samples_alone) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 2);
  const std::vector<Assignment> still{{0, {1e-12, 1e-12}, 1, 2}};  // the weights stay what they are
  const TrainerOptions options{.threads = 1};
  const Curve plain = train(task, still, options).at(0).curve;
  task.augmentation = read_augmentation({"shift 3"}, "test");
  const Curve augmented = train(task, still, options).at(0).curve;
  EXPECT_GT(std::abs(augmented.epochs[0].training_loss - plain.epochs[0].training_loss), 1e-4);
  EXPECT_EQ(augmented.reference_loss, plain.reference_loss);
  EXPECT_NEAR(augmented.epochs[0].validation_loss, plain.epochs[0].validation_loss, 1e-6);
}

// Mirrored images keep their mean and deviation, so the normalized inputs are the same to the bit.
TEST(Trainer, trains_on_what_augment_makes) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 1);
  const std::vector<Assignment> trial{{0, {0.05, 0.05}, 2, 1}};
  const TrainerOptions options{.threads = 1};
  const Augmentation flip = read_augmentation({"flip"}, "test");
  DataSet mirrored = inputs.data;
  const std::size_t size = mirrored.shape.size();
  for (const std::uint32_t sample : inputs.split.training)
    augment(flip, mirrored.shape, {golden::study_seed, 2, 0, sample},
            inputs.data.training.pixels.data() + sample * size,
            mirrored.training.pixels.data() + sample * size);
  TrainingTask by_hand = task;
  by_hand.data = &mirrored;
  const std::vector<float> plain = train(task, trial, options).at(0).weights;
  task.augmentation = flip;
  const std::vector<float> augmented = train(task, trial, options).at(0).weights;
  EXPECT_EQ(augmented, train(by_hand, trial, options).at(0).weights);
  EXPECT_NE(augmented, plain);
}

TEST(Trainer, smooths_labels_in_training_losses_alone) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingSpec smoothing;
  smoothing.label_smoothing = 0.5;
  const std::vector<Assignment> still{{0, {1e-12, 1e-12}, 1, 1}};  // the weights stay what they are
  const auto curve = [&](const TrainingSpec& training) {
    return train(small_task(inputs, training, 1), still, {.threads = 1}).at(0).curve;
  };
  const Curve plain = curve({}), smoothed = curve(smoothing);
  EXPECT_GT(std::abs(smoothed.loss[0] - plain.loss[0]), 1e-4);
  EXPECT_GT(std::abs(smoothed.reference_loss - plain.reference_loss), 1e-4);
  EXPECT_NEAR(smoothed.epochs[0].validation_loss, plain.epochs[0].validation_loss, 1e-6);
}

TEST(Trainer, states_its_memory_and_speed) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1);
  const auto one = make_trainer(task, {.threads = 1}), two = make_trainer(task, {.threads = 2});
  EXPECT_GT(two->memory_bytes(), one->memory_bytes());
  EXPECT_GT(one->measure_speed(0.02), 0);
}

TEST(Trainer, refuses_a_batch_larger_than_the_data) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 1);
  task.batch = static_cast<std::uint32_t>(inputs.split.training.size()) + 1;
  EXPECT_THROW(make_trainer(task, {}), RequestError);
  task.batch = 0;
  EXPECT_THROW(make_trainer(task, {}), RequestError);
}

TEST(Dispatch, has_an_engine_for_every_number_of_slots) {
  for (const std::string& set : engine_support().instruction_sets)
    for (const std::uint32_t slots : {4u, 8u, 16u}) {
      const Engine& engine = engine_for(slots, set);
      EXPECT_EQ(engine.slots, slots);
      EXPECT_EQ(engine.numeric_class, engine_support().numeric_class);
    }
}

TEST(DispatchDeathTest, has_no_engine_for_other_numbers_of_slots) {
  EXPECT_DEATH(engine_for(5), "received slots 5, expected 4, 8 or 16");
}

TEST(Dispatch, states_one_numeric_class) {
  const EngineSupport support = engine_support();
  const std::map<std::string, std::string> classes{
      {"SSE2", "x86-64"}, {"AVX2", "x86-64-fma"}, {"AVX-512", "x86-64-fma"}, {"NEON", "aarch64"}};
  for (const std::string& set : support.instruction_sets) EXPECT_EQ(support.numeric_class, classes.at(set));
  EXPECT_EQ(support.instruction_sets.back(), support.instruction_set);
}

/// An emulated processor must have its set; one that is told to be older, where it has it.
TEST(Dispatch, picks_the_set_that_the_processor_has) {
  const char* const expected = std::getenv("ETALON_EXPECTED_SET");
  const char* const told = std::getenv("ETALON_INSTRUCTION_SET");
  if (expected) {
    EXPECT_EQ(engine_support().instruction_set, expected);
  } else if (told && processor_has(told)) {
    EXPECT_EQ(engine_support().instruction_set, told);
  } else {
    GTEST_SKIP() << "this is neither an emulated processor nor one that is told to be older";
  }
}

}  // namespace
}  // namespace etalon
