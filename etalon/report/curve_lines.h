/// Curves made ready to draw: smoothed, summed up over seeds, and thinned to what a plot can show.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/report/figure.h"
#include "etalon/study/trial.h"

namespace etalon::report {

/// Points that a line may have across a plot; more could not be told apart at the size it is shown.
inline constexpr std::size_t drawn_columns = 320;

/// The judge's s_t in units of the loss, [steps so far]; infinite where it diverged.
std::vector<double> smoothed_loss(const Curve& curve);

/// [t] the median over `curves`, of an even number the middle of the two, and infinite where one of them is.
/// A curve that ended early counts as infinite from there on.
std::vector<double> median_curve(const std::vector<std::vector<double>>& curves);

/// Where entry t of a curve stands on the axis of epochs.
double epoch_of(const Curve& curve, std::size_t t);

/// Smallest and largest value of each column in the order in which they occur: noise keeps its height.
std::vector<Place> thinned_extremes(const Curve& curve, std::size_t columns = drawn_columns);

/// The median of each column: a smooth line stays where it is. `values` belongs to `curve`'s steps.
std::vector<Place> thinned_medians(const Curve& curve, const std::vector<double>& values,
                                   std::size_t columns = drawn_columns);

}  // namespace etalon::report
