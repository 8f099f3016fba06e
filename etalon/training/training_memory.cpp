#include "etalon/training/training_memory.h"

#include "etalon/base/check.h"
#include "etalon/training/arena.h"
#include "etalon/training/shared_task.h"

namespace etalon {

TrainingMemory training_memory(const NetworkDescription& network, const OptimizerSpec& optimizer,
                               std::uint32_t batch, std::uint32_t threads) {
  check(threads > 0, "threads", threads, "at least 1");
  const NetworkPlan plan(network,
                         {.batch = batch, .state_arrays = state_arrays_of(optimizer), .members = threads});
  TrainingMemory memory;
  memory.trials = threads;
  memory.weights = plan.parameters() * sizeof(float);
  memory.optimizer = (plan.state_end() - plan.parameters()) * sizeof(float);
  memory.activations = Arena::bytes(plan) - memory.weights - memory.optimizer;
  memory.copy = memory.places = network.parameters * sizeof(float);
  return memory;
}

}  // namespace etalon
