#include "etalon/app/ending.h"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "etalon/app/conclusion.h"
#include "etalon/app/draw_report.h"
#include "etalon/app/output.h"
#include "etalon/base/clock.h"
#include "etalon/judging/judge.h"
#include "etalon/storage/open.h"
#include "etalon/study/study_name.h"

namespace etalon {

void print_conclusion(const Run& run, StudyStore& store, const std::string& store_place,
                      const std::string& name, const std::optional<std::string>& folder, bool was_complete) {
  const StudySnapshot study = store.load_study(name).value();
  const Judgement judgement = judge(study);
  if (was_complete)
    run.display.note(fmt::format("study {} is complete: nothing is left to train", short_name(name)));
  std::optional<std::filesystem::path> report;
  if (folder) report = draw_report(study, judgement, *folder, run.display, run.interrupts);
  run.display.close();
  const double seconds = system_clock().steady_seconds() - run.started;
  if (run.arguments.json) {
    print_json_text(tune_json(study, judgement, {was_complete, shown_store(store_place), report, seconds}));
  } else if (!run.arguments.quiet) {
    const Terminal terminal = terminal_at(STDOUT_FILENO);
    print("\n{}", conclusion_text(study, judgement, {Paint(terminal.colour), terminal.columns}));
    if (report) print("report: {}\n", report->string());
  }
}

std::string standing_text(StudyStore& store, const std::string& name) {
  const std::vector<StudySummary> studies = store.list_studies();
  const auto study =
      std::find_if(studies.begin(), studies.end(), [&](const auto& one) { return one.name == name; });
  if (study == studies.end()) return "nothing is finished";
  const std::vector<RunningTrial> queued = store.running_trials(name);
  const auto begun =
      std::count_if(queued.begin(), queued.end(), [](const auto& trial) { return trial.curve.has_value(); });
  return fmt::format("{} of {} trials are finished, {} begun", study->finished_trials, study->planned_trials,
                     begun);
}

std::optional<std::string> last_standing(StudyStore& store, const std::string& study) {
  try {
    return standing_text(store, study);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

ExitCode leave_interrupted(const Run& run, StudyStore& store, const std::string& store_place,
                           const std::string& study, const std::string& resuming_line) {
  run.display.close();
  const auto standing = last_standing(store, study);
  const std::string shown = shown_store(store_place);
  tell("interrupted: {}; resume with\n  {}\n",
       standing ? *standing + ", and kept in " + shown : shown + " does not answer, and keeps what it has",
       resuming_line);
  return ExitCode::interrupted;
}

}  // namespace etalon
