/// One trial from its first step to its last, or from one pause to the next.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/training/crew.h"
#include "etalon/training/evaluate.h"
#include "etalon/training/step_scalars.h"
#include "etalon/training/trial_source.h"

namespace etalon {

/// Used by one thread, which leads the crew. Whoever is in the crew holds a FlushDenormals.
class TrialRun {
 public:
  /// All are borrowed; `arena` was made for shared.plan(). `engine`: of the plan's slots.
  TrialRun(SharedTask& shared, const Engine& engine, Arena& arena, Crew& crew, TrialSource& source);

  /// Trains `trial` and hands its outcome to the source; a training loss that is not finite ends it early.
  /// False if the source asked to stop midway: it was handed the trial's state. Throws Failure for a state
  /// that is not of this task.
  bool run(Assignment trial);

 private:
  void begin(Assignment trial);
  void go_on(TrialState state);
  void require_fits(const TrialState& state) const;
  bool train_epoch();
  void train_step(std::uint32_t step);
  void set_samples(std::uint32_t step);
  void augment_samples(const std::uint32_t* visited);
  bool diverged() const;
  double reference_loss();
  bool close_epoch();
  void finish();
  TrialState state() const;
  void checkpoint_if_due();
  void checkpoint();
  void tell_progress(bool at_once);

  SharedTask& shared_;
  const Engine& engine_;
  Arena& arena_;
  Crew& crew_;
  TrialSource& source_;
  EngineTask task_;

  Assignment trial_;
  Curve curve_;
  BiasCorrection correction_;
  std::uint64_t step_ = 0;
  double seconds_ = 0;

  std::vector<std::uint32_t> visits_;  ///< of this epoch
  SampleBlock block_;
  std::vector<std::uint8_t> augmented_;  ///< [batch][c][y][x]
  StepNumbers scalars_;
  std::vector<float> losses_;
  std::uint64_t untold_samples_ = 0;
  double untold_seconds_ = 0;
  double last_told_, last_checkpoint_;
};

}  // namespace etalon
