/// Axes of accuracies: labelled in percent, and never narrower than what can be read off.
#pragma once

#include <string>
#include <vector>

#include "etalon/report/figure.h"

namespace etalon::report {

/// Round percentages within [from, to], both accuracies: {0.975, "97.5 %"}.
std::vector<Tick> percent_ticks(double from, double to);

/// Linear, with a little room beyond `low` and `high`, within [0, 1].
FigureAxis accuracy_axis(const std::string& title, double low, double high);

/// An axis that runs with the logarithm of the error, like the colours of a map: 97 % and 98 % lie as far
/// from each other as 40 % and 60 %. Places on it are -log10(1 - accuracy).
struct ErrorAxis {
  FigureAxis axis;
  double smallest_error = 1e-4;  ///< a perfect score stands where this error does
  double place(double accuracy) const;
};

/// From `low` to `high`, accuracies in [0, 1], with a little room. A perfect score over `samples` of them
/// stands where half an error would.
ErrorAxis error_axis(const std::string& title, double low, double high, std::uint32_t samples);

}  // namespace etalon::report
