#include "etalon/report/slice.h"

#include <algorithm>

#include "etalon/report/number_text.h"

namespace etalon::report {
namespace {

/// Whether the cell has the values of `setting` on all axes but two.
bool has_others_of(const CellView& cell, const Setting& setting, std::size_t first, std::size_t second) {
  for (std::size_t axis = 0; axis < setting.values.size(); ++axis)
    if (axis != first && axis != second && cell.summary->setting.values[axis] != setting.values[axis])
      return false;
  return true;
}

bool is_varied(const std::vector<const CellView*>& cells, std::size_t axis) {
  return std::ranges::any_of(cells, [&](const CellView* cell) {
    return cell->summary->setting.values[axis] != cells.front()->summary->setting.values[axis];
  });
}

}  // namespace

Slice slice_of(const SetView& set, std::size_t first, std::size_t second) {
  Slice slice;
  if (const CellView* chosen = set.chosen())
    for (const CellView& cell : set.cells)
      if (has_others_of(cell, chosen->summary->setting, first, second)) slice.cells.push_back(&cell);
  slice.at_choice = !slice.cells.empty() && is_varied(slice.cells, first) && is_varied(slice.cells, second);
  if (slice.at_choice) return slice;
  slice.cells.clear();
  for (const CellView& cell : set.cells) slice.cells.push_back(&cell);
  return slice;
}

std::string others_at_choice(const StudyView& view, const SetView& set, std::size_t first,
                             std::size_t second) {
  Setting others;
  std::vector<Axis> axes;
  for (std::size_t axis = 0; axis < view.axes().size(); ++axis) {
    if (axis == first || axis == second) continue;
    others.values.push_back(set.chosen()->summary->setting.values.at(axis));
    axes.push_back(view.axes()[axis]);
  }
  return setting_text(others, axes);
}

}  // namespace etalon::report
