/// What every run of a set is measured against, fixed before anything is chosen.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "etalon/judging/measures.h"
#include "etalon/study/definition.h"

namespace etalon {

/// A trial with its curve in shares of the reference; borrows the record.
struct MeasuredTrial {
  const TrialRecord* record = nullptr;
  NormalizedCurve curve;
  CurveMeasures measures;
  TrialStatus status = TrialStatus::stalled;
};

/// The last epoch's validation accuracy, or `chance` for a diverged trial; empty where it was not measured.
std::optional<double> last_accuracy(const MeasuredTrial& trial, double chance);

/// l_0 - 0.9 (l_0 - final) of the best trial of seed index 0 that `counts`: the learning one with the smallest final
/// smoothed loss. Empty if none learns.
std::optional<double> default_loss_target(
    std::span<const MeasuredTrial> trials,
    const std::function<bool(const TrialRecord&)>& counts = [](const auto&) { return true; });

/// chance + 0.9 (best - chance), best being the highest last accuracy of the learning trials of seed index 0.
/// Empty if none is above chance.
std::optional<double> default_accuracy_target(std::span<const MeasuredTrial> trials, double chance);

}  // namespace etalon
