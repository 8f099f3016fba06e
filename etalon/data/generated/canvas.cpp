#include "etalon/data/generated/canvas.h"

#include <algorithm>
#include <cmath>

#include "etalon/base/check.h"
#include "etalon/base/exact_math.h"

namespace etalon {
namespace {

constexpr std::uint32_t scan_lines = 4;  // a row of pixels; across, coverage is exact

/// Where the outlines of `figure` cross the horizontal line at `y`, from left to right.
void find_crossings(const Figure& figure, double y, std::vector<double>& crossings) {
  crossings.clear();
  for (const Path& outline : figure)
    for (std::size_t i = 0; i < outline.size(); ++i) {
      const Point a = outline[i], b = outline[i + 1 == outline.size() ? 0 : i + 1];
      if ((a.y <= y) != (b.y <= y)) crossings.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
    }
  std::sort(crossings.begin(), crossings.end());
}

/// Adds to each pixel of a row the share that lies in [from, to), times `weight`.
void cover_span(double from, double to, double weight, std::span<double> row) {
  from = std::max(from, 0.0);
  to = std::min(to, static_cast<double>(row.size()));
  for (auto x = static_cast<std::size_t>(from); from < to && x < row.size(); ++x) {
    const double end = std::min(to, static_cast<double>(x + 1));
    row[x] += weight * (end - from);
    from = end;
  }
}

double squared_distance(Point p, Point a, Point b) {
  const Point along = b - a, away = p - a;
  const double length = along.x * along.x + along.y * along.y;
  const double share =
      length > 0 ? std::clamp((away.x * along.x + away.y * along.y) / length, 0.0, 1.0) : 0.0;
  const Point rest = away - share * along;
  return rest.x * rest.x + rest.y * rest.y;
}

std::uint32_t clamp_index(double value, std::uint32_t count) {
  return static_cast<std::uint32_t>(std::clamp(value, 0.0, static_cast<double>(count)));
}

}  // namespace

Colour hsv(double hue, double saturation, double value) {
  check(hue >= 0, "hue", hue, "at least 0");
  check(0 <= saturation && saturation <= 1, "saturation", saturation, "within [0, 1]");
  check(0 <= value && value <= 1, "value", value, "within [0, 1]");
  const auto component = [&](double shift) {
    double k = (hue + shift) * 6;
    k -= 6 * std::floor(k / 6);
    return value * (1 - saturation * std::clamp(std::min(k, 4 - k), 0.0, 1.0));
  };
  return {component(5.0 / 6), component(0.5), component(1.0 / 6)};
}

Path Placement::operator()(const Path& path) const {
  Path placed;
  placed.reserve(path.size());
  for (const Point point : path) placed.push_back((*this)(point));
  return placed;
}

Placement place(Point origin, double x_scale, double y_scale, double angle, double shear) {
  const double c = exact_cos(angle), s = exact_sin(angle);
  return {origin, {x_scale * c, x_scale * s}, {y_scale * (-s - shear * c), y_scale * (c - shear * s)}};
}

Path ellipse(Point centre, double x_radius, double y_radius, unsigned corners) {
  Path path;
  for (unsigned i = 0; i < corners; ++i) {
    const double angle = 2 * exact_pi * i / corners;
    path.push_back({centre.x + x_radius * exact_cos(angle), centre.y + y_radius * exact_sin(angle)});
  }
  return path;
}

Path box(double left, double top, double right, double bottom) {
  return {{left, top}, {right, top}, {right, bottom}, {left, bottom}};
}

Canvas::Canvas(ImageShape shape) : shape_(shape), values_(shape.size()) {}

void Canvas::blend(std::uint32_t x, std::uint32_t y, double coverage, const Brush& paint) {
  const double right = x + 0.5 - paint.middle.x, down = y + 0.5 - paint.middle.y;
  const double factor = std::max(0.0, 1 + paint.slope.x * right + paint.slope.y * down);
  const double share = std::min(coverage, 1.0) * paint.opacity;
  for (std::uint32_t c = 0; c < shape_.channels; ++c) {
    double& value = values_[index(c, x, y)];
    value += share * (factor * paint.colour[c] - value);
  }
}

void Canvas::fill(const Figure& figure, const Brush& paint) {
  double top = shape_.height, bottom = 0;
  for (const Path& outline : figure)
    for (const Point point : outline) {
      top = std::min(top, point.y);
      bottom = std::max(bottom, point.y);
    }
  std::vector<double> crossings, row(shape_.width);
  const std::uint32_t last = clamp_index(bottom + 1, shape_.height);
  for (std::uint32_t y = clamp_index(top, shape_.height); y < last; ++y) {
    std::fill(row.begin(), row.end(), 0.0);
    for (std::uint32_t line = 0; line < scan_lines; ++line) {
      find_crossings(figure, y + (line + 0.5) / scan_lines, crossings);
      for (std::size_t i = 0; i + 1 < crossings.size(); i += 2)
        cover_span(crossings[i], crossings[i + 1], 1.0 / scan_lines, row);
    }
    for (std::uint32_t x = 0; x < shape_.width; ++x)
      if (row[x] > 0) blend(x, y, row[x], paint);
  }
}

void Canvas::stroke(const std::vector<Path>& paths, double half_width, const Brush& paint) {
  const double reach = half_width + 0.5;
  std::vector<double> squares(std::size_t{shape_.height} * shape_.width, reach * reach);
  for (const Path& path : paths)
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      const Point a = path[i], b = path[i + 1];
      const std::uint32_t left = clamp_index(std::min(a.x, b.x) - reach, shape_.width);
      const std::uint32_t right = clamp_index(std::max(a.x, b.x) + reach + 1, shape_.width);
      const std::uint32_t bottom = clamp_index(std::max(a.y, b.y) + reach + 1, shape_.height);
      for (std::uint32_t y = clamp_index(std::min(a.y, b.y) - reach, shape_.height); y < bottom; ++y)
        for (std::uint32_t x = left; x < right; ++x) {
          double& square = squares[y * shape_.width + x];
          square = std::min(square, squared_distance({x + 0.5, y + 0.5}, a, b));
        }
    }
  for (std::uint32_t y = 0; y < shape_.height; ++y)
    for (std::uint32_t x = 0; x < shape_.width; ++x) {
      const double coverage = reach - std::sqrt(squares[y * shape_.width + x]);
      if (coverage > 0) blend(x, y, coverage, paint);
    }
}

void Canvas::grain(double deviation, RandomSequence& random) {
  constexpr double deviation_of_two_bytes = 104.51;
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    word = i % 2 == 0 ? random.next() : word >> 16;
    const auto sum = static_cast<int>((word & 255) + (word >> 8 & 255));
    values_[i] += deviation / deviation_of_two_bytes * (sum - 255);
  }
}

void Canvas::copy_to(std::span<std::uint8_t> pixels) const {
  for (std::size_t i = 0; i < values_.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(std::lround(std::clamp(values_[i], 0.0, 1.0) * 255));
}

}  // namespace etalon
