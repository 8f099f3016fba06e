/// From measures to words: what a person who looks at the plot would say. The limits are in limits.h.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "etalon/judging/measures.h"
#include "etalon/study/verdict.h"

namespace etalon {

/// What the words are made of; heights in shares of l_0, as the eye sees them in a plot.
struct Look {
  TrialStatus status = TrialStatus::learning;
  double budget_epochs = 1;
  std::optional<EpochsToTarget> target;  ///< 90 % of the set's best descent, whatever target the user gave
  double target_descent = 0;             ///< 1 - target / l_0; 0 where there is none
  double descent = 0;                    ///< 1 - min s
  double final_loss = 1;
  double area = 1;
  double climb = 0;  ///< set_back x descent
  double jump = 0;   ///< catapult x descent
  double swing = 0;  ///< oscillation
  std::optional<Spikes> spikes;
  std::optional<double> blow_up_epochs;  ///< where the first non-finite loss came, if one did
};

/// `target`: the set's default_loss_target.
Look look_at(const NormalizedCurve& curve, TrialStatus status, std::optional<double> target);

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

/// The middle word (the worse of two) of the seeds that did not diverge; diverging where at least half did,
/// really unstable where any did. The sentence counts diverged and stalled seeds.
/// REQUIRES: `looks` not empty.
CellWords words_over_seeds(std::span<const Look> looks);

}  // namespace etalon
