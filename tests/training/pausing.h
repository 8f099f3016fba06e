/// Trains packs that are paused wherever a test wants, and keeps what they leave behind.
#pragma once

#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "etalon/lanes/denormals.h"
#include "etalon/training/dispatch.h"
#include "etalon/training/pack.h"
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

/// Every engine of the numeric class at hand: each width, and each instruction set that has it.
inline std::vector<const Engine*> engines_of_the_class() {
  std::vector<const Engine*> found;
  for (const Engine* engine : runnable_engines())
    if (lane_support().numeric_class == engine->numeric_class) found.push_back(engine);
  return found;
}

/// A state as a store keeps it.
struct Kept {
  Bytes bytes;
  Curve curve;
  TrialState state() const { return state_from_bytes(bytes, curve); }
};

/// Keeps outcomes and, as bytes, the last state of each trial. For the leader of one pack: what it answers is
/// told by the two functions.
class Keeper : public AssignmentSource {
 public:
  std::function<bool()> stop = [] { return false; };
  std::function<bool(double)> due = [](double) { return false; };
  std::function<std::optional<Assignment>()> refill = [] { return std::nullopt; };
  bool deaf = false;  ///< loses the states that it is told, as a process does that is killed

  std::map<std::uint64_t, Kept> kept;
  std::map<std::uint64_t, Outcome> outcomes;
  bool phases_agree = true;

  std::vector<Assignment> next_pack(std::uint32_t) override { return {}; }
  std::optional<Assignment> next() override { return refill(); }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void advanced(std::uint64_t, double) override {}
  void finished(Outcome outcome) override {
    kept.erase(outcome.ticket);
    outcomes[outcome.ticket] = std::move(outcome);
  }
  bool stop_requested() const override { return stop(); }
  bool checkpoint_due(double seconds) const override { return due(seconds); }
  void checkpoint(std::vector<Pause> riders) override {
    for (const Pause& rider : riders) {
      phases_agree = phases_agree && rider.state.phase() == riders.front().state.phase();
      if (!deaf) kept[rider.ticket] = {to_bytes(rider.state), rider.state.curve};
    }
  }
};

/// One pack on `engine`, with a crew of up to `members`.
inline void run_pack(SharedTask& shared, const Engine& engine, std::uint32_t members,
                     AssignmentSource& source, std::vector<Assignment> trials) {
  struct Closed {
    Crew& crew;
    ~Closed() { crew.close(); }
  };
  const FlushDenormals flush;
  Arena arena(shared.plan(), engine.lanes);
  Crew crew(members);
  std::vector<std::jthread> others;
  const Closed closed{crew};
  for (std::uint32_t k = 1; k < members; ++k)
    others.emplace_back([&crew] {
      const FlushDenormals flush_too;
      crew.serve();
    });
  Pack(shared, engine, arena, crew, source).run(std::move(trials));
}

}  // namespace etalon
