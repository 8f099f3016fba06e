#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"
#include "etalon/report/page.h"

namespace etalon::report {
namespace {

using Row = std::vector<std::string>;

Row key_head(const StudyView& view) {
  Row head;
  for (const Axis& axis : view.axes())
    head.push_back(axis.quantity == Quantity::eta ? "eta " + escaped_markdown(axis.group)
                                                  : axis_markdown(axis));
  head.push_back("seeds");
  return head;
}

/// The values in bold where chosen, and how many seeds all numbers of the row come from.
Row key_cells(const CellView& cell) {
  Row row;
  for (const double value : cell.summary->setting.values)
    row.push_back(cell.chosen ? "**" + value_text(value) + "**" : value_text(value));
  row.push_back(std::to_string(cell.summary->seeds));
  return row;
}

Row speed_row(const CellView& view) {
  const CellSummary& cell = *view.summary;
  Row row = key_cells(view);
  const bool gone = view.all_diverged();
  row.insert(row.end(), {gone ? not_measured : percent_spread_text(cell.accuracy),
                         accuracy_range_text(view).value_or(""), spread_text(cell.final_training_loss),
                         spread_text(cell.final_validation_loss), target_text(cell.median_loss_target),
                         target_text(cell.median_accuracy_target), spread_text(cell.area),
                         spread_text(cell.seconds), to_text(cell.speed)});
  return row;
}

std::string share_spread(const Spread& spread) {
  return spread.mean ? percent_spread_text(spread) : not_measured;
}

/// "conv 1 to 2": the last setting upwards that held, and the first that failed.
std::string interval_text(const Margin& margin) {
  if (!margin.failed) return fmt::format("over {}", number_text(margin.held.value_or(0)));
  return margin.held ? fmt::format("{} to {}", number_text(*margin.held), number_text(*margin.failed))
                     : "none";
}

std::string margin_text(const CellSummary& cell, const StudyView& view) {
  Row parts;
  for (std::size_t group = 0; group < cell.margin.size() && group < view.groups().size(); ++group)
    parts.push_back(escaped_markdown(view.groups()[group].name) + " " + interval_text(cell.margin[group]));
  return parts.empty() ? not_measured : join(parts, ", ");
}

Row stability_row(const CellView& shown, const StudyView& view) {
  const CellSummary& cell = *shown.summary;
  Row row = key_cells(shown);
  row.insert(row.end(),
             {fmt::format("{} of {}", cell.failed_seeds, cell.seeds), percent_text(cell.failure_upper),
              spread_text(cell.set_back), spread_text(cell.catapult), share_spread(cell.spike_share),
              number_text(cell.sensitivity), margin_text(cell, view), spread_text(cell.still_falling),
              to_text(cell.stability)});
  return row;
}

std::string table(const SetView& set, const StudyView& view, const Row& more, bool speed) {
  Row head = key_head(view);
  head.insert(head.end(), more.begin(), more.end());
  std::vector<Row> rows;
  for (const CellView& cell : set.cells) rows.push_back(speed ? speed_row(cell) : stability_row(cell, view));
  return markdown_table(head, rows, view.axes().size()) + "\n";
}

}  // namespace

std::string measures_part(const StudyView& view, const SetView& set) {
  return "Each number is a mean ± deviation over the seeds of its row, of one seed the number alone; epochs "
         "to target are "
         "medians over them.\n\n"
         "**Accuracy and speed**\n\n" +
         table(set, view,
               {"validation accuracy", "lowest to highest seed", "training loss", "validation loss",
                "epochs to loss target", "epochs to accuracy target", "area", "seconds", "speed"},
               true) +
         "**Stability**\n\n" +
         table(set, view,
               {"failed", "95 % upper bound", "set-back", "catapult", "spikes", "sensitivity",
                "margin (decades)", "still falling", "stability"},
               false);
}

}  // namespace etalon::report
