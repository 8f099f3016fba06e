/// The strip of seeds: what every seed of the best settings reached, so that no mean hides what it is made
/// of.
#pragma once

#include <optional>

#include "etalon/report/figure.h"
#include "etalon/report/study_view.h"

namespace etalon::report {

inline constexpr std::size_t most_strips = 25;  ///< settings in one figure

/// A row a setting, the best first, the choice always among them; a dot a seed at its end accuracy,
/// confirmation seeds in another tone, failed ones as crosses at what they are counted as; a stroke at each
/// mean. Nothing where no seed has an accuracy.
std::optional<Figure> seeds_figure(const StudyView& view, std::size_t set);

}  // namespace etalon::report
