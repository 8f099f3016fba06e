#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/clock.h"
#include "etalon/base/text.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"
#include "etalon/report/page.h"
#include "etalon/report/report_folder.h"
#include "etalon/report/snippet.h"

namespace etalon::report {
namespace {

std::string bullets(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += fmt::format("- {}\n", escaped_markdown(line));
  return text;
}

std::string bullets(const std::vector<Warning>& warnings) {
  std::string text;
  for (const Warning& warning : warnings)
    text += fmt::format("- **Warning:** {}\n", escaped_markdown(std::string(warning)));
  return text;
}

std::string eligible_line(const Recommendation& chosen) {
  if (chosen.eligible.size() < 2) return "";
  return fmt::format("- {} could have been chosen for accuracy; speed and stability decided among them.\n",
                     counted(chosen.eligible.size(), "setting"));
}

std::string margin_text(const Margin& margin) {
  if (!margin.held) return "in the setting itself";
  if (margin.failed)
    return fmt::format("between {} and {}", number_text(*margin.held), number_text(*margin.failed));
  if (*margin.held == 0) return "unknown, as nothing larger was searched";
  return "beyond " + number_text(*margin.held);
}

std::string margin_line(const CellSummary& cell, const StudyView& view) {
  std::vector<std::string> parts;
  for (std::size_t group = 0; group < cell.margin.size() && group < view.groups().size(); ++group)
    parts.push_back(escaped_markdown(view.groups()[group].name) + " " + margin_text(cell.margin[group]));
  return parts.empty() ? ""
                       : "- Where failure begins, in decades of `eta` upwards: " + join(parts, "; ") + ".\n";
}

std::string test_line(const StudyView& view, std::size_t set) {
  const Spread test = view.test_accuracy(set);
  if (test.mean)
    return fmt::format(
        "- Test accuracy {} ({}), evaluated once, after the choice, with the weights of its trials.\n",
        percent_spread_text(test),
        fewer_seeds_text(test, *view.sets()[set].recommendation).value_or(counted(test.count, "seed")));
  const char* reason = view.study().trials.size() < view.study().planned_trials
                           ? "the study has not come to its end"
                           : "the store holds no test result for this setting";
  return fmt::format("- Test accuracy {}: {}.\n", not_measured, reason);
}

std::string set_conclusion(const StudyView& view, std::size_t index) {
  const SetView& set = view.sets()[index];
  std::string text = "### On " + set_name(set) + "\n\n";
  if (!set.recommendation || set.cells.empty())
    return text + "- No `eta` is recommended: no trial on this set is finished.\n\n";
  const Recommendation& chosen = *set.recommendation;
  if (!chosen.setting)
    return text + "- No `eta` is recommended. " + escaped_markdown(chosen.reason) + "\n" +
           bullets(chosen.warnings) + bullets(chosen.what_would_change_it) + "\n";
  text += fmt::format("- We select {}.\n- {}\n- Validation accuracy {} ({}).\n",
                      setting_markdown(chosen.setting, view),
                      escaped_markdown(chosen.certificate ? chosen.why : chosen.reason),
                      percent_text(chosen.validation_accuracy.mean),
                      counted(chosen.validation_accuracy.count, chosen.confirmed ? "fresh seed" : "seed"));
  text += test_line(view, index) + eligible_line(chosen);
  if (const auto* cell = set.chosen()) text += margin_line(*cell->summary, view);
  text += bullets(chosen.warnings);
  if (!chosen.what_would_change_it.empty())
    text += "\nWhat would change the choice:\n\n" + bullets(chosen.what_would_change_it);
  return text + "\n";
}

std::string overall_conclusion(const StudyView& view) {
  const auto& overall = view.judgement().overall;
  if (!overall || view.sets().size() < 2) return "";
  std::string text = "### Overall\n\n";
  if (!overall->setting)
    return text + "- No `eta` is recommended. " + escaped_markdown(overall->reason) + "\n\n";
  text += fmt::format("- For all data sets together we select {}.\n- {}\n",
                      setting_markdown(overall->setting, view), escaped_markdown(overall->reason));
  std::vector<std::string> regrets;
  for (std::size_t set = 0; set < overall->regret.size() && set < view.sets().size(); ++set)
    regrets.push_back(
        fmt::format("{} {}", set_name(view.sets()[set]), fmt::format("{:.2f}", 100 * overall->regret[set])));
  text += "- Accuracy given up against the best setting of each data set, in percentage points: " +
          listed(regrets) + ".\n";
  return text + bullets(overall->warnings) + "\n";
}

std::string file_table(bool with_plots) {
  std::vector<std::vector<std::string>> rows{
      {"[recommendation.json](recommendation.json)",
       "the certificate: choice, evidence and doubt, for programs"},
      {"[parameter_groups.py](parameter_groups.py)", "the recommendation for PyTorch"},
      {"[trials.csv](trials.csv)", "every measure of every trial"},
      {"[curves.csv](curves.csv)", "every training loss of every trial"},
      {"[epochs.csv](epochs.csv)", "training loss, validation loss and accuracy of every epoch"}};
  if (with_plots) rows.push_back({"assets/", "the plots as WebP and as SVG"});
  rows.push_back({fmt::format("[{0}]({0})", manifest_name),
                  "digests of all of them: the next report replaces these files and no others"});
  return markdown_table({"file", "content"}, rows, 2);
}

}  // namespace

std::string conclusion_part(const StudyView& view) {
  std::string text = "## Conclusion\n\nBased on these measurements:\n\n" + overall_conclusion(view);
  for (std::size_t set = 0; set < view.sets().size(); ++set) text += set_conclusion(view, set);
  return text;
}

std::string usage_part(const StudyView& view, const ReportPlots& plots) {
  std::string text = "## Using it\n\n";
  if (const auto snippet = short_snippet(view))
    text +=
        "In PyTorch (checked, and for every data set, in [parameter_groups.py](parameter_groups.py)):\n\n" +
        code_block("python", *snippet) + "\n";
  else
    text += "For PyTorch, see [parameter_groups.py](parameter_groups.py).\n\n";
  text += "In Etalon's study file:\n\n" + code_block("toml", study_file_lines(view)) + "\n";
  text += "## Files\n\n" + file_table(plots.missing.empty());
  text += "\nAll of them are made again, from the store alone, by `etalon report` of the study `" +
          view.study().name + "`: the same bytes but for dates.\n\n";
  const StudyTimes& times = view.study().times;
  return text + fmt::format("*Study begun {}, last trained {}.*\n", utc_text(times.started_unix_millis),
                            utc_text(times.finished_unix_millis));
}

}  // namespace etalon::report
