/// The one rule of failure: which runs of a set learned, which were slow, which failed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "etalon/study/verdict.h"

namespace etalon {

/// Whether an accuracy lies more than two standard errors of a guess on `samples` samples over chance.
bool above_chance(double accuracy, double chance, std::uint32_t samples);

/// What the rule reads of one run.
struct RunEnd {
  Setting setting;
  TrialStatus status = TrialStatus::learning;
  std::optional<double> accuracy;  ///< at the end; empty where it was not measured
  bool tuning = true;              ///< of a tuning seed: others are judged, but no run is judged by them
};

/// [run] A run failed if it diverged, if it stalled, or if its accuracy at the end is not above chance. The
/// last is not asked where even every sample right would not be above chance, and where no accuracy was
/// measured.
///
/// It is slow instead where it did not diverge and its etas are small: none larger than that of the most
/// accurate setting (highest mean over tuning runs, one of which must have learned; the first in Setting
/// order of several), at least one smaller, neither momentum nor weight decay larger, and at least half of the
/// setting's tuning runs ended so. Fewer are the bad luck of a setting that does learn. `chance` and
/// `validation_samples` as for above_chance; `axes` of the settings, as in SetOutcomes.
std::vector<Fate> fates_of(std::span<const RunEnd> runs, double chance, std::uint32_t validation_samples,
                           std::span<const Axis> axes = {});

}  // namespace etalon
