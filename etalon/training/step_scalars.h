/// The numbers of one step that differ from lane to lane: eta times schedule, and Adam's bias corrections.
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

class LaneScalars {
 public:
  LaneScalars(const SharedTask& shared, std::uint32_t lanes);

  /// Sets `lane` for its step number `step` (from 0) and moves `correction` on by one step.
  void set(std::uint32_t lane, std::span<const double> eta, std::uint64_t step, BiasCorrection& correction);
  StepScalars view() const { return {rate_.data(), keep_.data(), root_.data()}; }

 private:
  const SharedTask& shared_;
  std::uint32_t lanes_;
  std::vector<float> rate_, keep_, root_;
};

}  // namespace etalon
