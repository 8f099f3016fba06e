/// Trials of a study as a trainer takes them.
#pragma once

#include <cstdint>

#include "etalon/study/definition.h"
#include "etalon/study/trial.h"
#include "etalon/training/trial_source.h"

namespace etalon {

/// The trial with the numbers that its setting says, from its beginning to the end of epoch `epochs`. The ticket
/// is left to the caller. REQUIRES: a setting of that study.
Assignment assignment_of(const StudyDefinition& study, const TrialKey& trial, std::uint32_t epochs);

}  // namespace etalon
