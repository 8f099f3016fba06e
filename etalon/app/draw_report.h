/// Writes a report while a person watches and may interrupt.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "etalon/app/interrupt.h"
#include "etalon/app/options/request.h"
#include "etalon/live/display.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct WrittenReport {
  std::filesystem::path page;           ///< its report.md
  std::optional<std::string> plotless;  ///< why it has no plots and how to get them, where it has none
};

/// Writes the report into `folder`. Throws Interrupted soon after an interrupt, and RequestError or Failure
/// where no report can be written; an earlier report is whole then.
WrittenReport draw_report(const StudySnapshot& study, const Judgement& judgement, const std::string& folder,
                          ProgressDisplay& display, const InterruptWatch& interrupts);

/// Asks before hours of training what a report on `sets` will meet: throws RequestError where a file in its
/// folder is in its way, tells the person where no plots can be drawn.
void foretell_report(const Request& request, const std::vector<SetFacts>& sets, ProgressDisplay& display);

}  // namespace etalon
