#include "etalon/running/assignment.h"

#include "etalon/study/hyperparameters.h"

namespace etalon {

Assignment assignment_of(const StudyDefinition& study, const TrialKey& trial, std::uint32_t epochs) {
  Hyperparameters numbers = hyperparameters_of(study, trial.setting);
  return {.eta = std::move(numbers.eta),
          .seed_index = trial.seed_index,
          .epochs = epochs,
          .momentum = std::move(numbers.momentum),
          .weight_decay = std::move(numbers.weight_decay),
          .label_smoothing = numbers.label_smoothing,
          .batch = numbers.batch};
}

}  // namespace etalon
