/// Where the parts of a figure stand, in pixels from the upper left corner.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etalon/report/figure.h"

namespace etalon::report {

inline constexpr double title_size = 15, text_size = 12, small_size = 11;  ///< heights of letters, pixels

/// About how wide `text` is, in pixels, in DejaVu Sans.
double text_width(const std::string& text, double size);

struct LegendPlace {
  double x = 0, y = 0;  ///< left end of the sample, middle of its height
};

struct FigureLayout {
  double left = 0, right = 0, top = 0, bottom = 0;  ///< the plot area
  std::vector<LegendPlace> legend;                  ///< [entry], in as many rows as needed
};

FigureLayout layout_of(const Figure& figure);

/// A place in the plot area, in pixels; outside of the axes it lies outside of the area.
Place pixel_of(const Figure& figure, const FigureLayout& layout, const Place& place);

/// Where a label stands seen from its dot: -1, 0 or 1 across (left to right) and down; never both 0.
struct LabelSide {
  int across = 1, down = 0;
};

/// [dot] the side of each labelled dot on which its label covers the fewest dots and front lines; nothing
/// where every side covers another label or leaves the plot area.
std::vector<std::optional<LabelSide>> label_sides(const Figure& figure, const FigureLayout& layout);

}  // namespace etalon::report
