/// Trains made-up trials through the public trainer and keeps what became of them.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "etalon/training/trainer.h"
#include "tests/golden/cases.h"

namespace etalon {

/// A convolutional network with dropout on a small set: 40 samples, batch 8, 5 steps an epoch.
inline TrainingTask small_task(const golden::GoldenInputs& inputs, const TrainingSpec& training,
                               std::uint32_t epochs) {
  return {&inputs.data, &inputs.split, inputs.network, training, golden::batch, epochs, golden::study_seed};
}

inline golden::GoldenInputs small_inputs() {
  golden::GoldenCase one;
  one.file = "lane-law";
  one.name = "lane-law";
  one.shape = {1, 12, 12};
  one.classes = 4;
  one.layers = {"conv 5 3x3 pad 1", "relu", "maxpool 2", "conv 3 3x3", "tanh", "dropout 0.2", "dense 4"};
  one.groups = default_groups();
  one.eta = {0.1, 0.1};
  return golden::inputs_of(one);
}

/// Hands out a list in its order. Thread-safe.
class ListSource : public TrialSource {
 public:
  explicit ListSource(std::vector<Assignment> list) : list_(std::move(list)) {}

  std::optional<Assignment> next() override {
    const std::scoped_lock lock(mutex_);
    if (next_ == list_.size()) return std::nullopt;
    return list_[next_++];
  }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void advanced(std::uint64_t, double) override {}
  void finished(Outcome outcome) override {
    const std::scoped_lock lock(mutex_);
    outcomes_[outcome.ticket] = std::move(outcome);
  }
  bool stop_requested() const override { return false; }

  const std::map<std::uint64_t, Outcome>& outcomes() const { return outcomes_; }

 private:
  const std::vector<Assignment> list_;
  std::size_t next_ = 0;
  std::mutex mutex_;
  std::map<std::uint64_t, Outcome> outcomes_;
};

inline std::map<std::uint64_t, Outcome> train(const TrainingTask& task, std::vector<Assignment> list,
                                              const TrainerOptions& options) {
  ListSource source(std::move(list));
  make_trainer(task, options)->train(source);
  return source.outcomes();
}

}  // namespace etalon
