#include "etalon/data/generated/digits.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "etalon/data/generated/canvas.h"

namespace etalon {
namespace {

/// One movement of the pen through its points: rounded (a Catmull-Rom spline) or with corners.
struct PenStroke {
  bool rounded = false;
  Path points;
};
using Glyph = std::vector<PenStroke>;  ///< in [0, 1] x [0, 1], y downwards

/// The ways to write each digit.
const std::array<std::vector<Glyph>, 10>& glyphs() {  // NOLINT(readability-function-size): a table
  static const std::array<std::vector<Glyph>, 10> all = {{
      {{{true,
         {{.5, 0}, {.26, .1}, {.15, .5}, {.26, .9}, {.5, 1}, {.74, .9}, {.85, .5}, {.74, .1}, {.5, 0}}}},
       {{true, {{.6, .03}, {.3, .08}, {.17, .5}, {.3, .94}, {.6, .96}, {.8, .6}, {.74, .2}, {.46, -.02}}}}},
      {{{false, {{.5, 0}, {.5, 1}}}},
       {{false, {{.3, .22}, {.54, 0}, {.54, 1}}}},
       {{false, {{.3, .22}, {.52, 0}, {.52, 1}}}, {false, {{.28, 1}, {.76, 1}}}}},
      {{{true, {{.18, .24}, {.3, .05}, {.55, 0}, {.78, .14}, {.76, .36}, {.55, .62}, {.18, 1}}},
        {false, {{.18, 1}, {.86, .98}}}},
       {{true,
         {{.2, .2},
          {.5, 0},
          {.76, .2},
          {.62, .58},
          {.3, .94},
          {.16, .88},
          {.28, .78},
          {.52, .92},
          {.88, .94}}}}},
      {{{true, {{.2, .12}, {.5, 0}, {.76, .2}, {.66, .4}, {.4, .48}}},
        {true, {{.4, .48}, {.72, .55}, {.82, .78}, {.54, 1}, {.16, .88}}}},
       {{false, {{.2, .02}, {.78, 0}, {.44, .4}}},
        {true, {{.44, .4}, {.76, .5}, {.82, .78}, {.54, 1}, {.16, .9}}}}},
      {{{false, {{.3, 0}, {.16, .56}, {.84, .56}}}, {false, {{.7, .1}, {.66, 1}}}},
       {{false, {{.64, 1}, {.64, 0}, {.1, .66}, {.9, .66}}}}},
      {{{false, {{.8, 0}, {.3, 0}, {.26, .44}}},
        {true, {{.26, .44}, {.54, .38}, {.82, .58}, {.76, .88}, {.46, 1}, {.16, .9}}}},
       {{true, {{.78, .02}, {.5, .04}, {.34, .1}, {.3, .42}, {.6, .42}, {.82, .66}, {.66, .96}, {.2, .94}}}}},
      {{{true,
         {{.7, .02},
          {.42, .18},
          {.24, .5},
          {.22, .8},
          {.46, 1},
          {.76, .86},
          {.76, .62},
          {.52, .5},
          {.25, .68}}}},
       {{true, {{.5, 0}, {.3, .3}, {.2, .7}, {.44, 1}, {.78, .88}, {.7, .6}, {.4, .58}, {.24, .8}}}}},
      {{{false, {{.15, .02}, {.84, .02}, {.42, 1}}}},
       {{false, {{.15, .02}, {.84, .02}, {.42, 1}}}, {false, {{.36, .5}, {.76, .5}}}},
       {{true, {{.14, .14}, {.2, .02}, {.5, .06}, {.82, .02}, {.6, .45}, {.46, 1}}}}},
      {{{true,
         {{.5, .46},
          {.26, .3},
          {.3, .07},
          {.5, 0},
          {.7, .07},
          {.74, .3},
          {.5, .46},
          {.22, .66},
          {.24, .92},
          {.5, 1},
          {.76, .92},
          {.78, .66},
          {.5, .46}}}},
       {{true,
         {{.76, .12},
          {.5, 0},
          {.26, .2},
          {.5, .46},
          {.78, .74},
          {.54, 1},
          {.22, .8},
          {.48, .5},
          {.76, .12}}}}},
      {{{true, {{.74, .26}, {.6, .03}, {.34, .04}, {.22, .28}, {.38, .5}, {.64, .46}, {.74, .24}}},
        {true, {{.74, .24}, {.74, .6}, {.66, 1}}}},
       {{true, {{.74, .26}, {.6, .03}, {.34, .04}, {.22, .28}, {.38, .5}, {.64, .46}, {.74, .24}}},
        {true, {{.74, .24}, {.78, .7}, {.6, .98}, {.26, .94}}}}},
  }};
  return all;
}

constexpr unsigned pieces_a_span = 5;

/// The point at `t` in [0, 1] between `b` and `c` of a Catmull-Rom spline.
Point spline(Point a, Point b, Point c, Point d, double t) {
  const Point linear = c - a, square = 2 * a - 5 * b + 4 * c - d, cube = 3 * b - 3 * c + d - a;
  return b + 0.5 * t * (linear + t * (square + t * cube));
}

Path trace(const PenStroke& stroke) {
  const Path& points = stroke.points;
  Path path{points.front()};
  for (std::size_t i = 0; i + 1 < points.size(); ++i)
    for (unsigned piece = 1; piece <= pieces_a_span; ++piece) {
      const double t = static_cast<double>(piece) / pieces_a_span;
      const Point b = points[i], c = points[i + 1];
      const Point a = i == 0 ? b : points[i - 1], d = i + 2 == points.size() ? c : points[i + 2];
      path.push_back(stroke.rounded ? spline(a, b, c, d, t) : b + t * (c - b));
    }
  return path;
}

Point random_offset(double most, RandomSequence& random) {
  const double x = random.uniform(-most, most);
  return {x, random.uniform(-most, most)};
}

/// A smooth distortion: a 4x4 grid of offsets over [0, 1] x [0, 1], smoothly interpolated.
class Distortion {
 public:
  Distortion(double most, RandomSequence& random) {
    for (auto& row : offsets_)
      for (Point& offset : row) offset = random_offset(most, random);
  }

  Point operator()(Point p) const {
    const Step x(p.x), y(p.y);
    const auto& upper = offsets_[y.index];
    const auto& lower = offsets_[y.index + 1];
    const Point above = upper[x.index] + x.share * (upper[x.index + 1] - upper[x.index]);
    const Point below = lower[x.index] + x.share * (lower[x.index + 1] - lower[x.index]);
    return p + above + y.share * (below - above);
  }

 private:
  struct Step {
    explicit Step(double coordinate) {
      const double position = std::clamp(coordinate, 0.0, 1.0) * 3;
      index = position >= 2 ? 2 : position >= 1 ? 1 : 0;
      const double t = position - static_cast<double>(index);
      share = t * t * (3 - 2 * t);
    }
    std::size_t index;
    double share;
  };
  std::array<std::array<Point, 4>, 4> offsets_;
};

/// The glyph as paths in pixels, as one hand would write it once.
std::vector<Path> write(const Glyph& glyph, RandomSequence& random) {
  const double height = random.uniform(16, 21), width = height * random.uniform(0.7, 1.0);
  const Point middle = Point{14, 14} + random_offset(2, random);
  const double angle = random.uniform(-0.15, 0.15), slant = random.uniform(0, 0.3);
  const Placement placement = place(middle, width, height, angle, slant);
  const Distortion distortion(0.08, random);
  std::vector<Path> paths;
  for (PenStroke stroke : glyph) {
    for (Point& point : stroke.points) point = point + random_offset(0.035, random);
    Path path = trace(stroke);
    for (Point& point : path) point = placement(distortion(point) - Point{0.5, 0.5});
    paths.push_back(std::move(path));
  }
  return paths;
}

/// A short bent line somewhere.
Path stray_stroke(RandomSequence& random) {
  const Point start = Point{14, 14} + random_offset(14, random), turn = start + random_offset(6, random);
  return trace({true, {start, turn, turn + random_offset(6, random)}});
}

void draw(std::uint32_t label, RandomSequence& random, std::span<std::uint8_t> pixels) {
  Canvas canvas({1, 28, 28});
  const std::vector<Glyph>& ways = glyphs()[label];
  const std::vector<Path> paths = write(ways[random.below(static_cast<std::uint32_t>(ways.size()))], random);
  const double paper = random.uniform(0, 0.15), ink = paper + random.uniform(0.55, 0.85);
  const double pen = random.uniform(0.8, 1.5);

  canvas.fill({box(0, 0, 28, 28)},
              {.colour = {paper}, .middle = {14, 14}, .slope = random_offset(0.015, random)});
  for (std::uint32_t count = random.below(3); count > 0; --count) {
    const Path path = stray_stroke(random);
    const double half_width = random.uniform(0.4, 1.0), opacity = random.uniform(0.4, 0.9);
    canvas.stroke({path}, half_width, {.colour = {ink}, .opacity = opacity});
  }
  canvas.stroke(paths, pen, {.colour = {ink}});
  canvas.grain(random.uniform(0.05, 0.14), random);
  canvas.copy_to(pixels);
}

}  // namespace

GeneratedSet digits() {
  GeneratedSet set{.number = 2, .shape = {1, 28, 28}, .class_names = {}, .draw = draw};
  for (int digit = 0; digit < 10; ++digit) set.class_names.push_back(std::to_string(digit));
  return set;
}

}  // namespace etalon
