/// What the judge says: of one curve (Verdict), and of one setting over its seeds (CellSummary).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/study/trial.h"

namespace etalon {

/// stopped: it was not trained to the study's epochs, so that nothing compares with it.
enum class TrialStatus { learning, stalled, diverged, stopped };
/// What became of a run, as the choice counts it (judging/failure.h): learned; slow, which did not learn
/// within the budget because its etas are small; failed, by divergence or otherwise.
enum class Fate { learned, slow, failed };
enum class SpeedWord { super_fast, fast, slow, very_slow, not_moving };
/// From the best to the worst; the first is that of a calm run with too few steps to call it stable.
enum class StabilityWord { too_short, perfectly_stable, quite_stable, unstable, really_unstable, diverging };

std::string to_text(TrialStatus status);  ///< "learning"
std::string to_text(Fate fate);           ///< "failed"
std::string to_text(SpeedWord speed);     ///< "super fast"
std::string to_text(StabilityWord word);  ///< "perfectly stable"

/// Epochs until a target was reached and held. A run that misses it is censored at the budget, never dropped.
struct EpochsToTarget {
  double epochs = 0;  ///< fractional, in (0, budget]; the budget where censored
  bool reached = false;
};

/// The measures of one curve; definitions in judging/measures.h. An empty optional is 'not measured', never
/// 0.
struct Verdict {
  TrialStatus status = TrialStatus::learning;  ///< of the training curve alone, or stopped
  Fate fate = Fate::learned;
  std::optional<EpochsToTarget> loss_target;  ///< empty if no target could be fixed
  std::optional<EpochsToTarget> accuracy_target;
  double area = 0;      ///< (1/T) sum of min(v_t, 10), in [0, 10]; small is fast
  double set_back = 0;  ///< [0, 10]: the share of the descent lost again at the worst moment
  double catapult = 0;  ///< [0, 10]: the same within the first 2 % of steps, told apart
  std::optional<double>
      spike_share;         ///< [0, 1]; empty where the curve is too short to have a trailing median
  double instability = 0;  ///< [0, 10]: what is lost of the descent on the way beyond noise, in shares of it
  double oscillation = 0;  ///< [0, 1]: fast swings beyond minibatch noise, root mean square in shares of l_0
  std::optional<double> still_falling;  ///< [0, 1]: probability that the slope of the last tenth is negative
  double final_training_loss = 0;       ///< smoothed, capped at the reference loss
  std::optional<double> final_validation_loss;
  std::optional<double> accuracy;  ///< last epoch's validation accuracy; chance if diverged
  bool too_short = false;          ///< too few steps to judge how stable the run is, or how it ends
  SpeedWord speed = SpeedWord::slow;
  StabilityWord stability = StabilityWord::quite_stable;
  std::string sentence;  ///< "The loss goes down fast and is quite stable."
};

struct JudgedTrial {
  TrialKey key;
  Verdict verdict;
};

/// Mean and deviation over seeds; deviation is empty with one value, all is empty with none.
struct Spread {
  std::optional<double> mean;
  std::optional<double> deviation;  ///< sample standard deviation (n - 1)
  std::uint32_t count = 0;
};

/// Where failure begins upwards of a setting in one group's eta, the other etas equal: above `held`, at or
/// before `failed`, both in decades of eta from the setting. Never interpolated: the boundary is fractal.
struct Margin {
  std::optional<double> held;    ///< the last setting without a failed seed before one with such, at least 0;
                                 ///< empty where the setting itself has one
  std::optional<double> failed;  ///< the first setting with a failed seed, 0 for the setting itself; empty
                                 ///< where none has, so that where failure begins is unknown
  friend bool operator==(const Margin&, const Margin&) = default;
};

/// How the training loss goes in the last quarter of the budget, over the seeds that learned.
struct LossSlope {
  double falling = 0;  ///< [0, 1]: probability that it falls
  double fall = 0;     ///< by which share of itself it falls there; negative where it rises
};

/// What a longer budget may reach; a definition in judging/forecast.h.
struct AccuracyForecast {
  double budgets = 2;                      ///< so many times the budget
  double expected = 0, low = 0, high = 0;  ///< accuracy; `low` is the one of now
};

/// One setting on one set, over its tuning seeds.
struct CellSummary {
  Setting setting;
  std::uint32_t seeds = 0;
  std::uint32_t diverged_seeds = 0;
  std::uint32_t stalled_seeds = 0;
  std::uint32_t failed_seeds = 0;  ///< diverged ones included
  std::uint32_t slow_seeds = 0;
  double failure_upper = 0;  ///< Wilson 95 % upper bound of the share of failed seeds
  Spread accuracy, final_training_loss, final_validation_loss, area, set_back, catapult, spike_share,
      instability, still_falling, seconds;
  bool too_short = false;  ///< of every seed: Verdict::too_short
  std::optional<EpochsToTarget>
      median_loss_target;  ///< median over seeds, censored ones counted at the budget
  std::optional<EpochsToTarget> median_accuracy_target;
  std::optional<double>
      sensitivity;             ///< mean rise of the final loss towards the neighbouring cells, per decade
  std::vector<Margin> margin;  ///< [group]
  std::optional<LossSlope> slope;
  std::vector<AccuracyForecast> forecast;  ///< with 2 and 5 times the budget; empty where nothing can be said
  SpeedWord speed = SpeedWord::slow;
  StabilityWord stability = StabilityWord::quite_stable;
  std::string sentence;  ///< over the seeds: what a person sees in the plot
};

}  // namespace etalon
