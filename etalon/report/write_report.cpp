#include <filesystem>
#include <set>

#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/report/page.h"
#include "etalon/report/plots.h"
#include "etalon/report/report.h"
#include "etalon/report/snippet.h"
#include "etalon/report/tables.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

using namespace report;

void write_plots(const fs::path& assets, const ReportPlots& plots, const std::vector<DrawnFigure>& drawn) {
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    write_atomically(assets / (plots.figures[i].name + ".webp"), drawn[i].webp);
    write_atomically(assets / (plots.figures[i].name + ".svg"), drawn[i].svg);
  }
}

void remove_earlier_plots(const fs::path& assets, const ReportPlots& plots) {
  std::set<std::string> kept;
  for (const NamedFigure& figure : plots.figures) kept.insert({figure.name + ".webp", figure.name + ".svg"});
  std::error_code ignored;
  std::vector<fs::path> earlier;
  for (const auto& entry : fs::directory_iterator(assets, ignored)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file(ignored) && is_plot_file(name) && !kept.contains(name))
      earlier.push_back(entry.path());
  }
  for (const fs::path& path : earlier) fs::remove(path, ignored);
}

}  // namespace

// Everything is made in memory before the first file is written: a failure leaves an earlier report whole.
void write_report(const StudySnapshot& study, const Judgement& judgement, const ReportOptions& options) {
  require_writable_folder(options.folder, "report folder");
  const StudyView view(study, judgement);
  const ReportPlots plots = plan_plots(view);
  const auto drawn = draw(plots.figures, options.on_progress);
  const fs::path& folder = options.folder;
  write_plots(folder / "assets", plots, drawn);
  write_atomically(folder / "trials.csv", trials_csv(view));
  write_atomically(folder / "curves.csv", curves_csv(view));
  write_atomically(folder / "epochs.csv", epochs_csv(view));
  write_atomically(folder / "recommendation.json", recommendation_json(study, judgement));
  write_atomically(folder / "parameter_groups.py", parameter_groups_py(view));
  write_atomically(folder / "report.md", report_page(view, plots));
  remove_earlier_plots(folder / "assets", plots);
}

}  // namespace etalon
