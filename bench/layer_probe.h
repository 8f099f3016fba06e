/// Single layers and the processor's ceiling, compiled for one width and instruction set, as plain functions.
/// All that the benchmarks know of the kernels' insides stands in layer_probe.cpp.
#pragma once

#include <cstdint>

#include "etalon/nn/plan.h"

namespace etalon {

/// How the engine runs a layer on one thread.
struct LayerRun {
  std::uint32_t batch = 0;
  std::uint32_t block = 1;  ///< samples that go through the layer's stage together
  std::uint32_t parts = 1;  ///< that the minibatch's gradient is summed in
};

struct LayerProbe {
  std::uint32_t lanes;
  std::uint32_t chains;  ///< independent multiply-adds of a round
  /// `rounds` times `chains` independent multiply-adds over all lanes; returns a number that depends on each.
  float (*multiply_add)(std::uint64_t rounds, float factor);
  /// One layer over the whole minibatch: forward, or its gradients without an update. What is done once a
  /// minibatch (transforms of the weights, adding up the parts) counts.
  void (*forward)(const LayerPlan& layer, float* arena, const LayerRun& run);
  void (*backward)(const LayerPlan& layer, float* arena, const LayerRun& run);
};

}  // namespace etalon
