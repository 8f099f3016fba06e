/// A figure as a gnuplot script. Nothing in it depends on the time, the machine or the order of drawing.
#pragma once

#include <string>

#include "etalon/report/figure.h"

namespace etalon::report {

/// raster: PNG with twice as many pixels as the figure is shown at. vector: SVG.
enum class Medium { raster, vector };

inline constexpr unsigned raster_scale = 2;

/// Commands that draw `figure` once for each medium, to `path_stem`.png and `path_stem`.svg.
std::string gnuplot_script(const Figure& figure, const std::string& path_stem);

}  // namespace etalon::report
