/// The border between the trainer and code compiled for one instruction set and number of slots: a table of
/// functions over plain data. Nothing on this border is inline, so no code made for a newer processor leaks
/// out of its own file.
///
/// Thread safety: an engine has no state; a trial's memory is used by the members of one crew at a time, each
/// of which holds a FlushDenormals.
#pragma once

#include <cstdint>

#include "etalon/nn/network_plan.h"

namespace etalon {

enum class OptimizerKind : std::uint8_t { sgd, momentum, nesterov, adam, adamw };

/// What an update needs that neither a trial nor a step changes.
struct OptimizerConstants {
  OptimizerKind kind = OptimizerKind::sgd;
  float beta1 = 0, beta2 = 0, epsilon = 0;
  float rest1 = 0, rest2 = 0;  ///< 1 - beta1, 1 - beta2, subtracted in double
};

/// What an update needs of one step.
struct StepScalars {
  const float* rate;      ///< [group]: eta times schedule; adam: over its first bias correction
  const float* momentum;  ///< [group]
  const float* decay;     ///< [group]: weight decay; adamw has it in `keep`
  const float* keep;      ///< [group]: adamw: 1 - eta * weight decay
  float root;             ///< adam: square root of the second bias correction
};

/// Samples 0 .. count-1 of a minibatch.
struct SampleView {
  const std::uint8_t* const* images;  ///< [b] -> [c][y][x]
  const std::int32_t* labels;         ///< [b]
  std::uint32_t count;                ///< 1 to plan.batch
};

struct EngineTask {
  PlanView plan;
  const float* inputs;  ///< [channel][256]: the normalized input for each pixel value
  OptimizerConstants optimizer;
  float label_smoothing;  ///< of every loss that is computed; 0: plain cross-entropy
};

/// A trial's memory, as nn/network_plan.h counts it.
struct TrialMemory {
  float* numbers;
  float* values;
};

struct Engine {
  std::uint32_t slots;  ///< of the plans that it runs
  const char* instruction_set;
  const char* numeric_class;
  /// One minibatch of plan.batch samples: losses[b] at the weights as they are, then their update. Called by
  /// each member with the same arguments.
  void (*train)(const EngineTask& task, TrialMemory memory, const SampleView& samples,
                const StepScalars& scalars, float* losses, const Member& member);
  /// losses[b] and right[b] (1 or 0); dropout is off and nothing is updated. Called by each member.
  void (*evaluate)(const EngineTask& task, TrialMemory memory, const SampleView& samples, float* losses,
                   std::int32_t* right, const Member& member);
};

}  // namespace etalon
