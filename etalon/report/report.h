/// The front door of the report room: a folder with report.md, plots, tables and the recommendation, from
/// values alone.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "etalon/base/error.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct ReportOptions {
  std::filesystem::path folder = "report";
  std::string place = "report folder";  ///< what the user wrote, for messages: an option and its value
  /// Called after each plot; for display alone.
  std::function<void(std::uint32_t done, std::uint32_t all)> on_progress;
};

/// Writes report.md, assets/*.webp and *.svg, trials.csv, curves.csv, epochs.csv, recommendation.json,
/// parameter_groups.py, and a list of them with their digests. Files that an earlier report wrote are
/// replaced, or removed where this one does not write them; nothing else in the folder is touched. The same
/// snapshot and judgement give the same bytes but for dates.
///
/// Where plots cannot be drawn, all else is written, the page says why there are none, and the reason is
/// returned. Throws RequestError if a file that is not Etalon's is in the way or the folder cannot be written
/// to, Failure if writing fails midway: an earlier report is whole then.
std::optional<Complaint> write_report(const StudySnapshot& study, const Judgement& judgement,
                                      const ReportOptions& options);

/// Throws RequestError if a report on sets of these names cannot be written into `folder`, or would meet a
/// file there that no report wrote: to be asked before hours of training. `place` is what the user wrote.
void require_report_folder(const std::filesystem::path& folder, const std::string& place,
                           const std::vector<std::string>& sets = {});

/// What keeps plots from being drawn on this machine; nothing where gnuplot is there and works.
std::optional<Complaint> drawing_trouble();

/// The certificate: recommendation.json as text.
std::string recommendation_json(const StudySnapshot& study, const Judgement& judgement);

}  // namespace etalon
