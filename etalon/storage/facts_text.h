/// The facts of a study (sets, networks, machine, command) as one JSON text with sorted keys.
#pragma once

#include <string>

#include "etalon/study/snapshot.h"

namespace etalon {

/// Bytes that are no UTF-8 become U+FFFD: facts are shown, never computed with.
std::string facts_to_text(const StudySnapshot& study);

/// Fills sets, networks, machine and command. Throws Failure if the text is not what facts_to_text wrote.
void facts_from_text(const std::string& text, StudySnapshot& study);

/// True if both ask for the same: plan, facts, command and planned trials.
bool has_same_request(const StudySnapshot& a, const StudySnapshot& b);

}  // namespace etalon
