/// Single layers and the processor's ceiling, compiled for one width and instruction set, as plain functions.
/// All that the benchmarks know of the kernels' insides stands in layer_probe.cpp.
#pragma once

#include <cstdint>

#include "etalon/nn/plan.h"

namespace etalon {

struct LayerProbe {
  std::uint32_t lanes;
  std::uint32_t chains;  ///< independent multiply-adds of a round
  /// `rounds` times `chains` independent multiply-adds over all lanes; returns a number that depends on each.
  float (*multiply_add)(std::uint64_t rounds, float factor);
  /// One layer over the whole minibatch: forward, or its gradients without an update.
  void (*forward)(const LayerPlan& layer, float* arena, std::uint32_t batch);
  void (*backward)(const LayerPlan& layer, float* arena, std::uint32_t batch);
};

}  // namespace etalon
