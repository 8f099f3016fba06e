/// The memory that one pack trains in: a plan's values, each as wide as the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "etalon/nn/plan.h"

namespace etalon {

/// Zero when made, aligned for any engine, in large pages where the system has them. Owned by one thread.
class Arena {
 public:
  /// Throws Failure if the memory cannot be had.
  Arena(const NetworkPlan& plan, std::uint32_t lanes);

  float* data() { return memory_.get(); }

  /// Sets one lane's parameters from a flat array and its optimizer state to 0.
  void load(std::uint32_t lane, std::span<const float> parameters);
  /// One lane's parameters as a flat array; every NaN becomes the one quiet NaN.
  std::vector<float> parameters(std::uint32_t lane) const;

  /// Number `k` of value `value`, in `lane`.
  float& at(std::uint64_t value, std::uint32_t lane) { return memory_[value * lanes_ + lane]; }

  static std::uint64_t bytes(const NetworkPlan& plan, std::uint32_t lanes);

 private:
  struct Free {
    void operator()(float* memory) const;
  };
  const NetworkPlan& plan_;
  std::uint32_t lanes_;
  std::unique_ptr<float[], Free> memory_;
};

/// The NaN that curves and weights keep in place of any NaN: which one arithmetic gives is the compiler's
/// choice.
float canonical(float value);

}  // namespace etalon
