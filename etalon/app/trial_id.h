/// A trial's name for people and programs, the same in every store and on every machine.
#pragma once

#include <string>

#include "etalon/study/definition.h"
#include "etalon/study/trial.h"

namespace etalon {

/// "digits/0.1,0.001/2": the set, a value for each axis in the study's order, the seed index.
std::string trial_id(const TrialKey& key, const StudyDefinition& definition);

/// "2026-11-23 08:59:13 UTC"; empty where the time is not known.
std::string known_utc_text(std::int64_t unix_millis);

}  // namespace etalon
