#include <map>
#include <set>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"
#include "etalon/report/page.h"
#include "etalon/report/slice.h"

namespace etalon::report {
namespace {

/// The best mean of the cells at one place, and whether the choice is among them.
struct PlaceView {
  std::optional<double> accuracy;
  bool chosen = false;
};

using Places = std::map<std::pair<double, double>, PlaceView>;

Places places_of(const Slice& slice, std::size_t first, std::size_t second) {
  Places places;
  for (const CellView* cell : slice.cells) {
    const std::vector<double>& values = cell->summary->setting.values;
    PlaceView& place = places[{values.at(first), values.at(second)}];
    place.chosen |= cell->chosen;
    if (!cell->all_diverged() && cell->summary->accuracy.mean)
      place.accuracy = std::max(place.accuracy.value_or(0), *cell->summary->accuracy.mean);
  }
  return places;
}

std::string place_text(const Places& places, double across, double down) {
  const auto place = places.find({across, down});
  if (place == places.end()) return "";
  const std::string text = place->second.accuracy ? percent_text(place->second.accuracy) : "diverged";
  return place->second.chosen ? "**" + text + "**" : text;
}

std::string pair_table(const StudyView& view, const SetView& set, std::size_t first, std::size_t second) {
  const Slice slice = slice_of(set, first, second);
  const Places places = places_of(slice, first, second);
  std::set<double> across, down;
  for (const auto& [values, place] : places) across.insert(values.first), down.insert(values.second);
  const std::string rows_title = axis_markdown(view.axes()[second]),
                    columns_title = axis_markdown(view.axes()[first]);
  std::vector<std::string> head{rows_title};
  for (const double value : across) head.push_back(fmt::format("{} {}", columns_title, value_text(value)));
  std::vector<std::vector<std::string>> rows;
  for (const double value : down) {
    std::vector<std::string>& row = rows.emplace_back(std::vector{value_text(value)});
    for (const double other : across) row.push_back(place_text(places, other, value));
  }
  return fmt::format("{} and {}, {}:\n\n{}\n", columns_title, rows_title,
                     slice.at_choice ? "all else at the choice (" +
                                           escaped_markdown(others_at_choice(view, set, first, second)) + ")"
                                     : "each place the best over all else that was tried",
                     markdown_table(head, rows, 1));
}

}  // namespace

std::string pairs_part(const StudyView& view, const SetView& set) {
  constexpr std::size_t most_columns = 12;
  const std::size_t axes = view.axes().size();
  if (axes < 3) return "";  // the measures are such a table already
  std::string text;
  for (std::size_t first = 0; first < axes; ++first)
    for (std::size_t second = first + 1; second < axes; ++second) {
      std::set<double> columns;
      for (const CellView& cell : set.cells) columns.insert(cell.summary->setting.values.at(first));
      if (columns.size() <= most_columns) text += pair_table(view, set, first, second);
    }
  if (text.empty()) return "";
  return "<details>\n<summary>Mean accuracy by every two of what was varied</summary>\n\n" + text +
         "</details>\n\n";
}

}  // namespace etalon::report
