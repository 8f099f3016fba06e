/// The measures of one curve, each a pure function of its losses. Definitions are those of doc/measures.md.
///
/// Letters: l_0 the reference loss, floored at 1e-6; l_t the reported training loss; v_t = min(l_t / l_0,
/// 1e6); s_t the smoothed v; T the budget in reports; H the entropy of the training labels. Losses that may
/// be negative are shifted by the set's smallest loss first, l_0 too. A curve with Resolution::epoch has one
/// report an epoch, itself a mean: it is not smoothed further, and windows counted in steps shrink to one.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "etalon/study/trial.h"
#include "etalon/study/verdict.h"

namespace etalon {

/// 0 where no finite loss is negative, else the smallest of them: what every loss is measured from.
double loss_offset(std::span<const Curve* const> curves);

/// A curve in shares of its reference loss; made once, then measured.
struct NormalizedCurve {
  std::vector<double> loss;    ///< v_t in [0, 1e6]; [T]; steps after divergence, and non-finite ones, 1e6
  std::vector<double> doubt;   ///< [T] standard error of s_t by minibatch noise; 0 where it has none
  std::vector<double> smooth;  ///< s_t; [T]: centred median over a twentieth of an epoch, at least 5 steps
  std::size_t reported = 0;    ///< entries that were really reported; the rest is what divergence left out
  std::size_t window = 1;      ///< steps under one s_t, odd
  std::size_t steps_per_epoch = 1;
  double offset = 0;     ///< as from loss_offset
  double reference = 1;  ///< l_0 - offset, at least 1e-6
  bool finite = true;    ///< l_0 and all losses, training and validation, are finite
  bool by_epoch = false;

  double share(double raw_loss) const { return (raw_loss - offset) / reference; }
  double raw(double share_of_reference) const { return offset + share_of_reference * reference; }
};

/// Centred, so that the smoothed line lies on the raw one instead of half a window behind it; cut off at both
/// ends. An epoch whose accuracy was measured and whose validation loss is NaN while another epoch's is
/// finite has lost it to divergence.
NormalizedCurve normalize(const Curve& curve, double offset);

/// Whether the run has fewer than 80 steps: how it ends and how stable it is can hardly be judged. Never by
/// epoch.
bool too_short_to_judge(const NormalizedCurve& curve);

/// diverged: a loss or l_0 is not finite, or the mean of the last min(20, T / 4) v_t, at least one, is 1.1 or
/// more. stalled: s_t never falls under 0.98 min(l_0, H). Else learning. After Sohl-Dickstein 2024, arXiv
/// 2402.06184. `label_entropy` 0 or less: not known; it is left out too where losses may be negative.
TrialStatus status_of(const NormalizedCurve& curve, double label_entropy);
/// Whether status_of is diverged, of a run by itself: for whoever tells of runs before a set is judged.
bool has_diverged(const Curve& curve);

/// min(l_0, H) in shares of l_0: where a run that knows nothing but the labels' frequencies stands.
double guessing_level(const NormalizedCurve& curve, double label_entropy);

/// The median v of the last window, [0, 1]: capped at 1, the reference.
double final_loss(const NormalizedCurve& curve);

/// max(0.02, 1 - min s): what the run gained, in shares of l_0.
double descent(const NormalizedCurve& curve);

/// Epochs until s_t is at or under `target` (a raw loss) and stays there for an epoch or to the budget's end,
/// at least one window; step t counts as (t + 1) / steps_per_epoch. MLPerf, AlgoPerf.
EpochsToTarget epochs_to_loss(const NormalizedCurve& curve, double target);

/// The same for validation accuracy, which is known at the end of each epoch alone: never interpolated.
/// Empty where no accuracy was measured.
std::optional<EpochsToTarget> epochs_to_accuracy(const Curve& curve, double target);

/// (1/T) sum of min(v_t, 10), [0, 10].
double area(const NormalizedCurve& curve);

/// Steps at the start within which a rise counts as a catapult: 2 % of T, at least 5 (by epoch: at least 1).
std::size_t early_steps(const NormalizedCurve& curve);

/// max over t of s_t - min of s before t, after the early steps, as far as minibatch noise does not explain
/// it: each of the two is taken nearer to the other by k standard errors of s, k = sqrt(2 ln(2 T / window)),
/// which is about what the largest of so many independent windows strays by. In shares of l_0, uncapped. A
/// run that blew up within the early steps has climbed too.
double climb(const NormalizedCurve& curve);

/// The same within the early steps, counted from l_0, and over a median of 5 steps: a jump at the start is
/// shorter than the window of s.
double jump(const NormalizedCurve& curve);

struct Spikes {
  double share = 0;    ///< [0, 1] of the steps that have at least 20 before them
  double tallest = 0;  ///< v_t - s_t of the highest spike
  double area = 0;     ///< sum of v_t - s_t over the spikes / T
  std::size_t count = 0;
};

/// Steps whose log max(l_t, 1e-8) lies over the median of the (up to) 100 steps before by more than 8 scaled
/// MADs (1.4826 x MAD, MAD at least 1e-3), and non-finite steps. OLMo 2 (arXiv 2501.00656) and SPAM (arXiv
/// 2501.06842) score spikes alike. Empty for 20 steps or fewer.
std::optional<Spikes> spikes(const NormalizedCurve& curve);

/// Root mean square of v_t - s_t after the early steps, as far as neighbours (one to four steps apart)
/// correlate: swings faster than the smoothed line shows, without minibatch noise, which is independent from
/// step to step. In shares of l_0, [0, 1].
double oscillation(const NormalizedCurve& curve);

/// Probability that the last tenth (at least 3 reports) still falls, [0, 1]; empty where the run diverged or
/// is shorter. See falling_probability.
std::optional<double> still_falling(const NormalizedCurve& curve);

/// What is measured of every curve, once.
struct CurveMeasures {
  double final_loss = 1, descent = 0, area = 1, climb = 0, jump = 0, oscillation = 0;
  std::optional<Spikes> spikes;
  std::optional<double> still_falling;
  bool too_short = false;
};
CurveMeasures measures_of(const NormalizedCurve& curve);

/// climb / descent, [0, 10]: max over t of (s_t - min of s before t) / max(0.02, 1 - min s), after the early
/// steps. A scale-free draw-up.
double set_back(const CurveMeasures& measures);

/// jump / descent, [0, 10].
double catapult(const CurveMeasures& measures);

/// What a run loses of its descent on the way, beyond minibatch noise: (climb + oscillation + mean height of
/// the spikes over all steps) / descent, [0, 10]. In shares of the descent; about 0 for a noisy monotone
/// curve.
double instability(const CurveMeasures& measures);

}  // namespace etalon
