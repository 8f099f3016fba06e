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
  const auto count = any_of<std::uint32_t>(1, 14);
  std::vector<Assignment> trials;
  for (std::uint32_t i = 0; i < count; ++i)
    trials.push_back({i,
                      {*rc::gen::elementOf(etas), *rc::gen::elementOf(etas)},
                      any_of<std::uint32_t>(0, 3),
                      any_of<std::uint32_t>(1, most_epochs + 1)});
  return trials;
}

/// Trials between packs: those that wait, each with its last state if it has one.
class Waiting {
 public:
  explicit Waiting(const std::vector<Assignment>& trials) {
    for (const Assignment& trial : trials) trials_[trial.ticket] = trial;
  }
  bool empty() const { return trials_.empty(); }

  void put_back(const std::map<std::uint64_t, Kept>& kept) {
    for (const auto& [ticket, state] : kept) trials_.at(ticket).state = state.state();
  }
  void drop(const std::map<std::uint64_t, Outcome>& finished) {
    for (const auto& [ticket, outcome] : finished) trials_.erase(ticket);
  }
  /// Some of one phase, in any order.
  std::vector<Assignment> some(std::size_t most) const {
    std::map<std::uint32_t, std::vector<Assignment>> of_phase;
    for (const auto& [ticket, trial] : trials_)
      of_phase[trial.state ? trial.state->phase() : 0].push_back(trial);
    std::vector<std::uint32_t> phases;
    for (const auto& [phase, trials] : of_phase) phases.push_back(phase);
    std::vector<Assignment> chosen = of_phase.at(*rc::gen::elementOf(phases));
    for (std::size_t left = chosen.size(); left > 1; --left)
      std::swap(chosen[left - 1], chosen[any_of<std::size_t>(0, left)]);
    chosen.resize(std::min(chosen.size(), any_of<std::size_t>(1, most + 1)));
    return chosen;
  }
  std::map<std::uint64_t, Assignment> of_phase_0() const {
    std::map<std::uint64_t, Assignment> found;
    for (const auto& [ticket, trial] : trials_)
      if (!trial.state || trial.state->phase() == 0) found[ticket] = trial;
    return found;
  }

 private:
  std::map<std::uint64_t, Assignment> trials_;
};

/// Trains some of the trials that wait, in a pack of any kind, until some moment, or to their end.
void go_on(const TrainingTask& task, Waiting& waiting, std::map<std::uint64_t, Outcome>& outcomes,
           bool to_their_end) {
  const Engine& engine = **rc::gen::elementOf(engines_of_the_class());
  const auto members = any_of<std::uint32_t>(1, 4);
  SharedTask shared(task, members);
  const std::vector<Assignment> first = waiting.some(engine.lanes);

  Keeper keeper;
  auto refills = waiting.of_phase_0();
  for (const Assignment& trial : first) refills.erase(trial.ticket);
  keeper.refill = [&]() -> std::optional<Assignment> {
    if (refills.empty()) return std::nullopt;
    return refills.extract(refills.begin()).mapped();
  };
  int patience = to_their_end ? 1 << 20 : any_of(1, 40);
  const bool killed = any_of(0, 4) == 0;  // what it says last is never heard
  keeper.stop = [&] {
    keeper.deaf = killed && patience <= 0;
    return --patience < 0;
  };
  const int every = any_of(1, 7);
  int asked = 0;
  keeper.due = [&](double) { return ++asked % every == 0; };

  run_pack(shared, engine, members, keeper, first);
  RC_ASSERT(keeper.phases_agree);
  waiting.put_back(keeper.kept);
  waiting.drop(keeper.outcomes);
  outcomes.merge(keeper.outcomes);
}

RC_GTEST_PROP(PausingLaw, BitsDoNotDependOnWhereATrialWasPaused, ()) {
  const TrainingTask task = any_task();
  const std::vector<Assignment> trials = any_trials();
  const auto undisturbed = train(task, trials, {.lanes = 1, .threads = 1});

  std::map<std::uint64_t, Outcome> outcomes;
  Waiting waiting(trials);
  // However unlucky the draws, at some time it ends.
  for (int pack = 0; !waiting.empty(); ++pack) go_on(task, waiting, outcomes, pack > 60);
  RC_ASSERT(outcomes.size() == trials.size());
  for (const Assignment& trial : trials)
    RC_ASSERT(same_outcome(outcomes.at(trial.ticket), undisturbed.at(trial.ticket)));
}

}  // namespace
}  // namespace etalon
