/// The end of a study: the recommended setting's kept weights meet the test part, once, and all other weights
/// go.
#pragma once

#include "etalon/running/chronicle.h"
#include "etalon/running/prepare.h"

namespace etalon {

enum class Conclusion {
  stood,  ///< the store already held all of it
  written,
  too_early,  ///< more was planned meanwhile; nothing was written
};

/// Judges `study`, evaluates what the recommendation needs and the store does not have yet, and writes the
/// conclusion. `keep_weights`: of every trial.
Conclusion conclude(const Preparation& all, const StudySnapshot& study, StudyStore& store,
                    Chronicle& chronicle, bool keep_weights);

}  // namespace etalon
