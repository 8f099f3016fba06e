#include "etalon/report/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/judging/odds.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"

namespace etalon::report {
namespace {

const char* const why_eta_matters =
    R"md(## Why the learning rate (`eta`) matters

Training walks downhill on the loss, and `eta` is the length of its stride.

- With a **small `eta`** every step is safe and short: the loss falls, but the budget may end long before the valley.
- With a **large `eta`** steps leap over what they should descend into: the loss swings, climbs, or runs off to infinity.

The best stride lies close to the largest one that still holds its ground, and it is not the same for every layer: one
kernel of a convolution gathers its gradient from every position of the image, a weight of a dense layer from one. So
each layer group gets an `eta` of its own, and the balance between speed and stability is measured rather than guessed.

)md";

std::vector<std::string> choice_row(const SetView& set, std::size_t index, const StudyView& view) {
  const Recommendation& chosen = *set.recommendation;
  std::vector<std::string> row{set_name(set)};
  for (std::size_t axis = 0; axis < view.axes().size(); ++axis)
    row.push_back(chosen.setting ? fmt::format("**{}**", value_text(chosen.setting->values.at(axis)))
                                 : "none");
  const Spread& accuracy = chosen.validation_accuracy;
  row.push_back(chosen.setting ? percent_text(accuracy.mean) : not_measured);
  row.push_back(chosen.setting ? fmt::format("{}{}", accuracy.count, chosen.confirmed ? " fresh" : "")
                               : not_measured);
  const Spread test = view.test_accuracy(index);
  const auto fewer = fewer_seeds_text(test, chosen);
  row.push_back(percent_spread_text(test) + (fewer ? " (" + *fewer + ")" : ""));
  row.push_back(chosen.certificate ? odds_text(chosen.certificate->p_best, chosen.tuning_accuracy.count)
                                   : not_measured);
  return row;
}

std::vector<std::string> overall_row(const StudyView& view) {
  const auto& overall = view.judgement().overall;
  std::vector<std::string> row{"**overall**"};
  for (std::size_t axis = 0; axis < view.axes().size(); ++axis)
    row.push_back(overall->setting ? fmt::format("**{}**", value_text(overall->setting->values.at(axis)))
                                   : "none");
  row.insert(row.end(), {"", "", "", ""});
  return row;
}

std::string choices_table(const StudyView& view) {
  std::vector<std::string> head{"data set"};
  for (const Axis& axis : view.axes()) head.push_back(axis_markdown(axis));
  head.insert(head.end(), {"validation accuracy", "seeds", "test accuracy", "P(best)"});
  std::vector<std::vector<std::string>> rows;
  for (std::size_t set = 0; set < view.sets().size(); ++set)
    if (view.sets()[set].recommendation) rows.push_back(choice_row(view.sets()[set], set, view));
  if (view.judgement().overall && view.sets().size() > 1) rows.push_back(overall_row(view));
  return rows.empty() ? "" : markdown_table(head, rows, 1) + "\n";
}

/// "each of 3 seeds", "one seed", "2 to 3 seeds".
std::string seeds_of_each_setting(const StudyView& view) {
  const auto [fewest, most] = seed_range(view);
  if (fewest != most) return fmt::format("{} to {} seeds", fewest, most);
  return most == 1 ? "one seed" : "each of " + counted(most, "seed");
}

std::string missing_plots_text(const ReportPlots& plots) {
  if (plots.missing.empty()) return "";
  return fmt::format(
      "**This report has no plots**, as they could not be drawn: {}. All numbers are here. With gnuplot "
      "installed (on Debian `apt-get install gnuplot-nox`), `etalon report` adds the plots, given the same "
      "store and "
      "folder as before; nothing is trained again.\n\n",
      escaped_markdown(plots.missing));
}

std::string network_name(const StudyView& view) {
  const NetworkSpec& network = view.study().definition.network;
  return network.layers.empty() ? escaped_markdown(network.name) : "a network of its own layers";
}

}  // namespace

std::string set_name(const SetView& set) { return escaped_markdown(set.facts->name); }

std::string setting_markdown(const std::optional<Setting>& setting, const StudyView& view) {
  if (!setting) return "none";
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < view.axes().size(); ++i) {
    const Axis& axis = view.axes()[i];
    parts.push_back(fmt::format("`{} = {}`{}{}", traits_of(axis.quantity).words,
                                value_text(setting->values.at(i)), axis.group.empty() ? "" : " ",
                                escaped_markdown(axis.group)));
  }
  return join(parts, ", ");
}

std::optional<std::string> accuracy_range_text(const CellView& cell) {
  double low = 2, high = -1;
  for (const SeedView& seed : cell.seeds)
    if (seed.verdict->accuracy)
      low = std::min(low, *seed.verdict->accuracy), high = std::max(high, *seed.verdict->accuracy);
  if (cell.seeds.size() < 2 || cell.all_diverged() || low > high) return {};
  return fmt::format("{:.2f} to {:.2f} %", 100 * low, 100 * high);
}

std::string seeds_text(const SetView& set) {
  if (set.cells.empty()) return "no seed";
  const auto [fewest, most] = std::minmax_element(
      set.cells.begin(), set.cells.end(),
      [](const CellView& a, const CellView& b) { return a.summary->seeds < b.summary->seeds; });
  const auto low = fewest->summary->seeds, high = most->summary->seeds;
  return low == high ? counted(high, "seed") : fmt::format("{} to {} seeds", low, high);
}

SeedRange seed_range(const StudyView& view) {
  SeedRange range{UINT32_MAX, 0};
  for (const SetView& set : view.sets())
    for (const CellView& cell : set.cells) {
      range.fewest = std::min(range.fewest, cell.summary->seeds);
      range.most = std::max(range.most, cell.summary->seeds);
    }
  return range.most > 0 ? range : SeedRange{view.study().plan.seeds, view.study().plan.seeds};
}

std::optional<std::string> fewer_seeds_text(const Spread& test, const Recommendation& chosen) {
  const std::uint32_t all = chosen.validation_accuracy.count;
  if (!test.mean || test.count >= all) return {};
  return fmt::format("over {} of {}", test.count, counted(all, "seed"));
}

std::string overview_part(const StudyView& view, const ReportPlots& plots) {
  const StudySnapshot& study = view.study();
  std::vector<std::string> names;
  for (const SetView& set : view.sets()) names.push_back(set_name(set));
  std::string text = fmt::format(
      "# Choosing the learning rate (`eta`): {}\n\n## Overview\n\n"
      "This report chooses the learning rates of {} on {}. Every candidate setting was trained for {} with "
      "{}, under the same conditions and from the same initial weights; what follows is what was measured, "
      "and what it says.\n\n",
      escaped_markdown(study.name), network_name(view), listed(names), counted(epochs_of(study), "epoch"),
      seeds_of_each_setting(view));
  if (complete_trials(study) < study.planned_trials)
    text += fmt::format("**{} of {} planned trials are finished.** All below is from those alone.\n\n",
                        complete_trials(study), study.planned_trials);
  return text + missing_plots_text(plots) + choices_table(view);
}

std::string report_page(const StudyView& view, const ReportPlots& plots) {
  return overview_part(view, plots) + certificate_part(view) + "---\n\n" + why_eta_matters + "---\n\n" +
         methodology_part(view) + "---\n\n" + results_part(view, plots) + "---\n\n" + conclusion_part(view) +
         "---\n\n" + usage_part(view, plots);
}

}  // namespace etalon::report
