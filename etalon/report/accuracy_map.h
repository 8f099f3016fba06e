/// Validation accuracy over the etas: a map for two groups, a line for one, a map a pair of groups for more.
#pragma once

#include <vector>

#include "etalon/report/figure.h"
#include "etalon/report/study_view.h"

namespace etalon::report {

/// The settings of `cells` are (most of) a grid over the etas of groups `first` and `second`.
bool is_grid(const std::vector<CellView>& cells, std::size_t first, std::size_t second);

/// One group: accuracy against its eta. Two: a map, or coloured points where the settings are no grid. More:
/// one of these for each pair of groups, each place showing the best over the etas of the other groups.
/// Empty where nothing is finished.
std::vector<Figure> accuracy_maps(const StudyView& view, std::size_t set);

}  // namespace etalon::report
