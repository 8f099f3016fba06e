/// How work on a study ends: with the conclusion and a report, or interrupted with the line that resumes.
#pragma once

#include <optional>
#include <string>

#include "etalon/app/interrupt.h"
#include "etalon/app/options/request.h"
#include "etalon/base/error.h"
#include "etalon/live/display.h"
#include "etalon/running/study_runner.h"
#include "etalon/storage/study_store.h"

namespace etalon {

/// What one run of a command has at hand from its first to its last step.
struct Run {
  const Request& request;
  ProgressDisplay& display;
  const InterruptWatch& interrupts;
  double started = 0;  ///< steady seconds
};

/// The study as the store holds it, judged. Throws Failure where there is none of that name.
JudgedStudy judged_study(StudyStore& store, const std::string& name);

/// Prints what the study says, as text or JSON, and writes the report; `report` is its folder, or nothing
/// where none is wanted. `store_place` is the store as it was typed. What goes wrong with the report keeps
/// nothing from being printed: standard error says what, and how to have it later; the code is `failed` where
/// there is no report, and `done` where it merely lacks its plots. Throws Interrupted while drawing.
ExitCode print_conclusion(const Run& run, const JudgedStudy& judged, const std::string& store_place,
                          const std::optional<std::string>& report, bool was_complete);

/// "3 of 8 trials are finished, 5 begun"
std::string standing_text(StudyStore& store, const std::string& study);

/// The same; nothing where the store does not answer: it is said on the way out.
std::optional<std::string> last_standing(StudyStore& store, const std::string& study);

/// Takes the display away and says what is kept and which line resumes.
ExitCode leave_interrupted(const Run& run, StudyStore& store, const std::string& store_place,
                           const std::string& study, const std::string& resuming_line);

}  // namespace etalon
