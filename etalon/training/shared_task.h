/// What all training threads share: the task, its plans and tables, and what depends on a seed index alone.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "etalon/nn/network_plan.h"
#include "etalon/training/dispatch.h"
#include "etalon/training/engine.h"
#include "etalon/training/schedule.h"
#include "etalon/training/trainer.h"

namespace etalon {

/// Numbers that the optimizer keeps beside each weight.
std::uint32_t state_arrays_of(const OptimizerSpec& spec);

/// Immutable once made, but for a cache that guards itself: any thread may ask.
class SharedTask {
 public:
  /// Throws RequestError as make_trainer does. `threads`: the most that may share a trial; `instruction_set`:
  /// see TrainerOptions.
  SharedTask(const TrainingTask& task, std::uint32_t threads, const std::string& instruction_set = "");

  const TrainingTask& task() const { return task_; }
  const NetworkPlan& plan() const { return plan_; }
  const Engine& engine(const NetworkPlan& plan) const { return engine_for(plan.slots(), instruction_set_); }
  const Schedule& schedule() const { return schedule_; }
  std::uint32_t steps_per_epoch() const { return steps_per_epoch_; }
  std::uint32_t groups() const { return groups_; }

  /// Labels are smoothed to train, as the trial says, and as they are to test.
  EngineTask engine_task(float label_smoothing) const {
    return {plan_.view(), inputs_.data(), optimizer_, label_smoothing};
  }
  /// Of a plan for forward passes alone, made with the task's batch.
  EngineTask forward_task(const NetworkPlan& plan) const {
    return {plan.view(), inputs_.data(), optimizer_, 0};
  }

  /// Drawn anew each time: they may be many.
  std::vector<float> initial_weights(std::uint32_t seed_index) const;
  /// Indices into the data's training part, in the order in which that epoch visits them.
  std::vector<std::uint32_t> visits(std::uint32_t seed_index, std::uint32_t epoch) const;
  /// l_0 of a seed index and a smoothing of labels, once measured.
  std::optional<double> reference_loss(std::uint32_t seed_index, float label_smoothing);
  void keep_reference_loss(std::uint32_t seed_index, float label_smoothing, double loss);

 private:
  TrainingTask task_;
  std::string instruction_set_;
  std::uint32_t steps_per_epoch_;
  std::uint32_t groups_;
  NetworkPlan plan_;
  Schedule schedule_;
  OptimizerConstants optimizer_;
  std::vector<float> inputs_;  ///< [channel][256]

  std::mutex mutex_;
  std::map<std::pair<std::uint32_t, float>, double> reference_losses_;  ///< guarded by mutex_
};

}  // namespace etalon
