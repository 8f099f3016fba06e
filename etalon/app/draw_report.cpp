#include "etalon/app/draw_report.h"

#include "etalon/base/error.h"
#include "etalon/report/report.h"

namespace etalon {

std::filesystem::path draw_report(const StudySnapshot& study, const Judgement& judgement,
                                  const std::string& folder, ProgressDisplay& display,
                                  const InterruptWatch& interrupts) {
  ReportOptions options;
  options.folder = folder;
  options.on_progress = [&](std::uint32_t done, std::uint32_t all) {
    if (interrupts.interrupted()) throw Interrupted();
    display.working("drawing plots", done, all);
  };
  try {
    write_report(study, judgement, options);
  } catch (const Failure&) {
    // A terminal's Ctrl-C reaches the plotting program too, which then fails for no other reason.
    if (interrupts.interrupted()) throw Interrupted();
    throw;
  }
  return options.folder / "report.md";
}

}  // namespace etalon
