#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/judging/certificate_text.h"
#include "etalon/judging/edges.h"
#include "etalon/judging/limits.h"
#include "etalon/judging/reasons.h"

namespace etalon {
namespace {

std::string name(const StudySnapshot& study, const Setting& setting) {
  return to_text(setting, axes_of(study.definition));
}

/// The names of the sets on which nothing is above chance.
std::string without_signal(const std::vector<SetEvidence>& sets, const OverallStory& story) {
  std::vector<std::string> names;
  for (std::size_t set = 0; set < sets.size(); ++set)
    if (!story.counts[set]) names.push_back(sets[set].name);
  return join(names, ", ");
}

}  // namespace

std::string overall_reason(const StudySnapshot& study, const std::vector<SetEvidence>& sets,
                           const OverallRecommendation& overall, const OverallStory& story) {
  if (sets.size() == 1)
    return fmt::format("{}: the choice on {}, the only data set.", name(study, *overall.setting),
                       sets.front().name);
  if (story.guesses())
    return fmt::format(
        "{}: no setting is above chance on any data set; this one ended with the lowest loss, "
        "summed over them.",
        name(study, *overall.setting));
  std::size_t worst = 0;
  for (std::size_t set = 0; set < sets.size(); ++set)
    if (story.counts[set] && (!story.counts[worst] || overall.regret[set] > overall.regret[worst]))
      worst = set;
  const std::string why =
      story.by_votes
          ? fmt::format(
                "it loses at most {} more than the least where it loses most, and more data sets chose it",
                points_text(limits::same_regret))
          : "it is expected to lose least where it loses most";
  return fmt::format("{}: of the {} that learned on every data set {}: {} below the best on {}.",
                     name(study, *overall.setting), counted(story.candidates, "setting"), why,
                     points_text(overall.regret[worst]), sets[worst].name);
}

std::string no_overall_reason(const std::vector<SetEvidence>& sets) {
  for (const SetEvidence& evidence : sets)
    if (evidence.cells.empty()) return nothing_measured_reason(evidence);
  const bool hopeless = std::ranges::all_of(
      sets, [](const SetEvidence& evidence) { return cells_that_learn(evidence).empty(); });
  const bool diverged = std::ranges::any_of(sets, [](const SetEvidence& evidence) {
    return std::ranges::any_of(evidence.cells,
                               [](const CellSummary& cell) { return cell.diverged_seeds > 0; });
  });
  if (hopeless && !diverged) return "No setting learned on any data set.";
  return "No setting ran on every data set without failing on one: lower the range.";
}

std::vector<Warning> overall_warnings(const StudySnapshot& study, const std::vector<SetEvidence>& sets,
                                      const OverallRecommendation& overall, const OverallStory& story) {
  std::vector<Warning> warnings;
  if (!overall.undecided.empty()) {
    std::vector<std::string> names;
    for (const Setting& setting : overall.undecided) names.push_back(name(study, setting));
    warnings.push_back(fmt::format("Undecided: {} may lose as little where {} most.", join(names, ", "),
                                   names.size() == 1 ? "it loses" : "they lose"));
  }
  if (story.guesses())
    warnings.push_back(
        "Nothing is above chance on any data set: the value is a guess. Try a longer budget or "
        "another range of etas.");
  else if (const std::string left_out = without_signal(sets, story); !left_out.empty())
    warnings.push_back(fmt::format("Nothing is above chance on {}: left out of the comparison.", left_out));
  const SearchedAxes searched = searched_axes(study, sets.front().cells);
  const std::vector<Warning> at_edges =
      edge_warnings(edges_of(*overall.setting, searched), searched, overall.setting);
  warnings.insert(warnings.end(), at_edges.begin(), at_edges.end());
  return warnings;
}

}  // namespace etalon
