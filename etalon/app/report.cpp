#include "etalon/report/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/draw_report.h"
#include "etalon/app/output.h"
#include "etalon/judging/judge.h"
#include "etalon/storage/open_store.h"
#include "etalon/study/study_name.h"

namespace etalon {

ExitCode run_report(Request& request) {
  const auto store = open_store(request.store, StoreAccess::read);
  const ChosenStudy chosen = choose_study(*store, request.store, request.study.study_name);
  require_report_folder(request.out, request.place(Field::out) + " " + request.out);
  const InterruptWatch interrupts;
  const auto display = make_display(request.quiet);
  if (!chosen.note.empty()) display->note(chosen.note);
  try {
    const WrittenReport report =
        draw_report(chosen.study, judge(chosen.study), request.out, *display, interrupts);
    display->close();
    if (request.json)
      print_json(
          nlohmann::ordered_json{{"study", shown_name(chosen.study.name)}, {"report", report.page.string()}});
    else if (!request.quiet)
      print("report: {}\n", report.page.string());
    if (report.plotless) {  // which is half of what was asked for
      flush_output();
      tell("{}\n", *report.plotless);
      return ExitCode::failed;
    }
  } catch (const Interrupted&) {
    display->close();
    tell("interrupted: an earlier report in {} is unchanged\n", request.out);
    return ExitCode::interrupted;
  }
  return ExitCode::done;
}

}  // namespace etalon
