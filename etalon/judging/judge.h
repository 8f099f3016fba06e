/// The front door of the judging room: pure functions from what was measured to what is concluded.
#pragma once

#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// Measures every finished trial, sums up every cell, chooses for each set and overall. Never throws for want
/// of trials: what cannot be computed is left empty. Uses no times but CellSummary::seconds.
Judgement judge(const StudySnapshot& study);

}  // namespace etalon
