/// The law of pausing: a trial's bits do not depend on where it was paused, how often, and where it went on.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/training/pausing.h"

namespace etalon {
namespace {

constexpr std::uint32_t most_epochs = 3;

/// A number in [first, end), of the same range however small the case is meant to be.
template <class T>
T any_of(T first, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(first, end));
}

golden::GoldenInputs longer(golden::GoldenInputs inputs) {
  validate_longer(inputs);
  return inputs;
}

TrainingTask any_task() {
  static const golden::GoldenInputs plain = longer(small_inputs()), residual = longer(residual_inputs());
  TrainingSpec training;
  training.optimizer.name = *rc::gen::elementOf(known_optimizers());
  training.optimizer.weight_decay = *rc::gen::element(0.0, 0.1);
  training.schedule = {*rc::gen::elementOf(known_schedules()), *rc::gen::element(0.0, 0.6, 1.4), 1.2, 0.4};
  TrainingTask task = small_task(*rc::gen::arbitrary<bool>() ? plain : residual, training, most_epochs);
  if (*rc::gen::arbitrary<bool>())
    task.augmentation = read_augmentation({"shift 1", "crop 2", "flip"}, "test");
  return task;
}

/// Etas from hardly moving to blowing up.
std::vector<Assignment> any_trials() {
  static const std::vector<double> etas{1e-3, 1e-2, 0.1, 3.0, 1e4, 1e30};
  const auto count = any_of<std::uint32_t>(1, 5);
  std::vector<Assignment> trials;
  for (std::uint32_t i = 0; i < count; ++i)
    trials.push_back({i,
                      {*rc::gen::elementOf(etas), *rc::gen::elementOf(etas)},
                      any_of<std::uint32_t>(0, 3),
                      any_of<std::uint32_t>(1, most_epochs + 1)});
  return trials;
}

/// Trains from some state, by any hands, until some moment, or to the end.
void go_on(const TrainingTask& task, Assignment& trial, std::optional<Outcome>& outcome, bool to_its_end) {
  Keeper keeper;
  int patience = to_its_end ? 1 << 20 : any_of(1, 40);
  const bool killed = any_of(0, 4) == 0;  // what it says last is never heard
  keeper.stop = [&] {
    keeper.deaf = killed && patience <= 0;
    return --patience < 0;
  };
  const int every = any_of(1, 7);
  int asked = 0;
  keeper.due = [&](double) { return ++asked % every == 0; };
  const Hands hands{*rc::gen::elementOf(engine_support().instruction_sets), any_of<std::uint32_t>(1, 4)};
  run_trial(task, hands, keeper, trial);
  if (keeper.kept) trial.state = keeper.kept->state();
  outcome = keeper.outcome;
}

RC_GTEST_PROP(PausingLaw, bits_do_not_depend_on_where_a_trial_was_paused, ()) {
  TrainingTask task = any_task();
  task.batch = *rc::gen::element(3u, 8u, 13u, 16u);
  for (Assignment trial : any_trials()) {
    const Outcome undisturbed = train(task, {trial}, {.threads = 1}).at(trial.ticket);
    std::optional<Outcome> outcome;
    // However unlucky the draws, at some time it ends.
    for (int part = 0; !outcome; ++part) go_on(task, trial, outcome, part > 20);
    RC_ASSERT(same_outcome(*outcome, undisturbed));
  }
}

}  // namespace
}  // namespace etalon
