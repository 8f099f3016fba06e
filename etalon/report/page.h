/// report.md as text. Its form is that of a hand-made study: overview, why eta matters, methodology, results,
/// conclusion.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "etalon/report/plots.h"
#include "etalon/report/study_view.h"

namespace etalon::report {

/// The whole page; the parts below in their order. Dates stand on one line of their own, at the end.
std::string report_page(const StudyView& view, const ReportPlots& plots);

std::string overview_part(const StudyView& view, const ReportPlots& plots);
std::string certificate_part(const StudyView& view);  ///< how sure each choice is, in sentences
std::string methodology_part(const StudyView& view);
std::string results_part(const StudyView& view, const ReportPlots& plots);
std::string measures_part(const StudyView& view, const SetView& set);  ///< the tables of one set
std::string pairs_part(const StudyView& view,
                       const SetView& set);  ///< accuracy by every two axes, where there are more
std::string conclusion_part(const StudyView& view);
std::string usage_part(const StudyView& view, const ReportPlots& plots);  ///< snippets to paste, files, dates

/// "[set `mnist`]" as Markdown: the set's name, escaped.
std::string set_name(const SetView& set);
/// "`eta = 0.1` conv, `eta = 0.01` full" or "none".
std::string setting_markdown(const std::optional<Setting>& setting, const StudyView& view);
/// "96.80 to 97.40 %", from the lowest to the highest tuning seed; nothing for a single one or where none is
/// measured. Failed seeds count at what they are counted as.
std::optional<std::string> accuracy_range_text(const CellView& cell);
/// "3 seeds" or, where cells differ, "2 to 3 seeds".
std::string seeds_text(const SetView& set);

struct SeedRange {
  std::uint32_t fewest = 0, most = 0;
};
/// Over all settings of all sets; what is planned where none has a finished trial.
SeedRange seed_range(const StudyView& view);

/// "over 2 of 3 seeds" where a test accuracy comes from fewer seeds than the choice's validation accuracy.
std::optional<std::string> fewer_seeds_text(const Spread& test, const Recommendation& chosen);

}  // namespace etalon::report
