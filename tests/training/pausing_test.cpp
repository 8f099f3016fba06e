/// Pauses at exact moments: between any two steps, before and within validation, in packs and across threads.
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

/// The states of `trials` at `step`, from one pack on `engine`.
std::map<std::uint64_t, Kept> states_at(std::uint64_t step, const TrainingTask& task, const Engine& engine,
                                        std::uint32_t members, const std::vector<Assignment>& trials) {
  SharedTask shared(task, members);
  Keeper keeper;
  keeper.due = [](double) { return true; };
  keeper.stop = [&] {
    for (const auto& [ticket, kept] : keeper.kept) keeper.deaf = kept.curve.loss.size() == step;
    return keeper.deaf;
  };
  run_pack(shared, engine, members, keeper, trials);
  return keeper.kept;
}

Outcome outcome_from(const TrainingTask& task, const Engine& engine, Assignment trial,
                     std::optional<TrialState> state) {
  SharedTask shared(task, 1);
  Keeper keeper;
  trial.state = std::move(state);
  run_pack(shared, engine, 1, keeper, {trial});
  return keeper.outcomes.at(trial.ticket);
}

class PausingOf : public testing::TestWithParam<std::string> {};

TEST_P(PausingOf, GoesOnFromEveryMoment) {
  const golden::GoldenInputs inputs = inputs_with_longer_validation();
  TrainingSpec training;
  training.optimizer.name = GetParam();
  training.optimizer.weight_decay = 0.01;
  training.schedule = {"cosine", 0.6, 1, 1};
  TrainingTask task = small_task(inputs, training, epochs);
  task.augmentation = read_augmentation({"shift 1", "flip"}, "test");
  const Assignment trial{4, {0.02, 0.05}, 1, epochs};
  const Engine &narrow = *engines_of_the_class().front(), &wide = *engines_of_the_class().back();
  const Outcome undisturbed = outcome_from(task, narrow, trial, std::nullopt);

  SharedTask shared(task, 1);
  std::set<std::pair<std::size_t, std::uint32_t>> places;  // epochs finished, phase
  for (int patience = 1;; ++patience) {
    Keeper keeper;
    int asked = 0;
    keeper.stop = [&] { return asked++ == patience; };
    run_pack(shared, wide, 1, keeper, {trial});
    if (!keeper.outcomes.empty()) break;
    const TrialState state = keeper.kept.at(4).state();
    places.emplace(state.curve.epochs.size(), state.phase());
    EXPECT_TRUE(same_outcome(outcome_from(task, narrow, trial, state), undisturbed))
        << "stopped when asked for the " << patience << "th time, after " << state.step << " steps";
  }
  EXPECT_EQ(places.size(), steps + epochs - 1) << "each phase but the first, and before each validation";
  EXPECT_TRUE(places.contains({1, 0}));
  EXPECT_TRUE(places.contains({1, golden::steps_per_epoch}));
}

INSTANTIATE_TEST_SUITE_P(Optimizers, PausingOf, testing::ValuesIn(known_optimizers()),
                         [](const auto& tested) { return tested.param; });

/// Everything of a state but the time that it took.
std::string lasting_bytes(TrialState state) {
  state.seconds = 0;
  const Bytes bytes = to_bytes(state);
  return {bytes.begin(), bytes.end()};
}

TEST(Pausing, BytesDependOnTrialAndStepAlone) {
  const golden::GoldenInputs inputs = residual_inputs();
  TrainingSpec training;
  training.optimizer.name = "adam";
  const TrainingTask task = small_task(inputs, training, epochs);
  for (std::uint64_t step = 1; step <= steps; ++step) {
    std::set<std::string> all;
    std::size_t count = 0;
    for (const Engine* engine : engines_of_the_class())
      for (const std::uint32_t members : {1u, 2u}) {
        std::vector<Assignment> trials(engine->lanes, {8, {1e30, 1e30}, 0, epochs});  // soon they blow up
        trials.back() = {9, {0.01, 0.02}, 2, epochs};
        for (const auto& [ticket, kept] : states_at(step, task, *engine, members, trials)) {
          if (ticket != 9) continue;
          all.insert(lasting_bytes(kept.state()));
          ++count;
        }
      }
    EXPECT_EQ(all.size(), 1u) << "step " << step;
    EXPECT_EQ(count, 2 * engines_of_the_class().size());
  }
}

TEST(Pausing, TellsOfEveryRiderThatHasTakenAStep) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, epochs);
  const Engine& engine = *engines_of_the_class().back();
  const std::vector<Assignment> trials{{1, {0.01, 0.01}, 0, epochs}, {2, {0.01, 0.01}, 1, epochs}};
  SharedTask shared(task, 1);
  Keeper keeper;
  bool refilled = false;
  keeper.refill = [&]() -> std::optional<Assignment> {
    if (std::exchange(refilled, true)) return std::nullopt;
    return Assignment{3, {0.01, 0.01}, 0, epochs};
  };
  keeper.stop = [&] { return refilled; };  // at the end of the first epoch, a third has just come aboard
  run_pack(shared, engine, 1, keeper, trials);
  ASSERT_EQ(keeper.kept.size(), 2u);
  for (const std::uint64_t ticket : {1u, 2u}) EXPECT_EQ(keeper.kept.at(ticket).state().step, 5u);
}

TEST(Pausing, CountsSecondsOnAndTimesEachPackByItself) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, epochs);
  SharedTask shared(task, 1);
  Keeper keeper;
  double told = 0;
  std::uint32_t asked = 0;
  keeper.due = [&](double seconds) {
    told += seconds;
    return ++asked > 0;
  };
  const Assignment trial{1, {0.01, 0.01}, 0, epochs};
  const double start = system_clock().steady_seconds();
  run_pack(shared, *engines_of_the_class().front(), 1, keeper, {trial});
  EXPECT_EQ(asked, steps + epochs);
  EXPECT_GT(told, 0);
  EXPECT_LE(told, system_clock().steady_seconds() - start) << "each interval counts from the last";

  TrialState state = states_at(3, task, *engines_of_the_class().front(), 1, {trial}).at(1).state();
  EXPECT_GT(state.seconds, 0);
  state.seconds = 1000;
  EXPECT_GT(outcome_from(task, *engines_of_the_class().front(), trial, state).seconds, 1000);
}

class RefusedState : public testing::Test {
 protected:
  void expect_refusal(const std::vector<Assignment>& trials, const std::string& why) {
    Keeper keeper;
    try {
      run_pack(shared_, *engines_of_the_class().back(), 1, keeper, trials);
      ADD_FAILURE() << "expected a complaint about " << why;
    } catch (const Failure& failure) {
      EXPECT_NE(std::string(failure.what()).find(why), std::string::npos) << failure.what();
    }
    EXPECT_TRUE(keeper.outcomes.empty());
  }
  Assignment at(std::uint64_t step) {
    Assignment trial{1, {0.01, 0.01}, 0, epochs};
    trial.state = states_at(step, task_, *engines_of_the_class().front(), 1, {trial}).at(1).state();
    return trial;
  }

  golden::GoldenInputs inputs_ = small_inputs();
  TrainingTask task_ = small_task(inputs_, {}, epochs);
  SharedTask shared_{task_, 1};
};

TEST_F(RefusedState, OfAnotherPhaseThanItsPack) {
  expect_refusal({at(3), at(2)}, "the phase of its pack, 3");
  expect_refusal({at(3), {2, {0.01, 0.01}, 0, epochs}}, "the phase of its pack, 3");
  expect_refusal({{2, {0.01, 0.01}, 0, epochs}, at(3)}, "the phase of its pack, 0");
}

TEST_F(RefusedState, OfAnotherTask) {
  Assignment trial = at(7);
  trial.state->values.pop_back();
  expect_refusal({trial}, "values");
  trial = at(3);
  trial.state->curve.steps_per_epoch = 4;
  expect_refusal({trial}, "a curve of 4 steps an epoch");
  trial = at(7);
  trial.epochs = 1;
  expect_refusal({trial}, "at most 1 epochs of 5");
  trial = at(7);
  trial.state->curve.loss.back() = std::numeric_limits<float>::infinity();
  expect_refusal({trial}, "a trial that has diverged");
  trial = at(7);
  trial.state->curve.loss.pop_back();
  expect_refusal({trial}, "a curve of 6 steps");
}

/// Several packs at once; asks all to stop after so many steps.
class StoppedList : public ListSource {
 public:
  StoppedList(std::vector<Assignment> list, std::uint32_t pack, int patience)
      : ListSource(std::move(list), pack), patience_(patience) {}
  bool stop_requested() const override { return patience_.fetch_sub(1) <= 0; }
  void checkpoint(std::vector<Pause> riders) override {
    const std::scoped_lock lock(mutex_);
    for (Pause& rider : riders) states_[rider.ticket] = std::move(rider.state);
  }
  std::map<std::uint64_t, TrialState> states_;

 private:
  mutable std::atomic<int> patience_;
  std::mutex mutex_;
};

TEST(Pausing, PacksOnManyThreadsLoseNothing) {
  const golden::GoldenInputs inputs = inputs_with_longer_validation();
  const TrainingTask task = small_task(inputs, {}, epochs);
  std::vector<Assignment> trials;
  for (std::uint32_t k = 0; k < 12; ++k)
    trials.push_back({k, {0.01 + 0.01 * k, 0.02}, k % 3, 1 + k % epochs});
  const auto undisturbed = train(task, trials, {.lanes = 1, .threads = 1});
  std::size_t paused = 0;
  for (const int patience : {3, 17, 24, 40}) {
    std::map<std::uint64_t, Outcome> outcomes;
    StoppedList source(trials, 4, patience);
    make_trainer(task, {.lanes = 4, .threads = 3})->train(source);
    outcomes = source.outcomes();
    paused += source.states_.size();
    for (Assignment trial : trials) {
      if (outcomes.contains(trial.ticket)) continue;
      if (source.states_.contains(trial.ticket)) trial.state = source.states_.at(trial.ticket);
      outcomes.merge(train(task, {trial}, {.lanes = 0, .threads = 2}));
    }
    for (const Assignment& trial : trials)
      EXPECT_TRUE(same_outcome(outcomes.at(trial.ticket), undisturbed.at(trial.ticket)))
          << patience << ": trial " << trial.ticket;
  }
  EXPECT_GT(paused, 0u);
}

/// Two packs of one trial; the first breaks at its end, once the second is under way.
class BreakingPair : public StoppedList {
 public:
  explicit BreakingPair(const std::vector<Assignment>& pair) : StoppedList(pair, 1, 1 << 30) {}
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

TEST(Pausing, AnotherThreadsFailureLosesNoStep) {
  const golden::GoldenInputs inputs = small_inputs();
  const TrainingTask task = small_task(inputs, {}, 1u << 16);
  BreakingPair source({{1, {0.01, 0.01}, 0, 1}, {2, {0.01, 0.01}, 0, 1u << 16}});
  const auto trainer = make_trainer(task, {.lanes = 1, .threads = 2});
  EXPECT_THROW(trainer->train(source), std::runtime_error);
  ASSERT_TRUE(source.states_.contains(2));
  EXPECT_GT(source.states_.at(2).step, 1u);
}

}  // namespace
}  // namespace etalon
