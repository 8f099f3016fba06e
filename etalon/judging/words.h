/// From measures to words: what a person who looks at the plot would say. The limits are in limits.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "etalon/judging/measures.h"
#include "etalon/study/verdict.h"

namespace etalon {

/// What the words are made of. Heights are in shares of the plot's height, min(l_0, H): what lies over the
/// level of guessing is gone after a few steps.
struct Look {
  TrialStatus status = TrialStatus::learning;
  double budget_epochs = 1;
  std::optional<EpochsToTarget> target;  ///< 90 % of the set's best descent, whatever target the user gave
  double made = 0;     ///< share of the way from the level of guessing to that target, at the end
  double level = 0;    ///< the final loss in shares of the level of guessing
  double descent = 0;  ///< 1 - min s, in shares of l_0
  double area = 1;
  double climb = 0;  ///< set-back
  double jump = 0;   ///< catapult
  double swing = 0;  ///< oscillation
  double tallest_spike = 0;
  std::optional<Spikes> spikes;
  std::optional<double> blow_up_epochs;  ///< where the first non-finite loss came, if one did
  bool too_short = false;                ///< too few steps to judge stability
  std::optional<double> still_falling;   ///< probability that the last tenth goes down
  // Whoever knows the accuracy at the end says what became of the run; without, the status tells.
  bool above_chance = false;  ///< the accuracy is clearly more than a guess
  std::optional<Fate> fate;
  std::optional<double> accuracy;
};

/// That of the look; else failed unless it learns.
Fate fate_of(const Look& look);

/// `measures` of the curve; `target`: the set's default_loss_target; `label_entropy` as for status_of.
Look look_at(const NormalizedCurve& curve, const CurveMeasures& measures, TrialStatus status,
             std::optional<double> target, double label_entropy);
inline Look look_at(const NormalizedCurve& curve, TrialStatus status, std::optional<double> target,
                    double label_entropy) {
  return look_at(curve, measures_of(curve), status, target, label_entropy);
}

/// super fast, fast: the target is reached within 15 %, 40 % of the budget; slow: later, or at least half of
/// the way to it is made; very slow: less; not moving: stalled. Without a target the area decides.
SpeedWord speed_word(const Look& look);

/// The worst of climb, swing, spikes and jump decides; diverging: the run diverged.
StabilityWord stability_word(const Look& look);

/// "The loss goes down super fast and is perfectly stable."
std::string sentence(const Look& look);

/// The words of one setting over its seeds, and its sentence.
struct CellWords {
  SpeedWord speed = SpeedWord::not_moving;
  StabilityWord stability = StabilityWord::perfectly_stable;
  std::string sentence;
};

/// How far the seeds' last accuracies lie apart: their deviation, less what a draw of `samples` validation
/// samples alone makes of it, in shares of `best_rise`, the set's best accuracy minus chance. Empty where
/// fewer than two were measured or nothing rose.
std::optional<double> seed_spread(std::span<const Look> looks, double best_rise, std::uint32_t samples);

/// The words of how the seeds look together (look_over_seeds). Diverging where at least half diverged, really
/// unstable where any failed beside others that did not, and at best as stable as the `spread` of their
/// accuracies (seed_spread). The sentence counts seeds that diverged, did not learn or ended no better than a
/// guess, and gives the range of accuracies where the seeds end apart. REQUIRES: `looks` not empty.
CellWords words_over_seeds(std::span<const Look> looks, const Look& together,
                           std::optional<double> spread = {});

}  // namespace etalon
