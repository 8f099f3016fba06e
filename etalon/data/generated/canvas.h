/// A small drawing surface for the generated sets: filled figures, strokes, grain. Anti-aliased, and built
/// from + - * / and sqrt alone, so that it gives the same bits on every machine.
///
/// Coordinates are in pixels: x to the right, y downwards, pixel (x, y) covers [x, x+1) x [y, y+1).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "etalon/base/random.h"
#include "etalon/data/data_set.h"

namespace etalon {

struct Point {
  double x = 0, y = 0;
};
inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(double factor, Point a) { return {factor * a.x, factor * a.y}; }

using Path = std::vector<Point>;       ///< corners, joined by straight lines
using Figure = std::vector<Path>;      ///< closed outlines; a point is inside by the even-odd rule
using Colour = std::array<double, 3>;  ///< red, green, blue in [0, 1]; a grey canvas takes the first

inline Colour mix(const Colour& a, const Colour& b, double share_of_b) {
  return {a[0] + share_of_b * (b[0] - a[0]), a[1] + share_of_b * (b[1] - a[1]),
          a[2] + share_of_b * (b[2] - a[2])};
}

/// `hue` is taken modulo 1 (0 red, 1/3 green, 2/3 blue); REQUIRES: hue >= 0, saturation and value in [0, 1].
Colour hsv(double hue, double saturation, double value);

/// An affine map from a figure's own coordinates to pixels.
struct Placement {
  Point origin, x_axis, y_axis;
  Point operator()(Point local) const { return origin + local.x * x_axis + local.y * y_axis; }
  Path operator()(const Path& path) const;
};
/// Turned clockwise by `angle` (radians); `shear` leans the y axis to the right before turning.
Placement place(Point origin, double x_scale, double y_scale, double angle, double shear = 0);

Path ellipse(Point centre, double x_radius, double y_radius, unsigned corners = 24);
Path box(double left, double top, double right, double bottom);

/// A colour that may brighten along a direction: factor 1 + slope . (p - middle), never below 0.
struct Brush {
  Colour colour{};
  double opacity = 1;  ///< [0, 1]
  Point middle{}, slope{};
};

class Canvas {
 public:
  explicit Canvas(ImageShape shape);

  /// Calls change(colour, x, y) with every pixel's colour to be changed, row by row.
  template <class Change>
  void for_each_pixel(Change change) {
    for (std::uint32_t y = 0; y < shape_.height; ++y)
      for (std::uint32_t x = 0; x < shape_.width; ++x) {
        Colour colour{};
        for (std::uint32_t c = 0; c < shape_.channels; ++c) colour[c] = values_[index(c, x, y)];
        change(colour, x, y);
        for (std::uint32_t c = 0; c < shape_.channels; ++c) values_[index(c, x, y)] = colour[c];
      }
  }

  void fill(const Figure& figure, const Brush& paint);
  /// All paths with one round pen, covered once where they cross.
  void stroke(const std::vector<Path>& paths, double half_width, const Brush& paint);
  /// Adds noise of the given deviation to every value; triangular, so within 2.44 deviations.
  void grain(double deviation, RandomSequence& random);

  /// Values in [0, 1], others clamped, as bytes [c][y][x].
  void copy_to(std::span<std::uint8_t> pixels) const;

 private:
  std::size_t index(std::uint32_t c, std::uint32_t x, std::uint32_t y) const {
    return (std::size_t{c} * shape_.height + y) * shape_.width + x;
  }
  void blend(std::uint32_t x, std::uint32_t y, double coverage, const Brush& paint);

  ImageShape shape_;
  std::vector<double> values_;  // [c][y][x]
};

}  // namespace etalon
