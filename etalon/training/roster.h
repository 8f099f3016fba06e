/// Which trial rides in which lane: the trainer pulls assignments from a source and hands outcomes back to
/// it, so that refills never make training call upward.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etalon/study/trial.h"

namespace etalon {

/// One trial to train, from its initial weights to the end of epoch `epochs`.
struct Assignment {
  std::uint64_t ticket = 0;  ///< the source's own number for it
  std::vector<double> eta;   ///< [group]
  std::uint32_t seed_index = 0;
  std::uint32_t epochs = 0;  ///< budget; schedules run over the study's full epochs
};

/// What became of an assignment.
struct Outcome {
  std::uint64_t ticket = 0;
  Curve curve;
  std::vector<float>
      weights;  ///< final parameters, [NetworkDescription::parameters]; where diverged, as they were then
  std::uint64_t samples_trained = 0;
  double seconds = 0;  ///< the pack's training seconds over its live lanes
};

/// Hands out trials in the plan's order. Called from several training threads at once: implementations are
/// thread-safe.
class AssignmentSource {
 public:
  virtual ~AssignmentSource() = default;

  /// Up to `most` trials for a fresh pack. Empty: nothing left, the thread helps with others' packs.
  virtual std::vector<Assignment> next_pack(std::uint32_t most) = 0;
  /// One trial for a lane that fell free at an epoch's end; nothing if none is left.
  virtual std::optional<Assignment> next() = 0;
  /// After every epoch of a trial; for display alone.
  virtual void epoch_done(std::uint64_t ticket, std::uint32_t epoch, const EpochPoint& point) = 0;
  /// After every few steps; for display alone. `samples` counts trial-samples since the last call, `seconds`
  /// the training seconds of this thread, for its own packs or (with no samples) for those of others.
  virtual void advanced(std::uint64_t samples, double seconds) = 0;
  virtual void finished(Outcome outcome) = 0;
  /// Asked at every step: true makes every thread leave soon, unfinished trials untold.
  virtual bool stop_requested() const = 0;
};

}  // namespace etalon
