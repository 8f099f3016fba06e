/// The border between the trainer and code compiled for one instruction set and width: a table of functions
/// over plain data. Nothing on this border is inline, so no code made for a newer processor leaks out of its
/// own file.
///
/// Thread safety: an engine has no state; an arena is used by the members of one crew at a time, each of
/// which holds a FlushDenormals.
#pragma once

#include <cstdint>

#include "etalon/nn/plan.h"

namespace etalon {

enum class OptimizerKind : std::uint8_t { sgd, momentum, nesterov, adam, adamw };

/// What an update needs that no lane or step changes.
struct OptimizerConstants {
  OptimizerKind kind = OptimizerKind::sgd;
  float momentum = 0, beta1 = 0, beta2 = 0, epsilon = 0, weight_decay = 0;
  float rest1 = 0, rest2 = 0;  ///< 1 - beta1, 1 - beta2, subtracted in double
};

/// What an update needs of one step, lane by lane. All lie side by side, [group][lane] or [lane].
struct StepScalars {
  const float* rate;  ///< [group][lane]: eta times schedule; adam: over its first bias correction
  const float* keep;  ///< [group][lane]: adamw: 1 - eta * weight decay
  const float* root;  ///< [lane]: adam: square root of the second bias correction
};

/// Samples 0 .. count-1 of a minibatch, each lane its own.
struct LaneSamples {
  const std::uint8_t* const* images;  ///< [b][lane] -> [c][y][x]
  const std::int32_t* labels;         ///< [b][lane]
  std::uint32_t count;
};

struct EngineTask {
  PlanView plan;
  const float* inputs;  ///< [channel][256]: the normalized input for each pixel value
  OptimizerConstants optimizer;
  float label_smoothing;  ///< of every loss that is computed; 0: plain cross-entropy
};

struct Engine {
  std::uint32_t lanes;
  std::uint32_t registers;  ///< that one value takes; 1 where the width suits the instruction set
  const char* instruction_set;
  const char* numeric_class;
  /// One minibatch of plan.batch samples: losses[b][lane] at the weights as they are, then their update.
  /// Called by each member with the same arguments.
  void (*train)(const EngineTask& task, float* arena, const LaneSamples& samples, const StepScalars& scalars,
                float* losses, const Member& member);
  /// losses[b][lane] and right[b][lane] (1 or 0); dropout is off and nothing is updated. Called by each
  /// member.
  void (*evaluate)(const EngineTask& task, float* arena, const LaneSamples& samples, float* losses,
                   std::int32_t* right, const Member& member);
};

}  // namespace etalon
