/// One pack: trials that ride together, one a lane, from their first step to their last, or from one pause to
/// the next.
///
/// All riders share their phase: the steps done of their epochs, which need not be the same epoch. A lane
/// whose trial ends, by its budget or by a training loss that is not finite, takes the source's next trial,
/// of phase 0, at the epoch's end; when none rides any more, the pack is over.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etalon/training/augmented_images.h"
#include "etalon/training/crew.h"
#include "etalon/training/dropout_factors.h"
#include "etalon/training/evaluate.h"
#include "etalon/training/roster.h"
#include "etalon/training/step_scalars.h"

namespace etalon {

/// Used by one thread, which leads the crew. Whoever is in the crew holds a FlushDenormals.
class Pack {
 public:
  /// All are borrowed; `arena` was made for shared.plan() and engine.lanes.
  Pack(SharedTask& shared, const Engine& engine, Arena& arena, Crew& crew, AssignmentSource& source);

  /// Trains `trials` (at most one a lane) and those that take over their lanes. Returns early if the source
  /// asks to stop, after it was handed the state of every rider. Throws Failure for a state that is not of
  /// this task, or of another phase than the first.
  void run(std::vector<Assignment> trials);

 private:
  struct Rider {
    Assignment trial;
    Curve curve;
    BiasCorrection correction;
    std::uint64_t step = 0;
    std::uint32_t epoch = 0;
    double seconds = 0;
  };
  using Lane = std::optional<Rider>;

  void board(std::uint32_t lane, Assignment trial);
  void go_on(std::uint32_t lane, Rider& rider, TrialState state);
  void require_fits(const TrialState& state, std::uint32_t epochs) const;
  void leave(std::uint32_t lane);
  void refill();
  bool any_riding() const;
  void set_orders();
  bool train_epoch();
  void train_step(std::uint32_t step);
  void set_samples(std::uint32_t step);
  void set_scalars();
  void record_losses();
  bool evaluate_epoch();
  void close_epoch(const std::vector<Evaluation>& evaluations);
  void checkpoint_if_due();
  void checkpoint();
  void count_time(double seconds);
  void tell_progress(bool at_once);

  SharedTask& shared_;
  const Engine& engine_;
  Arena& arena_;
  Crew& crew_;
  AssignmentSource& source_;
  EngineTask task_;
  std::vector<Lane> lanes_;
  std::uint32_t phase_ = 0;                               ///< of every rider
  Visits visits_;                                         ///< of this epoch
  std::vector<const std::vector<std::uint32_t>*> order_;  ///< [lane] this epoch's visits
  AugmentedImages augmented_;
  SampleBlock block_;
  LaneScalars scalars_;
  std::vector<float> losses_;
  std::uint64_t untold_samples_ = 0;
  double untold_seconds_ = 0;
  double last_told_, last_checkpoint_;
};

}  // namespace etalon
