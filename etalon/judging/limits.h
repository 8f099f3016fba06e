/// What words and choices turn on: where one word ends and the next begins, how long a window is, what is
/// close enough. Constants of the model stand beside their formulas.
#pragma once

#include <cstddef>

namespace etalon::limits {

// The shape of the measures.
inline constexpr double largest_normalized_loss =
    1e6;                                            ///< v_t is cut off here; non-finite losses count as it
inline constexpr double smallest_reference = 1e-6;  ///< l_0 is never taken as less
inline constexpr double diverged_level = 1.1;       ///< mean of the last v_t from which a run has diverged
inline constexpr std::size_t last_steps = 20;       ///< over so many steps, at most a quarter of the run
inline constexpr std::size_t short_run = 80;   ///< steps; the end and the stability of fewer cannot be judged
inline constexpr double stalled_level = 0.98;  ///< of min(l_0, H): a run that never gets below has stalled
inline constexpr std::size_t noise_half_window = 12;  ///< steps on each side, or as the smoothed line's
inline constexpr double area_cap = 10.0;
inline constexpr double set_back_cap = 10.0;
inline constexpr double smallest_descent = 0.02;  ///< of l_0; keeps set-backs of flat curves finite
inline constexpr double early_share = 0.02;       ///< of all steps: where a rise is a catapult
inline constexpr std::size_t early_steps = 5;
inline constexpr std::size_t spike_window = 100;  ///< steps before the one looked at
inline constexpr std::size_t spike_window_least = 20;
inline constexpr double spike_deviations = 8.0;
inline constexpr double smallest_deviation = 1e-3;  ///< of the logarithm of the loss
inline constexpr double smallest_loss = 1e-8;       ///< before the logarithm is taken
inline constexpr double target_share = 0.9;         ///< of the best trial's descent
inline constexpr double still_falling = 0.95;       ///< probability from which a budget is called too short

/// A setting that fails says nothing of one further away than this, in decades of eta.
inline constexpr double near_decades = 1.0 + 1e-9;

inline constexpr std::size_t forecast_stretches = 8;  ///< of the second half, to each of which a mean loss
inline constexpr double forecast_damping = 0.5;    ///< what a doubling of the budget gains of the one before
inline constexpr double least_loss_spread = 0.05;  ///< of the logarithm, over the runs of a set
inline constexpr double worthwhile_gain = 0.01;    ///< of accuracy, for which a longer budget is recommended

// Speed: the share of the budget (the plot's horizontal axis) after which 90 % of the best descent is made.
inline constexpr double super_fast = 0.15;  ///< the curve looks like an L
inline constexpr double fast = 0.40;        ///< the bend lies in the left part of the plot
/// A run that misses the target is slow if it made this share of the way to it from the level of guessing,
/// else very slow.
inline constexpr double slow_descent = 0.5;
// The same from the area under the curve, where no target could be fixed.
inline constexpr double super_fast_area = 0.2, fast_area = 0.4, slow_area = 0.75;

/// Stability: three limits end perfectly stable, quite stable and unstable; the worst measure decides.
struct StabilityLimits {
  double perfect, quite, unstable;
};
// Heights are shares of the plot's height, min(l_0, H).
inline constexpr StabilityLimits climb{0.05, 0.18, 0.45};  ///< highest rise of the smoothed line
/// Fast swings that the smoothed line hides: root mean square, and only what is not independent noise.
inline constexpr StabilityLimits swing{0.06, 0.15, 0.30};
inline constexpr StabilityLimits spike_share{0.0005, 0.004, 0.02};
inline constexpr double visible_descent = 0.1;  ///< of l_0; a stalled run that fell less does not move
inline constexpr double near_guessing = 1.1;    ///< of min(l_0, H); what ends higher did not fall that far
inline constexpr double visible_spike = 0.15;   ///< spikes that are all lower do not change the word
inline constexpr double visible_jump = 0.25;    ///< a jump at the start that the eye sees
/// Deviation of the seeds' last accuracies, beyond what the validation samples alone make of it, in shares of
/// the best rise over chance on the set.
inline constexpr StabilityLimits seed_spread{0.05, 0.12, 0.25};
/// Neighbouring residuals correlate by chance, and through the median filter, up to about this much.
inline constexpr double chance_correlation = 0.3;

// The choice.
/// Speed and stability decide only between settings this close in expected accuracy.
inline constexpr double speed_decides_within = 0.005;
/// And only where the other one is no worse with this probability.
inline constexpr double in_doubt = 0.25;
/// A setting is called more often the best than another one by this much more probability.
inline constexpr double likelier_by = 0.05;
/// A setting is left out for failing if it breaks the limit with this probability.
inline constexpr double likely_over = 0.8;
/// A share of failing runs below it can't be told from none with the seeds that a study has.
inline constexpr double smallest_failure_share = 0.02;
/// Overall choices whose expected worst regret differs by less are as good: what speed and stability made
/// sets choose is no loss.
inline constexpr double same_regret = speed_decides_within;

}  // namespace etalon::limits
