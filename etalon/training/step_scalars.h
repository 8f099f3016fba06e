/// The numbers of one step: those of a trial, and of them what the schedule and Adam's bias corrections make.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/training/engine.h"
#include "etalon/training/shared_task.h"
#include "etalon/training/trial_source.h"

namespace etalon {

/// Powers of beta, multiplied up step by step in double, so that they are the same everywhere.
struct BiasCorrection {
  double power1 = 1, power2 = 1;  ///< beta1^t, beta2^t after t steps
};

class StepNumbers {
 public:
  explicit StepNumbers(const SharedTask& shared);

  /// Takes the trial's numbers. REQUIRES: one for each group, where they are given.
  void begin(const Assignment& trial);
  /// For step number `step` (from 0) of the trial; moves `correction` on by one step.
  void set(std::uint64_t step, BiasCorrection& correction);
  StepScalars view() const { return {rate_.data(), momentum_.data(), decay_.data(), keep_.data(), root_}; }

 private:
  const SharedTask& shared_;
  std::vector<double> eta_, weight_decay_;             ///< [group]
  std::vector<float> rate_, momentum_, decay_, keep_;  ///< [group]
  float root_ = 1;
};

}  // namespace etalon
