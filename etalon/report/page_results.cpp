#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"
#include "etalon/report/page.h"

namespace etalon::report {
namespace {

constexpr std::size_t longest_open_gallery = 6;  ///< settings whose plots are shown without a click
const std::string not_drawn = "*Not drawn: the overview says why.*\n\n";

std::string picture(const NamedFigure& plot, const std::string& words) {
  return fmt::format("![{}](assets/{}.webp)", words, plot.name);
}

/// The picture, and below it a way to one that can be enlarged without end.
std::string figure_markdown(const NamedFigure& plot) {
  return fmt::format("{}\n\n[the same as SVG](assets/{}.svg)\n\n",
                     picture(plot, escaped_markdown(plot.figure.alternative)), plot.name);
}

std::string accuracy_line(const CellView& shown) {
  const CellSummary& cell = *shown.summary;
  std::string text;
  if (cell.seeds > 0 && cell.diverged_seeds == cell.seeds)
    text = "Validation accuracy " + not_measured + ": every seed diverged";
  else
    text = "Validation accuracy " + percent_spread_text(cell.accuracy);
  if (cell.failed_seeds > cell.diverged_seeds)
    text += fmt::format(", with {} of {} seeds failed ({} diverged)", cell.failed_seeds, cell.seeds,
                        cell.diverged_seeds);
  else if (cell.diverged_seeds > 0 && cell.diverged_seeds < cell.seeds)
    text +=
        fmt::format(", with {} of {} seeds diverged and counted as chance", cell.diverged_seeds, cell.seeds);
  const auto range = accuracy_range_text(shown);
  return text + fmt::format(" ({}{}).", counted(cell.seeds, "seed"), range ? ", " + *range : "");
}

/// One entry of the list: the values, the sentence, the plot where there is one.
std::string entry(std::size_t number, const CellView& cell, const NamedFigure* plot, const StudyView& view) {
  std::string text = fmt::format("{}.\n", number);
  for (std::size_t i = 0; i < view.axes().size(); ++i) {
    const Axis& axis = view.axes()[i];
    text += fmt::format("    - `{} = {}`{}\n", traits_of(axis.quantity).words,
                        value_text(cell.summary->setting.values.at(i)),
                        axis.group.empty() ? "" : " " + escaped_markdown(axis.group) + " layers");
  }
  text += "    - " + escaped_markdown(cell.summary->sentence) + "\n";
  text += "    - " + accuracy_line(cell) + (cell.chosen ? " **This is the choice.**" : "") + "\n";
  return text + (plot ? fmt::format("    - {} [SVG](assets/{}.svg)\n\n",
                                    picture(*plot, escaped_markdown(plot->figure.alternative)), plot->name)
                      : "\n");
}

std::string gallery(const SetView& set, const SetPlots& plots, const ReportPlots& all,
                    const StudyView& view) {
  std::string list;
  for (std::size_t cell = 0; cell < set.cells.size(); ++cell)
    list += entry(cell + 1, set.cells[cell], all.missing.empty() ? &all.figures[plots.losses[cell]] : nullptr,
                  view);
  if (!all.missing.empty()) return "#### Each setting\n\n" + list;
  const std::string intro =
      "#### Training loss against epochs, each setting\n\n"
      "**Description**: how the training loss falls over the epochs for each pair of `eta`, on the same axes "
      "throughout. Faint: every minibatch. Thin: each seed, smoothed. Bold: the median over seeds. Orange: "
      "the "
      "validation loss (median over seeds) at the end of each epoch.\n\n";
  if (set.cells.size() <= longest_open_gallery) return intro + list;
  return intro + fmt::format("<details>\n<summary>All {} settings</summary>\n\n", set.cells.size()) + list +
         "</details>\n\n";
}

std::string loss_target_text(const StudyView& view, const SetView& set) {
  if (set.loss_target) return number_text(*set.loss_target);
  return view.varies(Quantity::label_smoothing) ? "one for each label smoothing" : not_measured;
}

std::string targets_line(const StudyView& view, const SetView& set) {
  return fmt::format(
      "Targets: training loss {}, validation accuracy {}. Unless the study fixes them, they are 90 % of the "
      "descent of "
      "the best trial of seed index 0.\n\n",
      loss_target_text(view, set), percent_text(set.accuracy_target));
}

std::string set_results(const SetView& set, const SetPlots& plots, const ReportPlots& all,
                        const StudyView& view) {
  std::string text = "### " + set_name(set) + "\n\n";
  if (set.cells.empty()) return text + "No trial on this set is finished: nothing was measured.\n\n";
  const auto show = [&](std::size_t plot) {
    text += all.missing.empty() ? figure_markdown(all.figures[plot]) : not_drawn;
  };
  text += fmt::format("#### Validation accuracy\n\nAfter the last epoch, mean over {}.\n\n", seeds_text(set));
  for (const std::size_t map : plots.maps) show(map);
  text += pairs_part(view, set);
  if (const auto* chosen = set.chosen())
    text += fmt::format("The choice: {}. {} {}\n\n", setting_markdown(chosen->summary->setting, view),
                        escaped_markdown(set.recommendation->certificate ? set.recommendation->why
                                                                         : set.recommendation->reason),
                        accuracy_line(*chosen));
  else if (set.recommendation)
    text += escaped_markdown(set.recommendation->reason) + "\n\n";
  if (plots.seeds) {
    text +=
        "#### Every seed\n\nWhat the means above are made of: a setting whose seeds lie far apart, or fail, "
        "is a "
        "gamble, however good its mean.\n\n";
    show(*plots.seeds);
  }
  text += "#### Speed against stability\n\n";
  if (plots.trade_off)
    show(*plots.trade_off);
  else
    text += "No setting reached a measurable speed: there is nothing to trade off.\n\n";
  text += "#### Training loss, all settings\n\n";
  if (plots.overlay) show(*plots.overlay);
  text += "#### Measures\n\n" + targets_line(view, set) + measures_part(view, set);
  return text + gallery(set, plots, all, view);
}

}  // namespace

std::string results_part(const StudyView& view, const ReportPlots& plots) {
  std::string text = "## Results\n\n";
  for (std::size_t set = 0; set < view.sets().size(); ++set)
    text += set_results(view.sets()[set], plots.sets[set], plots, view);
  return text;
}

}  // namespace etalon::report
