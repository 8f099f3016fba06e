/// Which figures a report has, and the names of their files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etalon/report/drawing.h"
#include "etalon/report/study_view.h"

namespace etalon::report {

/// Indices into ReportPlots::figures.
struct SetPlots {
  std::vector<std::size_t> maps;
  std::optional<std::size_t> seeds, trade_off, overlay;
  std::vector<std::size_t> losses;  ///< [cell]
};

struct ReportPlots {
  std::vector<NamedFigure> figures;  ///< names without repeats, safe in links
  std::vector<SetPlots> sets;
  std::string missing;  ///< why none of them could be drawn; else empty
};

ReportPlots plan_plots(const StudyView& view);

/// True for names that plan_plots gives (with ending .webp or .svg): an earlier report wrote such a file.
bool is_plot_file(const std::string& name);
/// True for those among them that a plot of data set `set` may have.
bool is_plot_file_of(const std::string& name, const std::string& set);

}  // namespace etalon::report
