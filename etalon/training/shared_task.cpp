#include "etalon/training/shared_task.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/nn/initializer.h"

namespace etalon {
namespace {

std::uint32_t steps_of(const TrainingTask& task) {
  require_valid(task.training, "training");
  const auto samples = static_cast<std::uint32_t>(task.split->training.size());
  if (task.batch == 0 || task.batch > samples)
    throw RequestError({Field::batch, std::to_string(task.batch),
                        fmt::format("1 to {}, the training samples", samples),
                        "take a smaller batch or more samples"});
  return samples / task.batch;
}

std::uint32_t groups_of(const NetworkDescription& network) {
  std::int32_t last = 0;
  for (const LayerDescription& layer : network.layers) last = std::max(last, layer.group);
  return static_cast<std::uint32_t>(last) + 1;
}

OptimizerConstants constants_of(const OptimizerSpec& spec) {
  OptimizerConstants constants;
  const std::map<std::string, OptimizerKind> kinds{{"sgd", OptimizerKind::sgd},
                                                   {"momentum", OptimizerKind::momentum},
                                                   {"nesterov", OptimizerKind::nesterov},
                                                   {"adam", OptimizerKind::adam},
                                                   {"adamw", OptimizerKind::adamw}};
  constants.kind = kinds.at(spec.name);
  constants.beta1 = static_cast<float>(spec.beta1);
  constants.beta2 = static_cast<float>(spec.beta2);
  constants.epsilon = static_cast<float>(spec.epsilon);
  constants.rest1 = static_cast<float>(1 - spec.beta1);
  constants.rest2 = static_cast<float>(1 - spec.beta2);
  return constants;
}

std::vector<float> input_table(const TrainingTask& task) {
  const Normalization normalization = normalization_of(*task.data, *task.split);
  std::vector<float> table;
  for (std::size_t c = 0; c < normalization.mean.size(); ++c)
    for (int pixel = 0; pixel < 256; ++pixel)
      table.push_back(static_cast<float>((pixel / 255.0 - double{normalization.mean[c]}) *
                                         double{normalization.inverse_deviation[c]}));
  return table;
}

}  // namespace

std::uint32_t state_arrays_of(const OptimizerSpec& spec) {
  return spec.name == "sgd" ? 0 : spec.name == "momentum" || spec.name == "nesterov" ? 1 : 2;
}

SharedTask::SharedTask(const TrainingTask& task, std::uint32_t threads, const std::string& instruction_set)
    : task_(task),
      instruction_set_(instruction_set),
      steps_per_epoch_(steps_of(task)),
      groups_(groups_of(task.network)),
      plan_(task.network, {.batch = task.batch,
                           .state_arrays = state_arrays_of(task.training.optimizer),
                           .members = threads}),
      schedule_(task.training.schedule, steps_per_epoch_, task.epochs),
      optimizer_(constants_of(task.training.optimizer)),
      inputs_(input_table(task)) {}

std::vector<float> SharedTask::initial_weights(std::uint32_t seed_index) const {
  return etalon::initial_weights(task_.network, task_.training.initializer, task_.study_seed, seed_index);
}

std::vector<std::uint32_t> SharedTask::visits(std::uint32_t seed_index, std::uint32_t epoch) const {
  const std::vector<std::uint32_t>& training = task_.split->training;
  std::vector<std::uint32_t> order = batch_order(static_cast<std::uint32_t>(training.size()), task_.batch,
                                                 task_.study_seed, seed_index, epoch);
  for (std::uint32_t& position : order) position = training[position];
  return order;
}

std::optional<double> SharedTask::reference_loss(std::uint32_t seed_index, float label_smoothing) {
  const std::lock_guard lock(mutex_);
  const auto known = reference_losses_.find({seed_index, label_smoothing});
  return known == reference_losses_.end() ? std::nullopt : std::optional(known->second);
}

void SharedTask::keep_reference_loss(std::uint32_t seed_index, float label_smoothing, double loss) {
  const std::lock_guard lock(mutex_);
  reference_losses_[{seed_index, label_smoothing}] = loss;
}

}  // namespace etalon
