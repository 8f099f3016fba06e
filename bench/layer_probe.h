/// Single layers and the processor's ceiling, compiled for one width and instruction set, as plain functions.
#pragma once

#include <cstdint>

#include "etalon/nn/plan.h"

namespace etalon {

struct LayerProbe {
  std::uint32_t lanes;
  /// `rounds` times 24 (with 16 lanes) or 12 independent multiply-adds over all lanes; returns a number that
  /// depends on each.
  float (*multiply_add)(std::uint64_t rounds, float factor);
  /// One layer over the whole minibatch: forward, or its gradients without an update.
  void (*forward)(const LayerPlan& layer, float* arena, std::uint32_t batch);
  void (*backward)(const LayerPlan& layer, float* arena, std::uint32_t batch);
};

}  // namespace etalon
