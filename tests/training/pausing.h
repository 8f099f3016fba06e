/// Trains a trial that is paused wherever a test wants, and keeps what it leaves behind.
#pragma once

#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "etalon/lanes/denormals.h"
#include "etalon/training/dispatch.h"
#include "etalon/training/trial_run.h"
#include "tests/training/many_trials.h"

namespace etalon {

inline bool same_outcome(const Outcome& a, const Outcome& b) {
  return same_bits(a.curve, b.curve) && a.samples_trained == b.samples_trained &&
         a.weights.size() == b.weights.size() &&
         std::memcmp(a.weights.data(), b.weights.data(), a.weights.size() * sizeof(float)) == 0;
}

/// Validation in more than one minibatch, so that it can be stopped midway.
inline void validate_longer(golden::GoldenInputs& inputs) {
  const std::vector<std::uint32_t>& training = inputs.split.training;
  inputs.split.validation.insert(inputs.split.validation.end(), training.begin(), training.begin() + 12);
}

/// Batch norms, whose running statistics are part of a state, a shortcut, and dropout behind them.
inline golden::GoldenInputs residual_inputs() {
  golden::GoldenCase one;
  one.file = one.name = "pausing";
  one.shape = {3, 8, 8};
  one.classes = 4;
  one.layers = {"conv 4 3x3 pad 1 no-bias",
                "batchnorm",
                "relu label a",
                "conv 4 3x3 pad 1 no-bias",
                "batchnorm",
                "add a",
                "relu",
                "dropout 0.3",
                "gap",
                "dense 4"};
  one.groups = default_groups();
  one.eta = {0.1, 0.1};
  return golden::inputs_of(one);
}

/// A crew for one trial: an instruction set and how many threads.
struct Hands {
  std::string instruction_set;
  std::uint32_t members = 1;
};
inline Hands oldest() { return {engine_support().instruction_sets.front(), 1}; }
inline Hands newest() { return {engine_support().instruction_sets.back(), 1}; }

/// A state as a store keeps it.
struct Kept {
  Bytes bytes;
  Curve curve;
  TrialState state() const { return state_from_bytes(bytes, curve); }
};

/// Keeps a trial's outcome and, as bytes, its last state. What it answers is told by the two functions.
class Keeper : public TrialSource {
 public:
  std::function<bool()> stop = [] { return false; };
  std::function<bool(double)> due = [](double) { return false; };
  bool keeps = false;  ///< final states
  bool deaf = false;   ///< loses the states that it is told, as a process does that is killed

  std::optional<Kept> kept;
  std::optional<Outcome> outcome;

  std::optional<Assignment> next() override { return std::nullopt; }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void advanced(std::uint64_t, double) override {}
  void finished(Outcome end) override {
    kept.reset();
    outcome = std::move(end);
  }
  bool keeps_states() const override { return keeps; }
  bool stop_requested() const override { return stop(); }
  bool checkpoint_due(double seconds) const override { return due(seconds); }
  void checkpoint(Pause trial) override {
    if (!deaf) kept = {to_bytes(trial.state), trial.state.curve};
  }
};

/// One trial, by these hands.
inline void run_trial(const TrainingTask& task, const Hands& hands, TrialSource& source, Assignment trial) {
  struct Closed {
    Crew& crew;
    ~Closed() { crew.close(); }
  };
  SharedTask shared(task, hands.members, hands.instruction_set);
  const FlushDenormals flush;
  Arena arena(shared.plan());
  Crew crew(hands.members);
  std::vector<std::jthread> others;
  const Closed closed{crew};
  for (std::uint32_t k = 1; k < hands.members; ++k)
    others.emplace_back([&crew] {
      const FlushDenormals flush_too;
      crew.serve();
    });
  TrialRun(shared, shared.engine(shared.plan()), arena, crew, source).run(std::move(trial));
}

}  // namespace etalon
