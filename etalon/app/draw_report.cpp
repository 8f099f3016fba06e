#include "etalon/app/draw_report.h"

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/report/report.h"

namespace etalon {
namespace {

/// "gnuplot: No such file or directory (install gnuplot: ...)"
std::string reason_text(const Complaint& trouble) {
  const std::string reason = to_text(trouble.place) + ": " + trouble.received;
  return trouble.hint.empty() ? reason : fmt::format("{} ({})", reason, to_text(trouble.hint));
}

}  // namespace

WrittenReport draw_report(const StudySnapshot& study, const Judgement& judgement, const std::string& folder,
                          ProgressDisplay& display, const InterruptWatch& interrupts) {
  ReportOptions options;
  options.folder = folder;
  options.place = usual_place(Field::out) + " " + folder;
  options.on_progress = [&](std::uint32_t done, std::uint32_t all) {
    if (interrupts.interrupted()) throw Interrupted();
    display.working("drawing plots", done, all);
  };
  WrittenReport written{options.folder / "report.md", {}};
  if (const auto trouble = write_report(study, judgement, options))
    written.plotless = fmt::format(
        "the report has no plots: {}; when that is mended, etalon report draws them, and nothing is trained "
        "again",
        reason_text(*trouble));
  return written;
}

void foretell_report(const Request& request, const std::vector<SetFacts>& sets, ProgressDisplay& display) {
  std::vector<std::string> names;
  for (const SetFacts& set : sets) names.push_back(set.name);
  require_report_folder(request.out, request.place(Field::out) + " " + request.out, names);
  if (const auto trouble = drawing_trouble())
    display.note(fmt::format("no plots can be drawn here: {}; the report will hold everything else",
                             reason_text(*trouble)));
}

}  // namespace etalon
