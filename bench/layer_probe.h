/// Single layers and the processor's ceiling, compiled for one instruction set, as plain functions. All that
/// the benchmarks know of the kernels' insides stands in layer_probe.cpp.
#pragma once

#include <cstdint>

#include "etalon/nn/network_plan.h"
#include "etalon/training/engine.h"

namespace etalon {

struct LayerProbe {
  std::uint32_t slots;
  const char* instruction_set;
  std::uint32_t chains;  ///< independent multiply-adds of a round, each of `width` numbers
  std::uint32_t width;
  /// `rounds` times `chains` independent multiply-adds; returns a number that depends on each.
  float (*multiply_add)(std::uint64_t rounds, float factor);
  /// One layer over a minibatch of `batch` samples on one thread, `block` groups at a time: forward, or its
  /// gradients without an update. What is done once a minibatch (transforms of the weights, adding up the
  /// slots) counts.
  void (*forward)(const LayerPlan& layer, TrialMemory memory, std::uint32_t batch, std::uint32_t block);
  void (*backward)(const LayerPlan& layer, TrialMemory memory, std::uint32_t batch, std::uint32_t block);
};

}  // namespace etalon
