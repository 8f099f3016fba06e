/// The cells of a set seen along two of its axes.
#pragma once

#include <string>
#include <vector>

#include "etalon/report/study_view.h"

namespace etalon::report {

struct Slice {
  std::vector<const CellView*> cells;
  bool at_choice = false;  ///< their other values are those of the choice
};

/// The cells that share the choice's values on the axes other than `first` and `second`, where they vary along both;
/// else all cells. REQUIRES: a cell.
Slice slice_of(const SetView& set, std::size_t first, std::size_t second);

/// "full 0.1, momentum 0.9": the choice's values on the other axes. REQUIRES: a choice.
std::string others_at_choice(const StudyView& view, const SetView& set, std::size_t first,
                             std::size_t second);

}  // namespace etalon::report
