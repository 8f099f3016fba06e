/// The trainer as its customers see it: outcomes, refills, stopping, errors, widths, evaluation.
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

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/lanes/processor.h"
#include "etalon/training/augmented_images.h"
#include "etalon/training/dispatch.h"
#include "tests/training/many_trials.h"

namespace etalon {
namespace {

std::vector<Assignment> calm_trials(std::uint32_t count, std::uint32_t epochs) {
  std::vector<Assignment> trials;
  for (std::uint32_t k = 0; k < count; ++k) trials.push_back({k, {0.01 + 0.001 * k, 0.01}, k % 3, epochs});
  return trials;
}

TEST(Trainer, FillsACurve) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 2);
  const Outcome outcome = train(task, calm_trials(1, 2), {.lanes = 0, .threads = 1}).at(0);
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

TEST(Trainer, MeasuresTheReferenceLossAtTheInitialWeights) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 1);
  task.network = describe_network({.name = "", .layers = {"conv 2 3x3", "relu", "dense 4"}}, default_groups(),
                                  {1, 12, 12}, 4, "test");
  // An eta so small that no weight moves: the reference is the epoch's mean, no dropout standing between.
  const Outcome outcome = train(task, {{0, {1e-30, 1e-30}, 1, 1}}, {.lanes = 0, .threads = 1}).at(0);
  EXPECT_NEAR(outcome.curve.reference_loss, outcome.curve.epochs[0].training_loss, 1e-6);
}

TEST(Trainer, TrainsEveryTrialOnceWithUnequalBudgets) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 5);
  std::vector<Assignment> trials = calm_trials(23, 1);
  for (Assignment& trial : trials) trial.epochs = 1 + static_cast<std::uint32_t>(trial.ticket) % 5;
  for (const std::uint32_t width : lane_support().widths) {
    const auto outcomes = train(task, trials, {.lanes = width, .threads = 2});
    ASSERT_EQ(outcomes.size(), trials.size());
    for (const Assignment& trial : trials)
      EXPECT_EQ(outcomes.at(trial.ticket).curve.epochs.size(), trial.epochs) << trial.ticket;
  }
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

TEST(Trainer, TellsOfEveryEpochAndSample) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 3);
  CountingSource source(calm_trials(7, 3), 16);
  make_trainer(task, {.lanes = 0, .threads = 2})->train(source);
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
      : ListSource(std::move(list), 16), patience_(patience) {}
  bool stop_requested() const override { return asked_++ >= patience_; }
  int asked() const { return asked_; }

 private:
  int patience_;
  mutable std::atomic<int> asked_ = 0;
};

/// Lets other threads ask for a pack while the first is still being handed out; its first epoch ends when all
/// have asked. Notes who advances.
class SlowSource : public ListSource {
 public:
  SlowSource(std::vector<Assignment> list, int threads) : ListSource(std::move(list), 16), left_(threads) {}

  std::vector<Assignment> next_pack(std::uint32_t most) override {
    std::vector<Assignment> some = ListSource::next_pack(most);
    if (!some.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    --left_;
    return some;
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

TEST(Trainer, LetsThreadsWithoutAPackHelpWithOneThatIsAboutToBegin) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 2);
  SlowSource source(calm_trials(4, 2), 3);
  make_trainer(task, {.lanes = 0, .threads = 3})->train(source);
  EXPECT_EQ(source.threads(), 3u);
  EXPECT_EQ(source.outcomes().size(), 4u);
}

TEST(Trainer, LeavesWithinAboutAStepWhenAskedTo) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1000);
  StoppingSource source(calm_trials(40, 1000), 50);
  make_trainer(task, {.lanes = 0, .threads = 2})->train(source);
  EXPECT_TRUE(source.outcomes().empty());
  EXPECT_LT(source.asked(), 60);
}

/// Breaks when the first trial is finished.
class BrokenSource : public ListSource {
 public:
  using ListSource::ListSource;
  void finished(Outcome) override { throw std::runtime_error("the store is full"); }
};

TEST(Trainer, RethrowsWhatItsSourceThrows) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1);
  BrokenSource source(calm_trials(40, 1), 16);
  const auto trainer = make_trainer(task, {.lanes = 0, .threads = 2});
  EXPECT_THROW(trainer->train(source), std::runtime_error);
}

TEST(Trainer, EvaluatesAModelAloneAsInAPack) {
  const golden::GoldenInputs inputs = small_inputs();
  DataSet data = inputs.data;
  // The validation samples as a test part: the last epoch's validation must come out again, whatever the
  // lane.
  data.test = {};
  for (const std::uint32_t index : inputs.split.validation) {
    const auto first = data.training.pixels.begin() + std::ptrdiff_t{index} * data.shape.size();
    data.test.pixels.insert(data.test.pixels.end(), first, first + data.shape.size());
    data.test.labels.push_back(data.training.labels[index]);
  }
  TrainingTask task = small_task(inputs, {}, 2);
  task.data = &data;
  for (const std::uint32_t width : lane_support().widths) {
    const Outcome outcome = train(task, calm_trials(1, 2), {.lanes = width, .threads = 1}).at(0);
    const Evaluation again =
        make_trainer(task, {.lanes = width, .threads = 1})->evaluate_test(outcome.weights);
    EXPECT_EQ(again.loss, outcome.curve.epochs.back().validation_loss) << width;
    EXPECT_EQ(again.accuracy, outcome.curve.epochs.back().validation_accuracy) << width;
  }
}

TEST(Trainer, AugmentsTrainingSamplesAlone) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 2);
  const std::vector<Assignment> still{{0, {1e-12, 1e-12}, 1, 2}};  // the weights stay what they are
  const TrainerOptions options{.lanes = 0, .threads = 1};
  const Curve plain = train(task, still, options).at(0).curve;
  task.augmentation = read_augmentation({"shift 3"}, "test");
  const Curve augmented = train(task, still, options).at(0).curve;
  EXPECT_GT(std::abs(augmented.epochs[0].training_loss - plain.epochs[0].training_loss), 1e-4);
  EXPECT_EQ(augmented.reference_loss, plain.reference_loss);
  EXPECT_NEAR(augmented.epochs[0].validation_loss, plain.epochs[0].validation_loss, 1e-6);
}

TEST(AugmentedImages, AreThoseOfTheirSeedIndexEpochAndStep) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 3);
  const Visits visits{{{2, 0}, {5, 6, 7, 8, 9, 10, 11, 12, 20, 21, 22, 23, 24, 25, 26, 27}},
                      {{2, 1}, {27, 26, 25, 24, 23, 22, 21, 20, 12, 11, 10, 9, 8, 7, 6, 5}},
                      {{3, 1}, {20, 21, 22, 23, 24, 25, 26, 27, 5, 6, 7, 8, 9, 10, 11, 12}}};
  AugmentedImages images(task);
  images.make(visits, 1);
  EXPECT_EQ(images.of(&visits.begin()->second), nullptr) << "without augmentation";
  task.augmentation = read_augmentation({"shift 3", "flip"}, "test");
  images.make(visits, 1);
  const std::size_t size = inputs.data.shape.size();
  std::vector<std::uint8_t> expected(size);
  for (const auto& [rider, order] : visits)
    for (std::uint32_t b = 0; b < task.batch; ++b) {
      const std::uint32_t sample = order[task.batch + b];
      augment(task.augmentation, inputs.data.shape, {task.study_seed, rider.first, rider.second, sample},
              inputs.data.training.pixels.data() + sample * size, expected.data());
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), images.of(&order) + b * size));
    }
}

// Mirrored images keep their mean and deviation, so the normalized inputs are the same to the bit.
TEST(Trainer, TrainsOnWhatAugmentMakes) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 1);
  const std::vector<Assignment> trial{{0, {0.05, 0.05}, 2, 1}};
  const TrainerOptions options{.lanes = 0, .threads = 1};
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

TEST(Trainer, SmoothsLabelsInTrainingLossesAlone) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingSpec smoothing;
  smoothing.label_smoothing = 0.5;
  const std::vector<Assignment> still{{0, {1e-12, 1e-12}, 1, 1}};  // the weights stay what they are
  const auto curve = [&](const TrainingSpec& training) {
    return train(small_task(inputs, training, 1), still, {.lanes = 0, .threads = 1}).at(0).curve;
  };
  const Curve plain = curve({}), smoothed = curve(smoothing);
  EXPECT_GT(std::abs(smoothed.loss[0] - plain.loss[0]), 1e-4);
  EXPECT_GT(std::abs(smoothed.reference_loss - plain.reference_loss), 1e-4);
  EXPECT_NEAR(smoothed.epochs[0].validation_loss, plain.epochs[0].validation_loss, 1e-6);
}

TEST(Trainer, StatesItsMemoryAndSpeed) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1);
  const auto one = make_trainer(task, {.lanes = 0, .threads = 1}),
             two = make_trainer(task, {.lanes = 0, .threads = 2});
  EXPECT_GT(two->memory_bytes(), one->memory_bytes());
  EXPECT_GT(one->measure_speed(0.02), 0);
}

TEST(Trainer, RefusesABatchLargerThanTheData) {
  const golden::GoldenInputs inputs = small_inputs();
  TrainingTask task = small_task(inputs, {}, 1);
  task.batch = static_cast<std::uint32_t>(inputs.split.training.size()) + 1;
  EXPECT_THROW(make_trainer(task, {}), RequestError);
  task.batch = 0;
  EXPECT_THROW(make_trainer(task, {}), RequestError);
}

TEST(Dispatch, RefusesOtherWidths) {
  for (const std::uint32_t lanes : {2u, 3u, 5u, 32u})
    EXPECT_THROW(require_width(lanes), RequestError) << lanes;
  EXPECT_NO_THROW(require_width(0));
  for (const std::uint32_t lanes : lane_support().widths) EXPECT_NO_THROW(require_width(lanes));
}

TEST(Dispatch, TakesTheNarrowestEngineForFewTrials) {
  const Engine& widest = engine_for(0);
  EXPECT_EQ(&engine_holding(widest.lanes, widest), &widest);
  EXPECT_EQ(&engine_holding(widest.lanes / 2 + 1, widest), &widest);
  EXPECT_EQ(engine_holding(1, widest).lanes, 1u);
  if (widest.lanes >= 8) {
    EXPECT_EQ(engine_holding(3, widest).lanes, 4u);
  }
}

TEST(Dispatch, StatesOneNumericClass) {
  const LaneSupport support = lane_support();
  const std::map<std::string, std::string> classes{
      {"SSE2", "x86-64"}, {"AVX2", "x86-64-fma"}, {"AVX-512", "x86-64-fma"}, {"NEON", "aarch64"}};
  EXPECT_EQ(support.numeric_class, classes.at(support.instruction_set));
  for (const std::uint32_t width : support.widths) {
    EXPECT_EQ(lane_support(width).numeric_class, support.numeric_class);
    EXPECT_EQ(lane_support(width).lanes, width);
  }
}

TEST(Dispatch, FillsOneRegisterUnlessAskedOtherwise) {
  const std::map<std::string, std::uint32_t> registers{
      {"SSE2", 4}, {"AVX2", 8}, {"AVX-512", 16}, {"NEON", 4}};
  const LaneSupport support = lane_support();
  EXPECT_EQ(support.lanes, registers.at(support.instruction_set));
  if (support.numeric_class != "x86-64") {
    EXPECT_THAT(support.widths, testing::ElementsAre(1u, 4u, 8u, 16u));
  } else {
    EXPECT_THAT(support.widths, testing::ElementsAre(1u, 4u));
  }
}

/// An emulated processor must have its set; one that is told to be older, where it has it.
TEST(Dispatch, PicksTheSetThatTheProcessorHas) {
  const char* const expected = std::getenv("ETALON_EXPECTED_SET");
  const char* const told = std::getenv("ETALON_INSTRUCTION_SET");
  if (expected) {
    EXPECT_EQ(lane_support().instruction_set, expected);
  } else if (told && processor_has(told)) {
    EXPECT_EQ(lane_support().instruction_set, told);
  } else {
    GTEST_SKIP() << "this is neither an emulated processor nor one that is told to be older";
  }
}

}  // namespace
}  // namespace etalon
