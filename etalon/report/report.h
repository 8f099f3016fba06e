/// The front door of the report room: a folder with report.md, plots, tables and the recommendation, from
/// values alone.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct ReportOptions {
  std::filesystem::path folder = "report";
  /// Called after each plot; for display alone.
  std::function<void(std::uint32_t done, std::uint32_t all)> on_progress;
};

/// Writes report.md, assets/*.webp and *.svg, trials.csv, curves.csv, epochs.csv, recommendation.json,
/// parameter_groups.py. Files of an earlier report that this one does not write are removed from assets/;
/// nothing else in the folder is touched. The same snapshot and judgement give the same bytes but for dates.
/// Throws RequestError if the folder cannot be written to, Failure if a plot cannot be drawn.
void write_report(const StudySnapshot& study, const Judgement& judgement, const ReportOptions& options);

/// The certificate: recommendation.json as text.
std::string recommendation_json(const StudySnapshot& study, const Judgement& judgement);

}  // namespace etalon
