/// Many figures drawn at once.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "etalon/base/files.h"
#include "etalon/report/figure.h"

namespace etalon::report {

struct NamedFigure {
  std::string name;  ///< of its files, without ending
  Figure figure;
};

struct DrawnFigure {
  Bytes webp;
  std::string svg;
};

/// [figure] both forms of each. A few gnuplot processes draw a share of the figures each. `on_progress` is
/// called after each figure, from any thread, one at a time. Throws Failure if gnuplot fails or is missing.
std::vector<DrawnFigure> draw(const std::vector<NamedFigure>& figures,
                              const std::function<void(std::uint32_t, std::uint32_t)>& on_progress);

/// gnuplot's SVG with the figure's own title and description, and fonts for machines without DejaVu Sans.
std::string finished_svg(const std::string& svg, const Figure& figure);

}  // namespace etalon::report
