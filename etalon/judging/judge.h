/// The front door of the judging room: pure functions from what was measured to what is concluded.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// Measures every finished trial, sums up every cell, chooses for each set and overall. Trials compare after equal
/// epochs: those that were stopped before the study's are measured, and count for nothing. Never throws for want of
/// trials: what cannot be computed is left empty. Uses no times but CellSummary::seconds.
Judgement judge(const StudySnapshot& study);

/// By seed index: the accuracies of a setting's fresh seeds (`fresh`) or of those that it was chosen by; of
/// those that were measured. Stopped ones are left out.
std::vector<double> seed_accuracies(const Judgement& judgement, std::uint32_t set, const Setting& setting,
                                    bool fresh);

}  // namespace etalon
