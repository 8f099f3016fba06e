#include <filesystem>
#include <new>
#include <system_error>

#include "etalon/base/files.h"
#include "etalon/report/gnuplot.h"
#include "etalon/report/page.h"
#include "etalon/report/plots.h"
#include "etalon/report/report.h"
#include "etalon/report/report_folder.h"
#include "etalon/report/snippet.h"
#include "etalon/report/tables.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

using namespace report;

/// The complaint of what `work` throws for want of a program, memory, threads or room; no other exception is
/// caught.
template <class Work>
std::optional<Complaint> trouble_of(Work work) {
  const std::string expected = "plots without complaint";
  try {
    work();
    return {};
  } catch (const Error& error) {
    return error.complaint();
  } catch (const std::bad_alloc&) {
    return Complaint{"plots", "no more memory", expected, ""};
  } catch (const std::system_error& error) {
    return Complaint{"plots", error.what(), expected, ""};
  }
}

void add_plots(ReportDraft& draft, const ReportPlots& plots, const std::vector<DrawnFigure>& drawn) {
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    draft.add("assets/" + plots.figures[i].name + ".webp", drawn[i].webp);
    draft.add("assets/" + plots.figures[i].name + ".svg", drawn[i].svg);
  }
}

}  // namespace

std::optional<Complaint> write_report(const StudySnapshot& study, const Judgement& judgement,
                                      const ReportOptions& options) {
  require_report_folder(options.folder, options.place);
  const StudyView view(study, judgement);
  ReportPlots plots = plan_plots(view);
  std::vector<DrawnFigure> drawn;
  auto trouble = trouble_of([&] { drawn = draw(plots.figures, options.on_progress); });
  if (trouble) {
    plots.missing = to_text(trouble->place) + ": " + trouble->received;
    // Whoever interrupts the plotting program as well wants no report without plots: the observer says so.
    if (options.on_progress) options.on_progress(0, static_cast<std::uint32_t>(plots.figures.size()));
  }
  ReportDraft draft(options.folder);
  if (!trouble) add_plots(draft, plots, drawn);
  draft.add("trials.csv", trials_csv(view));
  draft.add("curves.csv", curves_csv(view));
  draft.add("epochs.csv", epochs_csv(view));
  draft.add("recommendation.json", recommendation_json(study, judgement));
  draft.add("parameter_groups.py", parameter_groups_py(view));
  draft.add("report.md", report_page(view, plots));
  draft.publish(options.place);
  return trouble;
}

void require_report_folder(const fs::path& folder, const std::string& place,
                           const std::vector<std::string>& sets) {
  require_writable_folder(folder, place);
  const EarlierReport earlier(folder);
  std::vector<std::string> names{report_files.begin(), report_files.end()};
  names.push_back(manifest_name);
  for (const std::string& set : sets)
    for (std::string& name : earlier.in_the_way_of(set)) names.push_back(std::move(name));
  earlier.require_own(names, place);
}

std::optional<Complaint> drawing_trouble() { return trouble_of(require_gnuplot); }

}  // namespace etalon
