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

  /// Numbers of one lane that outlive a step: its parameters, then what the optimizer keeps beside each.
  std::size_t values_of_lane() const { return plan_.places().size() * arrays(); }
  /// Sets one lane's parameters, and its optimizer state where `values` goes on to it, else to 0.
  /// REQUIRES: the parameters alone, or values_of_lane() of them.
  void load(std::uint32_t lane, std::span<const float> values);
  /// All that outlives a step, [lane of `lanes`][array][flat parameter]; every NaN becomes the one quiet NaN.
  std::vector<std::vector<float>> values(std::span<const std::uint32_t> lanes) const;
  /// One lane's parameters as a flat array; every NaN becomes the one quiet NaN.
  std::vector<float> parameters(std::uint32_t lane) const;

  /// Number `k` of value `value`, in `lane`.
  float& at(std::uint64_t value, std::uint32_t lane) { return memory_[value * lanes_ + lane]; }

  static std::uint64_t bytes(const NetworkPlan& plan, std::uint32_t lanes);

 private:
  std::uint64_t arrays() const { return plan_.state_end() / plan_.parameters(); }

  struct Free {
    void operator()(float* memory) const;
  };
  const NetworkPlan& plan_;
  std::uint32_t lanes_;
  std::unique_ptr<float[], Free> memory_;
};

/// Asks the system for large pages where `memory`, not yet touched, holds whole ones: a wish, without which
/// all works, a little slower.
void wish_for_large_pages(void* memory, std::uint64_t bytes);

/// The NaN that curves and weights keep in place of any NaN: which one arithmetic gives is the compiler's
/// choice.
float canonical(float value);

}  // namespace etalon
