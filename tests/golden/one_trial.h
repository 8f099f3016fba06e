/// Trains one trial through the public trainer, as its only customer.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "etalon/training/trainer.h"
#include "tests/golden/cases.h"

namespace etalon::golden {

/// Hands out one assignment and keeps what became of it. For one thread.
class OneTrial : public TrialSource {
 public:
  explicit OneTrial(Assignment assignment) : assignment_(std::move(assignment)) {}

  std::optional<Assignment> next() override {
    if (std::exchange(taken_, true)) return std::nullopt;
    return assignment_;
  }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void advanced(std::uint64_t, double) override {}
  void finished(Outcome outcome) override { outcome_ = std::move(outcome); }
  bool stop_requested() const override { return false; }

  const std::optional<Outcome>& outcome() const { return outcome_; }

 private:
  Assignment assignment_;
  bool taken_ = false;
  std::optional<Outcome> outcome_;
};

/// What the trainer makes of a trial of a case, by an instruction set ("": the newest).
inline Outcome train_case(const GoldenInputs& inputs, const TrainingSpec& training, Assignment trial,
                          const std::string& set = "") {
  const TrainingTask task{&inputs.data, &inputs.split, inputs.network, training, batch, epochs, study_seed};
  trial.ticket = 1;
  trial.seed_index = seed_index;
  trial.epochs = epochs;
  OneTrial source(std::move(trial));
  make_trainer(task, {.threads = 1, .instruction_set = set})->train(source);
  return source.outcome().value();
}
inline Outcome train_case(const GoldenInputs& inputs, const TrainingSpec& training,
                          const std::vector<double>& eta, const std::string& set = "") {
  return train_case(inputs, training, Assignment{.eta = eta}, set);
}

/// The trial that the case describes.
inline Assignment trial_of(const GoldenCase& made) {
  return {.eta = made.eta, .momentum = made.momentum, .weight_decay = made.weight_decay};
}

}  // namespace etalon::golden
