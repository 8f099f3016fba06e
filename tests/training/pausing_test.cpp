/// Pauses at exact moments: between any two steps, before and within validation, and across threads.
#include "tests/training/pausing.h"

#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"

namespace etalon {
namespace {

constexpr std::uint32_t epochs = 2, steps = epochs * golden::steps_per_epoch;

golden::GoldenInputs inputs_with_longer_validation() {
  golden::GoldenInputs inputs = residual_inputs();
  validate_longer(inputs);
  return inputs;
}

/// The state of a trial at `step`, by these hands.
TrialState state_at(std::uint64_t step, const TrainingTask& task, const Hands& hands,
                    const Assignment& trial) {
  Keeper keeper;
  keeper.due = [](double) { return true; };
  keeper.stop = [&] {
    keeper.deaf = keeper.kept && keeper.kept->curve.loss.size() == step;
    return keeper.deaf;
  };
  run_trial(task, hands, keeper, trial);
  return keeper.kept->state();
}

Outcome outcome_from(const TrainingTask& task, const Hands& hands, Assignment trial,
                     std::optional<TrialState> state) {
  Keeper keeper;
  trial.state = std::move(state);
  run_trial(task, hands, keeper, trial);
  return *keeper.outcome;
}

/// With everything that a step may depend on.
TrainingTask eventful_task(const golden::GoldenInputs& inputs, const std::string& optimizer,
                           const ScheduleSpec& schedule, std::uint32_t of_epochs) {
  TrainingSpec training;
  training.optimizer.name = optimizer;
  training.optimizer.weight_decay = 0.01;
  training.schedule = schedule;
  TrainingTask task = small_task(inputs, training, of_epochs);
  task.augmentation = read_augmentation({"shift 1", "flip"}, "test");
  return task;
}

class PausingOf : public testing::TestWithParam<std::string> {};

TEST_P(PausingOf, goes_on_from_every_moment) {
  const golden::GoldenInputs inputs = inputs_with_longer_validation();
  const TrainingTask task = eventful_task(inputs, GetParam(), {"cosine", 0.6, 1, 1}, epochs);
  const Assignment trial{4, {0.02, 0.05}, 1, epochs};
  const Outcome undisturbed = outcome_from(task, oldest(), trial, std::nullopt);

  std::set<std::pair<std::size_t, std::uint32_t>> places;  // epochs finished, step of the next
  for (int patience = 1;; ++patience) {
    Keeper keeper;
    int asked = 0;
    keeper.stop = [&] { return asked++ == patience; };
    run_trial(task, newest(), keeper, trial);
    if (keeper.outcome) break;
    const TrialState state = keeper.kept->state();
    places.emplace(state.curve.epochs.size(), state.step_of_epoch());
    EXPECT_TRUE(same_outcome(outcome_from(task, oldest(), trial, state), undisturbed))
        << "stopped when asked for the " << patience << "th time, after " << state.step << " steps";
  }
  EXPECT_EQ(places.size(), steps + epochs - 1)
      << "each step of an epoch but the very first, and before each validation";
  EXPECT_TRUE(places.contains({1, 0}));
  EXPECT_TRUE(places.contains({1, golden::steps_per_epoch}));
}

INSTANTIATE_TEST_SUITE_P(Optimizers, PausingOf, testing::ValuesIn(known_optimizers()),
                         [](const auto& tested) { return tested.param; });

class GrowthOf : public testing::TestWithParam<std::string> {};

TEST_P(GrowthOf, ends_at_the_bits_of_a_trial_that_was_asked_for_at_once) {
  const golden::GoldenInputs inputs = inputs_with_longer_validation();
  const ScheduleSpec schedule{"exponential", 0.6, 1, 0.5};
  const TrainingTask at_once = eventful_task(inputs, GetParam(), schedule, 3),
                     in_parts = eventful_task(inputs, GetParam(), schedule, 1);
  Assignment trial{4, {0.02, 0.05}, 1, 3};
  const Outcome whole = outcome_from(at_once, oldest(), trial, std::nullopt);
  std::optional<TrialState> state;
  for (trial.epochs = 1; trial.epochs <= 3; ++trial.epochs) {
    Keeper keeper;
    keeper.keeps = true;
    Assignment part = trial;
    part.state = std::move(state);
    run_trial(in_parts, newest(), keeper, part);
    state = keeper.outcome->state;
    ASSERT_TRUE(state);
    EXPECT_EQ(state->curve.epochs.size(), trial.epochs);
    EXPECT_TRUE(same_bits(keeper.outcome->curve, first_epochs(whole.curve, trial.epochs)));
    if (trial.epochs < 3) continue;
    EXPECT_TRUE(same_outcome(*keeper.outcome, whole));
  }
}

INSTANTIATE_TEST_SUITE_P(Optimizers, GrowthOf, testing::ValuesIn(known_optimizers()),
                         [](const auto& tested) { return tested.param; });

/// Everything of a state but the time that it took.
std::string lasting_bytes(TrialState state) {
  state.seconds = 0;
  const Bytes bytes = to_bytes(state);
  return {bytes.begin(), bytes.end()};
}

TEST(Pausing, bytes_depend_on_trial_and_step_alone) {
  const golden::GoldenInputs inputs = residual_inputs();
  TrainingSpec training;
  training.optimizer.name = "adam";
  const TrainingTask task = small_task(inputs, training, epochs);
  const Assignment trial{9, {0.01, 0.02}, 2, epochs};
  for (std::uint64_t step = 1; step <= steps; ++step) {
    std::set<std::string> all;
    for (const std::string& set : engine_support().instruction_sets)
      for (const std::uint32_t members : {1u, 2u})
        all.insert(lasting_bytes(state_at(step, task, {set, members}, trial)));
    EXPECT_EQ(all.size(), 1u) << "step " << step;
  }
}

TEST(Pausing, tells_nothing_of_a_trial_that_has_taken_no_step) {
  const golden::GoldenInputs inputs = small_inputs();
  Keeper keeper;
  keeper.stop = [] { return true; };
  run_trial(small_task(inputs, {}, epochs), newest(), keeper, {1, {0.01, 0.01}, 0, epochs});
  EXPECT_FALSE(keeper.kept);
  EXPECT_FALSE(keeper.outcome);
}

TEST(Pausing, counts_seconds_on_and_times_each_part_by_itself) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, epochs);
  Keeper keeper;
  double told = 0;
  std::uint32_t asked = 0;
  keeper.due = [&](double seconds) {
    told += seconds;
    return ++asked > 0;
  };
  const Assignment trial{1, {0.01, 0.01}, 0, epochs};
  const double start = system_clock().steady_seconds();
  run_trial(task, newest(), keeper, trial);
  EXPECT_EQ(asked, steps + epochs);
  EXPECT_GT(told, 0);
  EXPECT_LE(told, system_clock().steady_seconds() - start) << "each interval counts from the last";

  TrialState state = state_at(3, task, newest(), trial);
  EXPECT_GT(state.seconds, 0);
  state.seconds = 1000;
  EXPECT_GT(outcome_from(task, newest(), trial, state).seconds, 1000);
}

class RefusedState : public testing::Test {
 protected:
  void expect_refusal(const Assignment& trial, const std::string& why) {
    Keeper keeper;
    try {
      run_trial(task_, newest(), keeper, trial);
      ADD_FAILURE() << "expected a complaint about " << why;
    } catch (const Failure& failure) {
      EXPECT_NE(std::string(failure.what()).find(why), std::string::npos) << failure.what();
    }
    EXPECT_FALSE(keeper.outcome);
  }
  Assignment at(std::uint64_t step) {
    Assignment trial{1, {0.01, 0.01}, 0, epochs};
    trial.state = state_at(step, task_, oldest(), trial);
    return trial;
  }

  golden::GoldenInputs inputs_ = small_inputs();
  TrainingTask task_ = small_task(inputs_, {}, epochs);
};

TEST_F(RefusedState, of_another_task) {
  Assignment trial = at(7);
  trial.state->values.pop_back();
  expect_refusal(trial, "values");
  trial = at(3);
  trial.state->curve.steps_per_epoch = 4;
  expect_refusal(trial, "a curve of 4 steps an epoch");
  trial = at(7);
  trial.epochs = 1;
  expect_refusal(trial, "at most 1 epochs of 5");
  trial = at(7);
  trial.state->curve.loss.pop_back();
  expect_refusal(trial, "a curve of 6 steps");
}

/// Several trials at once; asks all to stop after so many steps.
class StoppedList : public ListSource {
 public:
  StoppedList(std::vector<Assignment> list, int patience)
      : ListSource(std::move(list)), patience_(patience) {}
  bool stop_requested() const override { return patience_.fetch_sub(1) <= 0; }
  void checkpoint(Pause trial) override {
    const std::scoped_lock lock(mutex_);
    states_[trial.ticket] = std::move(trial.state);
  }
  std::map<std::uint64_t, TrialState> states_;

 private:
  mutable std::atomic<int> patience_;
  std::mutex mutex_;
};

TEST(Pausing, trials_on_many_threads_lose_nothing) {
  const golden::GoldenInputs inputs = inputs_with_longer_validation();
  const TrainingTask task = small_task(inputs, {}, epochs);
  std::vector<Assignment> trials;
  for (std::uint32_t k = 0; k < 12; ++k)
    trials.push_back({k, {0.01 + 0.01 * k, 0.02}, k % 3, 1 + k % epochs});
  const auto undisturbed = train(task, trials, {.threads = 1});
  std::size_t paused = 0;
  for (const int patience : {3, 17, 60, 140}) {
    std::map<std::uint64_t, Outcome> outcomes;
    StoppedList source(trials, patience);
    make_trainer(task, {.threads = 3})->train(source);
    outcomes = source.outcomes();
    paused += source.states_.size();
    for (Assignment trial : trials) {
      if (outcomes.contains(trial.ticket)) continue;
      if (source.states_.contains(trial.ticket)) trial.state = source.states_.at(trial.ticket);
      outcomes.merge(train(task, {trial}, {.threads = 2}));
    }
    for (const Assignment& trial : trials)
      EXPECT_TRUE(same_outcome(outcomes.at(trial.ticket), undisturbed.at(trial.ticket)))
          << patience << ": trial " << trial.ticket;
  }
  EXPECT_GT(paused, 0u);
}

/// Two trials; the first breaks at its end, once the second is under way.
class BreakingPair : public StoppedList {
 public:
  explicit BreakingPair(const std::vector<Assignment>& pair) : StoppedList(pair, 1 << 30) {}
  bool checkpoint_due(double) const override {
    const std::scoped_lock lock(mutex_);
    ++asked_[std::this_thread::get_id()];
    return false;
  }
  void finished(Outcome) override {
    while (!other_is_under_way()) std::this_thread::yield();
    throw std::runtime_error("the store is full");
  }

 private:
  bool other_is_under_way() const {
    const std::scoped_lock lock(mutex_);
    for (const auto& [thread, count] : asked_)
      if (thread != std::this_thread::get_id() && count > 2) return true;
    return false;
  }
  mutable std::mutex mutex_;
  mutable std::map<std::thread::id, int> asked_;
};

TEST(Pausing, another_threads_failure_loses_no_step) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1u << 16);
  BreakingPair source({{1, {0.01, 0.01}, 0, 1}, {2, {0.01, 0.01}, 0, 1u << 16}});
  const auto trainer = make_trainer(task, {.threads = 2});
  EXPECT_THROW(trainer->train(source), std::runtime_error);
  ASSERT_TRUE(source.states_.contains(2));
  EXPECT_GT(source.states_.at(2).step, 1u);
}

}  // namespace
}  // namespace etalon
