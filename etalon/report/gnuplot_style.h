/// How the parts of a figure look: role -> colour, width, symbol. The one place for it.
#pragma once

#include "etalon/report/figure.h"
#include "etalon/report/palette.h"

namespace etalon::report {

struct LineStyle {
  Color color;
  double width = 1;  ///< pixels at the size shown
  bool dashed = false;
  bool with_points = false;
};
LineStyle style_of(LineRole role, unsigned hue);

struct DotStyle {
  int symbol = 7;  ///< gnuplot's point type: 7 filled circle, 6 circle, 2 cross, 8 and 9 triangle up
  Color color;
  double size = 1;
  double width = 1;
};
DotStyle style_of(DotRole role, bool hollow);  ///< hollow: a circle of the same colour

}  // namespace etalon::report
