#include "etalon/app/study_end.h"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "etalon/app/conclusion.h"
#include "etalon/app/draw_report.h"
#include "etalon/app/output.h"
#include "etalon/app/shell.h"
#include "etalon/base/clock.h"
#include "etalon/judging/judge.h"
#include "etalon/storage/open_store.h"
#include "etalon/study/study_name.h"

namespace etalon {

namespace {

/// What came of the report, for the end of the command's output.
struct ReportEnd {
  std::optional<std::filesystem::path> page;  ///< where there is one
  std::string trouble;                        ///< for standard error; may be empty
  ExitCode code = ExitCode::done;
};

/// A report is a by-product: whatever happens to it, the study and what it says stay.
ReportEnd report_of(const Run& run, const StudySnapshot& study, const Judgement& judgement,
                    const std::string& store, const std::string& folder) {
  try {
    const WrittenReport written = draw_report(study, judgement, folder, run.display, run.interrupts);
    return {written.page, written.plotless.value_or(""), ExitCode::done};
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    return {{},
            fmt::format(
                "no report was written: {}\n  the study is kept; write its report with\n  {}", error.what(),
                shell_line({"etalon", "report", "--store", store, "--study", study.name, "--out", folder})),
            ExitCode::failed};
  }
}

}  // namespace

JudgedStudy judged_study(StudyStore& store, const std::string& name) {
  auto study = store.load_study(name);
  if (!study)
    throw Failure({"study " + name, "no study of that name any more", "the one that was trained",
                   "somebody has deleted it"});
  Judgement judgement = judge(*study);
  return {std::move(*study), std::move(judgement)};
}

ExitCode print_conclusion(const Run& run, const JudgedStudy& judged, const std::string& store_place,
                          const std::optional<std::string>& folder, bool was_complete) {
  const auto& [study, judgement] = judged;
  if (was_complete)
    run.display.note(fmt::format("study {} is complete: nothing is left to train", short_name(study.name)));
  run.display.close();
  const bool json = run.request.json, text = !json && !run.request.quiet;
  if (text) {
    const Terminal terminal = terminal_at(STDOUT_FILENO);
    print_painted("\n" + conclusion_text(study, judgement, {Paint(terminal.colour), terminal.columns}));
    flush_output();  // a report may take its time, and may not come
  }
  ReportEnd report;
  if (folder) report = report_of(run, study, judgement, shown_store(store_place), *folder);
  run.display.close();
  const double seconds = system_clock().steady_seconds() - run.started;
  if (json)
    print_json_text(
        tune_json(study, judgement, {was_complete, shown_store(store_place), report.page, seconds}));
  if (text && report.page) print("report: {}\n", report.page->string());
  if (!report.trouble.empty()) {
    flush_output();
    tell("{}\n", report.trouble);
  }
  return report.code;
}

std::string standing_text(StudyStore& store, const std::string& name) {
  const std::vector<StudySummary> studies = store.list_studies();
  const auto study =
      std::find_if(studies.begin(), studies.end(), [&](const auto& one) { return one.name == name; });
  if (study == studies.end()) return "nothing is finished";
  const std::vector<RunningTrial> queued = store.running_trials(name);
  const auto begun =
      std::count_if(queued.begin(), queued.end(), [](const auto& trial) { return trial.curve.has_value(); });
  return fmt::format("{} of {} trials are finished, {} begun",
                     std::min(study->finished_trials, study->planned_trials), study->planned_trials, begun);
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
