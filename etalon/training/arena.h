/// The memory that one trial trains in: a plan's numbers, then its values, each as wide as a group of slots.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "etalon/nn/network_plan.h"
#include "etalon/training/engine.h"

namespace etalon {

/// Zero when made, aligned for any engine, in large pages where the system has them. Owned by one thread.
class Arena {
 public:
  /// Throws Failure if the memory cannot be had.
  explicit Arena(const NetworkPlan& plan);

  TrialMemory memory() { return {memory_.get(), values()}; }

  /// Numbers that outlive a step: the parameters, then what the optimizer keeps beside each.
  std::size_t state_size() const { return plan_.places().size() * arrays(); }
  /// Sets the parameters, and the optimizer's state where `values` goes on to it, else to 0.
  /// REQUIRES: the parameters alone, or state_size() of them.
  void load(std::span<const float> values);
  /// All that outlives a step, [array][flat parameter]; every NaN becomes the one quiet NaN.
  std::vector<float> state() const;
  /// The parameters as a flat array; every NaN becomes the one quiet NaN.
  std::vector<float> parameters() const;

  /// Number `k` of value `value`, in `slot`.
  float& at(std::uint64_t value, std::uint32_t slot) { return values()[value * plan_.slots() + slot]; }

  static std::uint64_t bytes(const NetworkPlan& plan);

 private:
  std::uint64_t arrays() const { return plan_.state_end() / plan_.parameters(); }
  float* values() { return memory_.get() + plan_.numbers(); }
  std::vector<float> flat(std::uint64_t arrays) const;

  struct Free {
    void operator()(float* memory) const;
  };
  const NetworkPlan& plan_;
  std::unique_ptr<float[], Free> memory_;
};

/// Asks the system for large pages where `memory`, not yet touched, holds whole ones: a wish, without which
/// all works, a little slower.
void wish_for_large_pages(void* memory, std::uint64_t bytes);

/// The NaN that curves and weights keep in place of any NaN: which one arithmetic gives is the compiler's
/// choice.
float canonical(float value);

}  // namespace etalon
