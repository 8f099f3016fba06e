/// Writes a report while a person watches and may interrupt.
#pragma once

#include <filesystem>
#include <string>

#include "etalon/app/interrupt.h"
#include "etalon/live/display.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// Writes the report into `folder` and returns the path of its report.md. Throws Interrupted soon after an
/// interrupt; an earlier report is whole then.
std::filesystem::path draw_report(const StudySnapshot& study, const Judgement& judgement,
                                  const std::string& folder, ProgressDisplay& display,
                                  const InterruptWatch& interrupts);

}  // namespace etalon
