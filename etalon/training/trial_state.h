/// A trial between two steps: all that is needed to go on to the same bits, by any instruction set, on any
/// number of threads, on any machine of the same numeric class. Plain values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "etalon/base/files.h"
#include "etalon/study/trial.h"

namespace etalon {

struct TrialState {
  Curve curve;                    ///< so far: a loss for each step done, a point for each epoch finished
  std::uint64_t step = 0;         ///< steps done
  double power1 = 1, power2 = 1;  ///< beta1^step, beta2^step as they were multiplied up
  double seconds = 0;             ///< as in Outcome
  /// [1 + arrays that the optimizer keeps][NetworkDescription::parameters]: weights, running statistics among
  /// them, then the optimizer's. Every NaN is the one quiet NaN.
  std::vector<float> values;

  /// Steps done of the epoch at hand, in [0, steps an epoch]; at the end of that range the epoch's validation
  /// is still to be measured. Throws Failure if the curve is of another step.
  std::uint32_t step_of_epoch() const;
};

/// Little-endian: "EtTS", format (4 bytes, 1), step (8), power1, power2, seconds (8 each), number of values
/// (8), the values (a float each), CRC-32 of all before (4). The curve is not among them: whoever stores the
/// bytes keeps it beside. They depend on the trial and its step alone, but for `seconds`.
Bytes to_bytes(const TrialState& state);

/// Throws Failure for bytes that are damaged or none of Etalon's, and for a curve of another step.
TrialState state_from_bytes(std::span<const std::uint8_t> bytes, Curve curve);

}  // namespace etalon
