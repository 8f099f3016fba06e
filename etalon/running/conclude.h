/// The end of a study: the recommended setting's kept weights meet the test part, once, and all other weights
/// go.
#pragma once

#include "etalon/running/prepare.h"
#include "etalon/running/study_runner.h"

namespace etalon {

/// Judges `study`, evaluates what the recommendation needs and the store does not have yet, and writes the
/// conclusion. False if the store already held all of it.
bool conclude(const Preparation& all, StudySnapshot study, StudyStore& store, StudyObserver& observer);

}  // namespace etalon
