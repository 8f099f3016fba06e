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

/// Where a label stands seen from its dot: -1, 0 or 1 across (left to right), so many lines down; never both
/// 0.
struct LabelSide {
  int across = 1, down = 0;
  bool far() const { return down < -1 || down > 1; }  ///< a thin line leads to it
};

/// In pixels, from the upper left corner.
struct Box {
  double left, right, top, bottom;
  bool inside(const Box& other) const {
    return left >= other.left && right <= other.right && top >= other.top && bottom <= other.bottom;
  }
  bool meets(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

/// What `label` covers on that side of a dot at pixel `at`.
Box label_box(const Place& at, const std::string& label, const LabelSide& side);

/// [dot] the side of each labelled dot on which its label covers the fewest lines and stands nearest; nothing
/// where every side covers a dot or another label, or leaves the plot area. The last dots have the first
/// choice.
std::vector<std::optional<LabelSide>> label_sides(const Figure& figure, const FigureLayout& layout);

}  // namespace etalon::report
