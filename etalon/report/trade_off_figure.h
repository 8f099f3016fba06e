/// Speed against stability: the picture that the choice is made in.
#pragma once

#include <optional>

#include "etalon/report/figure.h"
#include "etalon/report/study_view.h"

namespace etalon::report {

/// Epochs to target across, instability up; lower left is better. Cells whose median missed the target
/// stand at the budget, hollow. Empty where no cell has both measures.
std::optional<Figure> trade_off_figure(const StudyView& view, std::size_t set);

}  // namespace etalon::report
