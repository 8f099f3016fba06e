/// What every store says when it refuses, so that stores differ in nothing that a user sees.
#pragma once

#include <string>

#include "etalon/base/error.h"
#include "etalon/storage/process.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// Names the fields in which the definitions differ.
Complaint other_definition(const std::string& study, const StudyDefinition& stored,
                           const StudyDefinition& received);
Complaint no_such_study(const std::string& study);
Complaint study_there_already(const std::string& study);
Complaint study_is_running(const std::string& study, const ProcessIdentity& holder);

/// "set 0, setting 0.1 0.001, seed index 2"
std::string to_text(const TrialKey& key);

}  // namespace etalon
