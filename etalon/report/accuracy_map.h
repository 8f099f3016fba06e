/// Validation accuracy along the axes: a map for two of them, a line for one, a map a pair for more.
#pragma once

#include <vector>

#include "etalon/report/figure.h"
#include "etalon/report/study_view.h"

namespace etalon::report {

/// One axis: accuracy against its value. Two: a map, or coloured points where the settings are no grid. More:
/// one of these for each pair of axes, all others at the choice; where there is no choice, or next to nothing was
/// tried there, each place shows the best over the others. Empty where nothing is finished.
std::vector<Figure> accuracy_maps(const StudyView& view, std::size_t set);

}  // namespace etalon::report
