/// In what two definitions of a study differ, for people.
#pragma once

#include <string>

#include "etalon/study/definition.h"

namespace etalon {

/// The fields in which two definitions differ, each with both values:
/// "training.optimizer.name = \"adam\" (stored: \"sgd\"); epochs = 2 (stored: 1)". Empty for equal ones.
std::string differences(const StudyDefinition& stored, const StudyDefinition& asked);

}  // namespace etalon
