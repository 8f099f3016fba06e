#include "etalon/judging/over_seeds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "etalon/base/check.h"
#include "etalon/judging/limits.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

double smoothed(const NormalizedCurve& curve, std::size_t t) {
  const bool lost = t >= curve.smooth.size() || curve.smooth[t] >= limits::largest_normalized_loss;
  return lost ? infinite : curve.raw(curve.smooth[t]);
}

double median_reference(std::span<const NormalizedCurve* const> curves) {
  std::vector<double> references;
  for (const NormalizedCurve* curve : curves) references.push_back(curve->reference);
  return median(std::move(references));
}

/// 1.2533 / sqrt(n) of the seeds' median doubt; of two seeds, whose median is their mean, 1 / sqrt(2).
std::vector<double> doubt_of_median(std::span<const NormalizedCurve* const> curves, std::size_t steps) {
  const double seeds = static_cast<double>(curves.size());
  const double share = (seeds < 3 ? 1.0 : 1.2533) / std::sqrt(seeds);
  std::vector<double> doubt;
  for (std::size_t t = 0; t < steps; ++t) {
    std::vector<double> values;
    for (const NormalizedCurve* curve : curves)
      if (t < curve->doubt.size()) values.push_back(curve->doubt[t]);
    doubt.push_back(values.empty() ? 0.0 : share * median(std::move(values)));
  }
  return doubt;
}

/// The median of what some of the looks have; empty where none has.
template <class Get>
std::optional<double> median_of(const std::vector<const Look*>& looks, Get get) {
  std::vector<double> values;
  for (const Look* look : looks)
    if (const std::optional<double> value = get(*look)) values.push_back(*value);
  if (values.empty()) return {};
  return median(std::move(values));
}

/// Share, height and number of spikes, each the median; the number rounded down.
std::optional<Spikes> median_spikes(const std::vector<const Look*>& looks) {
  const auto part = [&](auto get) {
    return median_of(looks, [&](const Look& look) -> std::optional<double> {
      if (!look.spikes) return {};
      return static_cast<double>(get(*look.spikes));
    });
  };
  const std::optional<double> share = part([](const Spikes& spikes) { return spikes.share; });
  if (!share) return {};
  return Spikes{*share, *part([](const Spikes& spikes) { return spikes.tallest; }),
                *part([](const Spikes& spikes) { return spikes.area; }),
                static_cast<std::size_t>(*part([](const Spikes& spikes) { return spikes.count; }))};
}

/// The seeds that speak: those that did not diverge or, where all did, all.
std::vector<const Look*> speaking(std::span<const Look> looks) {
  std::vector<const Look*> alive, all;
  for (const Look& look : looks) {
    all.push_back(&look);
    if (look.status != TrialStatus::diverged) alive.push_back(&look);
  }
  return alive.empty() ? all : alive;
}

std::size_t with_status(std::span<const Look> looks, TrialStatus status) {
  return static_cast<std::size_t>(
      std::ranges::count_if(looks, [&](const Look& look) { return look.status == status; }));
}

/// That of the line, but no line diverges of which most seeds stay.
TrialStatus status_together(const NormalizedCurve& line, std::span<const Look> looks, double label_entropy) {
  const TrialStatus status = status_of(line, label_entropy);
  if (status != TrialStatus::diverged || 2 * with_status(looks, TrialStatus::diverged) >= looks.size())
    return status;
  const bool learning = with_status(looks, TrialStatus::learning) >= with_status(looks, TrialStatus::stalled);
  return learning ? TrialStatus::learning : TrialStatus::stalled;
}

}  // namespace

NormalizedCurve median_curve(std::span<const NormalizedCurve* const> curves) {
  check(!curves.empty(), "curves", curves.size(), "at least one");
  const NormalizedCurve& first = *curves.front();
  NormalizedCurve result;
  result.window = first.window;
  result.steps_per_epoch = first.steps_per_epoch;
  result.offset = first.offset;
  result.by_epoch = first.by_epoch;
  result.reference = median_reference(curves);
  std::size_t steps = 0, lost = 0;
  for (const NormalizedCurve* curve : curves) {
    steps = std::max(steps, curve->smooth.size());
    lost += !curve->finite;
  }
  result.finite = 2 * lost < curves.size();
  for (std::size_t t = 0; t < steps; ++t) {
    std::vector<double> values;
    for (const NormalizedCurve* curve : curves) values.push_back(smoothed(*curve, t));
    const double share = result.share(median(std::move(values)));
    result.smooth.push_back(std::clamp(share, 0.0, limits::largest_normalized_loss));
  }
  result.loss = result.smooth;
  result.doubt = doubt_of_median(curves, steps);
  result.reported = static_cast<std::size_t>(
      std::ranges::find(result.smooth, limits::largest_normalized_loss) - result.smooth.begin());
  return result;
}

Look look_over_seeds(std::span<const NormalizedCurve* const> curves, std::span<const Look> looks,
                     std::optional<double> target, double label_entropy) {
  check(!looks.empty() && looks.size() == curves.size(), "looks", looks.size(), "one a curve");
  if (looks.size() == 1) return looks.front();
  const NormalizedCurve line = median_curve(curves);
  const std::vector<const Look*> seeds = speaking(looks);
  const auto over_seeds = [&](auto part) {
    return *median_of(seeds, [&](const Look& look) { return std::optional<double>(look.*part); });
  };
  Look look = look_at(line, status_together(line, looks, label_entropy), target, label_entropy);
  look.climb = std::max(look.climb, over_seeds(&Look::climb));
  look.jump = over_seeds(&Look::jump);
  look.swing = over_seeds(&Look::swing);
  look.tallest_spike = over_seeds(&Look::tallest_spike);
  look.spikes = median_spikes(seeds);
  look.still_falling = median_of(seeds, [](const Look& one) { return one.still_falling; });
  look.too_short = std::ranges::all_of(looks, &Look::too_short);
  look.above_chance = 2 * std::ranges::count_if(seeds, &Look::above_chance) > std::ssize(seeds);
  return look;
}

}  // namespace etalon
