#include "etalon/judging/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "etalon/judging/limits.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

bool lost_validation(const Curve& curve) {
  const auto finite = [](const EpochPoint& epoch) { return std::isfinite(epoch.validation_loss); };
  if (std::none_of(curve.epochs.begin(), curve.epochs.end(), finite)) return false;
  return std::any_of(curve.epochs.begin(), curve.epochs.end(), [](const EpochPoint& epoch) {
    return std::isnan(epoch.validation_loss) && !std::isnan(epoch.validation_accuracy);
  });
}

std::size_t budget_steps(const Curve& curve) {
  return std::size_t{std::max(1u, curve.steps_per_epoch)} * curve.budget_epochs;
}

/// What minibatch noise makes of each s_t: 1.2533 sigma / sqrt(n) of a median of n. sigma is local, from the
/// median of |v_(t+1) - 2 v_t + v_(t-1)|, which neither the descent nor a spike moves.
std::vector<double> doubt_of(const NormalizedCurve& curve, std::size_t half) {
  if (curve.by_epoch || curve.loss.size() < 3) return std::vector<double>(curve.loss.size(), 0.0);
  std::vector<double> steps;
  for (std::size_t t = 0; t < curve.loss.size(); ++t) {
    const std::size_t at = std::clamp<std::size_t>(t, 1, curve.loss.size() - 2);
    steps.push_back(std::abs(curve.loss[at + 1] - 2 * curve.loss[at] + curve.loss[at - 1]));
  }
  std::vector<double> doubt = centred_median(steps, std::max(half, limits::noise_half_window));
  for (std::size_t t = 0; t < doubt.size(); ++t) {
    const std::size_t count = std::min(doubt.size() - 1, t + half) - (t - std::min(t, half)) + 1;
    doubt[t] *= 1.2533 / (0.6745 * std::sqrt(6.0 * static_cast<double>(count)));
  }
  return doubt;
}

double largest_rise(std::span<const double> values, double low) {
  double rise = 0;
  for (const double value : values) {
    rise = std::max(rise, value - low);
    low = std::min(low, value);
  }
  return rise;
}

double mean_of_last(std::span<const double> values, std::size_t count) {
  return mean(values.last(std::min(count, values.size())));
}

/// The last values seen, kept in order of time and of size.
class TrailingWindow {
 public:
  std::size_t size() const { return sorted_.size(); }

  void push(double value) {
    if (recent_.size() < limits::spike_window) {
      recent_.push_back(value);
    } else {
      sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), recent_[oldest_]));
      recent_[oldest_] = value;
      oldest_ = (oldest_ + 1) % limits::spike_window;
    }
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), value), value);
  }

  double median() const { return 0.5 * (sorted_[(size() - 1) / 2] + sorted_[size() / 2]); }

  /// Median of |x - median|, by walking outwards from the middle until half the window lies inside.
  double median_deviation() const {
    const double middle = median();
    std::size_t above = size() / 2, below = above;  // next above, one past the next below
    double deviation = 0;
    for (std::size_t taken = 0; taken < size() / 2 + 1; ++taken) {
      const bool up =
          below == 0 || (above < size() && sorted_[above] - middle <= middle - sorted_[below - 1]);
      deviation = up ? sorted_[above++] - middle : middle - sorted_[--below];
    }
    return deviation;
  }

 private:
  std::vector<double> recent_, sorted_;
  std::size_t oldest_ = 0;
};

}  // namespace

double loss_offset(std::span<const Curve* const> curves) {
  double least = 0;
  for (const Curve* curve : curves) {
    if (std::isfinite(curve->reference_loss)) least = std::min(least, curve->reference_loss);
    for (const float loss : curve->loss)
      if (std::isfinite(loss)) least = std::min(least, static_cast<double>(loss));
  }
  return least;
}

NormalizedCurve normalize(const Curve& curve, double offset) {
  NormalizedCurve result;
  const bool finite_reference = std::isfinite(curve.reference_loss);
  result.finite = finite_reference && !has_non_finite_loss(curve) && !lost_validation(curve);
  result.by_epoch = curve.resolution == Resolution::epoch;
  result.offset = offset;
  result.reference =
      finite_reference ? std::max(curve.reference_loss - offset, limits::smallest_reference) : 1.0;
  result.steps_per_epoch = std::max(1u, curve.steps_per_epoch);
  result.reported = curve.loss.size();
  result.loss.reserve(std::max(curve.loss.size(), budget_steps(curve)));
  for (const float loss : curve.loss) {
    const double share = std::isfinite(loss) ? result.share(loss) : limits::largest_normalized_loss;
    result.loss.push_back(std::clamp(share, 0.0, limits::largest_normalized_loss));
  }
  if (!result.finite && result.loss.size() < budget_steps(curve))
    result.loss.resize(budget_steps(curve), limits::largest_normalized_loss);
  const std::size_t half = result.by_epoch ? 0 : std::max<std::size_t>(2, result.steps_per_epoch / 40);
  result.window = 2 * half + 1;
  result.smooth = centred_median(result.loss, half);
  result.doubt = doubt_of(result, half);
  return result;
}

bool too_short_to_judge(const NormalizedCurve& curve) {
  return !curve.by_epoch && curve.loss.size() < limits::short_run;
}

TrialStatus status_of(const NormalizedCurve& curve, double label_entropy) {
  if (!curve.finite) return TrialStatus::diverged;
  if (curve.loss.empty()) return TrialStatus::stalled;
  const std::size_t last =
      curve.by_epoch ? 1 : std::clamp<std::size_t>(curve.loss.size() / 4, 1, limits::last_steps);
  if (mean_of_last(curve.loss, last) >= limits::diverged_level) return TrialStatus::diverged;
  const double level = guessing_level(curve, label_entropy);
  const double least = *std::min_element(curve.smooth.begin(), curve.smooth.end());
  return least < limits::stalled_level * level ? TrialStatus::learning : TrialStatus::stalled;
}

bool has_diverged(const Curve& curve) {
  const Curve* const alone = &curve;
  return status_of(normalize(curve, loss_offset({&alone, 1})), 0) == TrialStatus::diverged;
}

double guessing_level(const NormalizedCurve& curve, double label_entropy) {
  if (label_entropy <= 0 || curve.offset != 0) return 1.0;
  return std::min(1.0, curve.share(label_entropy));
}

double final_loss(const NormalizedCurve& curve) {
  if (curve.loss.empty()) return 1.0;
  const std::size_t count = std::min(curve.window, curve.loss.size());
  return std::min(1.0, median({curve.loss.end() - static_cast<std::ptrdiff_t>(count), curve.loss.end()}));
}

double descent(const NormalizedCurve& curve) {
  if (curve.smooth.empty()) return limits::smallest_descent;
  return std::max(limits::smallest_descent,
                  1.0 - *std::min_element(curve.smooth.begin(), curve.smooth.end()));
}

EpochsToTarget epochs_to_loss(const NormalizedCurve& curve, double target) {
  const double level = curve.share(target), epoch = static_cast<double>(curve.steps_per_epoch);
  const std::size_t all = curve.smooth.size();
  std::size_t start = 0;  // of the stretch at or under the target that holds at t
  for (std::size_t t = 0; t < all; ++t) {
    if (curve.smooth[t] > level) start = t + 1;
    const std::size_t held = t + 1 - start;
    const bool long_enough = held >= std::max(curve.steps_per_epoch, curve.window) ||
                             (t + 1 == all && held >= std::min(curve.window, all));
    if (held > 0 && long_enough) return {static_cast<double>(start + 1) / epoch, true};
  }
  return {static_cast<double>(all) / epoch, false};
}

std::optional<EpochsToTarget> epochs_to_accuracy(const Curve& curve, double target) {
  const auto measured = [](const EpochPoint& epoch) { return !std::isnan(epoch.validation_accuracy); };
  if (std::none_of(curve.epochs.begin(), curve.epochs.end(), measured)) return {};
  const std::size_t all = curve.epochs.size();
  const auto reached = [&](std::size_t epoch) { return curve.epochs[epoch].validation_accuracy >= target; };
  for (std::size_t epoch = 0; epoch < all; ++epoch)
    if (reached(epoch) && (epoch + 1 == all || reached(epoch + 1)))
      return EpochsToTarget{static_cast<double>(epoch + 1), true};
  return EpochsToTarget{static_cast<double>(std::max<std::size_t>(curve.budget_epochs, all)), false};
}

double area(const NormalizedCurve& curve) {
  double sum = 0;
  for (const double loss : curve.loss) sum += std::min(loss, limits::area_cap);
  return curve.loss.empty() ? 1.0 : sum / static_cast<double>(curve.loss.size());
}

std::size_t early_steps(const NormalizedCurve& curve) {
  const auto share =
      static_cast<std::size_t>(std::ceil(limits::early_share * static_cast<double>(curve.loss.size())));
  return std::min(curve.loss.size(), std::max<std::size_t>(share, curve.by_epoch ? 1 : limits::early_steps));
}

double climb(const NormalizedCurve& curve) {
  const std::size_t early = early_steps(curve), all = curve.smooth.size();
  if (early >= all) return 0;
  const double windows = 2 * static_cast<double>(all) / static_cast<double>(curve.window);
  const double errors = std::sqrt(2 * std::log(std::max(2.0, windows)));
  const auto doubt = [&](std::size_t t) { return curve.doubt.empty() ? 0.0 : errors * curve.doubt[t]; };
  double low =
      curve.finite ? std::numeric_limits<double>::infinity() : 1.0;  // lost early is lost all the same
  double rise = 0;
  for (std::size_t t = early; t < all; ++t) {
    rise = std::max(rise, curve.smooth[t] - doubt(t) - low);
    low = std::min(low, curve.smooth[t] + doubt(t));
  }
  return rise;
}

double jump(const NormalizedCurve& curve) {
  const std::size_t early = early_steps(curve), half = curve.by_epoch ? 0 : 2;
  const auto start = std::span(curve.loss).first(std::min(early + half, curve.loss.size()));
  const std::vector<double> smooth = centred_median(start, half);
  return largest_rise(std::span(smooth).first(early), 1.0);
}

std::optional<Spikes> spikes(const NormalizedCurve& curve) {
  if (curve.reported <= limits::spike_window_least) return {};
  TrailingWindow window;
  Spikes found;
  for (std::size_t t = 0; t < curve.reported; ++t) {
    const double value = std::log(std::max(curve.loss[t] * curve.reference, limits::smallest_loss));
    if (window.size() >= limits::spike_window_least) {
      const double deviation = std::max(limits::smallest_deviation, window.median_deviation());
      const bool over = value - window.median() > limits::spike_deviations * 1.4826 * deviation;
      if (over || curve.loss[t] >= limits::largest_normalized_loss) {
        ++found.count;
        const double height = curve.loss[t] - curve.smooth[t];
        found.tallest = std::max(found.tallest, height);
        found.area += std::max(0.0, height) / static_cast<double>(curve.loss.size());
      }
    }
    window.push(value);
  }
  found.share =
      static_cast<double>(found.count) / static_cast<double>(curve.reported - limits::spike_window_least);
  return found;
}

double oscillation(const NormalizedCurve& curve) {
  std::vector<double> residual;
  for (std::size_t t = early_steps(curve); t < curve.reported; ++t)
    residual.push_back(std::clamp(curve.loss[t] - curve.smooth[t], -1.0, 1.0));
  if (residual.size() < 2 * limits::last_steps) return 0;
  double square = 0, correlation = 0;
  for (const double value : residual) square += value * value;
  if (square == 0) return 0;
  for (const std::size_t lag : {1u, 2u, 3u, 4u}) {
    double product = 0;
    for (std::size_t i = lag; i < residual.size(); ++i) product += residual[i] * residual[i - lag];
    correlation = std::max(correlation, std::abs(product) / square);
  }
  const double share =
      std::max(0.0, correlation - limits::chance_correlation) / (1 - limits::chance_correlation);
  return std::sqrt(share * square / static_cast<double>(residual.size()));
}

std::optional<double> still_falling(const NormalizedCurve& curve) {
  if (!curve.finite || curve.loss.size() < 3) return {};
  const std::size_t tenth = std::max<std::size_t>(3, (curve.loss.size() + 9) / 10);
  return falling_probability(std::span(curve.loss).last(tenth));
}

CurveMeasures measures_of(const NormalizedCurve& curve) {
  return {.final_loss = final_loss(curve),
          .descent = descent(curve),
          .area = area(curve),
          .climb = climb(curve),
          .jump = jump(curve),
          .oscillation = oscillation(curve),
          .spikes = spikes(curve),
          .still_falling = still_falling(curve),
          .too_short = too_short_to_judge(curve)};
}

double set_back(const CurveMeasures& measures) {
  return std::min(limits::set_back_cap, measures.climb / measures.descent);
}

double catapult(const CurveMeasures& measures) {
  return std::min(limits::set_back_cap, measures.jump / measures.descent);
}

double instability(const CurveMeasures& measures) {
  const double lost = measures.climb + measures.oscillation + (measures.spikes ? measures.spikes->area : 0.0);
  return std::min(limits::set_back_cap, lost / measures.descent);
}

}  // namespace etalon
