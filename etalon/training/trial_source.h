/// Which trials are trained: the trainer pulls assignments from a source and hands outcomes back to it, so
/// that training never calls upward.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etalon/training/trial_state.h"

namespace etalon {

/// One trial to train, to the end of epoch `epochs`: from its initial weights, or from a state on the way, be it
/// of a trial that was paused or of one that had ended there.
struct Assignment {
  std::uint64_t ticket = 0;  ///< the source's own number for it
  std::vector<double> eta;   ///< [group]
  std::uint32_t seed_index = 0;
  std::uint32_t epochs = 0;           ///< budget; schedules run over the study's full epochs
  std::optional<TrialState> state{};  ///< where it goes on; nothing: at its initial weights

  // What is left out is the task's.
  std::vector<double> momentum{}, weight_decay{};  ///< [group]
  std::optional<double> label_smoothing{};
  std::optional<std::uint32_t> batch{};
};

/// An assignment between two steps.
struct Pause {
  std::uint64_t ticket = 0;
  TrialState state;
};

/// What became of an assignment.
struct Outcome {
  std::uint64_t ticket = 0;
  Curve curve;
  std::vector<float>
      weights;  ///< final parameters, [NetworkDescription::parameters]; where diverged, as they were then
  std::uint64_t samples_trained = 0;
  double seconds = 0;                 ///< of training, its validation left out
  std::optional<TrialState> state{};  ///< from which a larger budget goes on; where the source keeps states
};

/// Hands out trials in the plan's order. Called from several training threads at once: implementations are
/// thread-safe.
class TrialSource {
 public:
  virtual ~TrialSource() = default;

  /// The next trial; nothing if none is left: the thread then helps with others' trials.
  virtual std::optional<Assignment> next() = 0;
  /// After every epoch of a trial; for display alone.
  virtual void epoch_done(std::uint64_t ticket, std::uint32_t epoch, const EpochPoint& point) = 0;
  /// After every few steps; for display alone. `samples` counts samples trained since the last call,
  /// `seconds` the training seconds of this thread, for its own trials or (with no samples) for those of
  /// others.
  virtual void advanced(std::uint64_t samples, double seconds) = 0;
  virtual void finished(Outcome outcome) = 0;
  /// True: outcomes come with the state that they ended in.
  virtual bool keeps_states() const { return false; }
  /// Asked at every step, and within validation: true makes every thread leave soon, its trial paused.
  virtual bool stop_requested() const = 0;

  /// Asked between any two steps of a trial. `seconds` went by since its thread began or was last told true;
  /// true: checkpoint() follows at once.
  virtual bool checkpoint_due(double /*seconds*/) const { return false; }
  /// A trial that has taken a step: when due, and for the last time before its thread leaves because of
  /// stop_requested(). The trial waits until it returns.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): who keeps it moves it on
  virtual void checkpoint(Pause /*trial*/) {}
};

}  // namespace etalon
