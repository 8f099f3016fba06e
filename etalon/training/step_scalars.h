/// The numbers of one step: eta times schedule, and Adam's bias corrections.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "etalon/training/engine.h"
#include "etalon/training/shared_task.h"

namespace etalon {

/// Powers of beta, multiplied up step by step in double, so that they are the same everywhere.
struct BiasCorrection {
  double power1 = 1, power2 = 1;  ///< beta1^t, beta2^t after t steps
};

class StepNumbers {
 public:
  explicit StepNumbers(const SharedTask& shared);

  /// For step number `step` (from 0); moves `correction` on by one step.
  void set(std::span<const double> eta, std::uint64_t step, BiasCorrection& correction);
  StepScalars view() const { return {rate_.data(), keep_.data(), root_}; }

 private:
  const SharedTask& shared_;
  std::vector<float> rate_, keep_;
  float root_ = 1;
};

}  // namespace etalon
