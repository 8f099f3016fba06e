/// Axes of learning rates: logarithmic, or a cell each.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "etalon/report/figure.h"

namespace etalon::report {

struct Span {
  double from = 0, to = 0;
};

struct EtaAxis {
  FigureAxis axis;               ///< a tick at each eta, thinned where they would not fit
  std::map<double, Span> spans;  ///< eta -> the part of the axis that is nearest to it
};

/// REQUIRES: `etas` ascending, not empty. Bounds lie halfway between neighbours in log10; a single eta gets
/// half a decade to each side.
EtaAxis eta_axis(const std::string& title, const std::vector<double>& etas);

/// Cells of one width, whatever the steps between the values: all have the same room for their numbers.
/// REQUIRES: `values` ascending, not empty. In units of cells: the first spans 0 to 1.
EtaAxis even_axis(const std::string& title, const std::vector<double>& values);

/// For etas that are no grid: from a little below `from` to a little above `to`, ticks at decades.
FigureAxis open_eta_axis(const std::string& title, double from, double to);

}  // namespace etalon::report
