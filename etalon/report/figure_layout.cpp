#include "etalon/report/figure_layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace etalon::report {
namespace {

constexpr double edge = 20, sample_width = 22, row_height = 18;

/// Advance of a character of DejaVu Sans as a share of its size, about; 0 inside a character of several
/// bytes.
double advance(char c) {
  const auto among = [&](const char* some) { return std::strchr(some, c) != nullptr; };
  if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) return 0;
  if (among("ijl'|")) return 0.28;
  if (among(" .,:;!/")) return 0.32;
  if (among("ftr()[]-")) return 0.39;
  if (among("mwMW%")) return 0.92;
  if (among("+=<>~")) return 0.84;
  return c >= 'A' && c <= 'Z' ? 0.69 : 0.62;
}

double share_of(const FigureAxis& axis, double value) {
  if (axis.scale == Scale::linear) return (value - axis.from) / (axis.to - axis.from);
  return std::log(value / axis.from) / std::log(axis.to / axis.from);
}

}  // namespace

Box label_box(const Place& at, const std::string& label, const LabelSide& side) {
  const double width = text_width(label, small_size), height = small_size + 2, gap = side.down == 0 ? 9 : 6;
  const double left = side.across > 0 ? at.x + gap : side.across < 0 ? at.x - gap - width : at.x - width / 2;
  const double middle = at.y + 13.0 * side.down;
  return {left, left + width, middle - height / 2, middle + height / 2};
}

double text_width(const std::string& text, double size) {
  double width = 0;
  for (const char c : text)
    if (c != '\0') width += size * advance(c);
  return width;
}

FigureLayout layout_of(const Figure& figure) {
  FigureLayout layout;
  double y = edge + title_size;
  y += 18 * static_cast<double>(figure.subtitle.size());
  double x = edge;
  if (!figure.legend.empty()) y += row_height + 2;
  for (const LegendEntry& entry : figure.legend) {
    const double width = sample_width + 6 + text_width(entry.text, small_size) + 12;
    if (x > edge && x + width > figure.width) x = edge, y += row_height;
    layout.legend.push_back({x, y - 5});
    x += width;
  }
  layout.top = y + 16;
  layout.bottom = figure.height - 52;
  double widest = 0;
  for (const Tick& tick : figure.y.ticks) widest = std::max(widest, text_width(tick.label, text_size));
  layout.left = edge + 28 + widest;
  layout.right = figure.width - (figure.values ? 104 : 24);
  return layout;
}

Place pixel_of(const Figure& figure, const FigureLayout& layout, const Place& place) {
  return {layout.left + (layout.right - layout.left) * share_of(figure.x, place.x),
          layout.bottom - (layout.bottom - layout.top) * share_of(figure.y, place.y)};
}

namespace {

constexpr int too_much = 100;

/// What a label should not cover, and how bad it would be.
struct Obstacle {
  Box box;
  int cost;
};

/// A slanted line as a chain of small boxes.
void add_slope(std::vector<Obstacle>& obstacles, const Figure& figure, const FigureLayout& layout,
               const Line& line) {
  constexpr int pieces = 24;
  for (std::size_t i = 1; i < line.points.size(); ++i) {
    const Place a = pixel_of(figure, layout, line.points[i - 1]),
                b = pixel_of(figure, layout, line.points[i]);
    if (!std::isfinite(a.y) || !std::isfinite(b.y)) continue;
    for (int piece = 0; piece <= pieces; ++piece) {
      const double share = static_cast<double>(piece) / pieces;
      const double x = a.x + (b.x - a.x) * share, y = a.y + (b.y - a.y) * share;
      obstacles.push_back({{x - 3, x + 3, y - 3, y + 3}, 1});
    }
  }
}

std::vector<Obstacle> obstacles_of(const Figure& figure, const FigureLayout& layout) {
  std::vector<Obstacle> obstacles;
  for (const Dot& dot : figure.dots) {
    const Place at = pixel_of(figure, layout, dot.at);
    obstacles.push_back({{at.x - 5, at.x + 5, at.y - 5, at.y + 5}, too_much});
  }
  for (const Line& line : figure.lines)
    for (std::size_t i = 1; line.role == LineRole::front && i < line.points.size(); ++i) {
      const Place a = pixel_of(figure, layout, line.points[i - 1]),
                  b = pixel_of(figure, layout, line.points[i]);
      obstacles.push_back(
          {{std::min(a.x, b.x) - 1, std::max(a.x, b.x) + 1, std::min(a.y, b.y) - 1, std::max(a.y, b.y) + 1},
           3});
    }
  for (const Line& line : figure.lines)
    if (line.role == LineRole::typical && !figure.dots.empty()) add_slope(obstacles, figure, layout, line);
  return obstacles;
}

}  // namespace

std::vector<std::optional<LabelSide>> label_sides(const Figure& figure, const FigureLayout& layout) {
  static constexpr std::array<LabelSide, 20> order{
      {{1, 0},   {1, -1}, {1, 1},  {-1, 0}, {-1, -1}, {-1, 1}, {0, -1}, {0, 1}, {1, -2},  {1, 2},
       {-1, -2}, {-1, 2}, {1, -3}, {1, 3},  {-1, -3}, {-1, 3}, {1, -4}, {1, 4}, {-1, -4}, {-1, 4}}};
  const Box area{layout.left + 2, layout.right + 14, layout.top, layout.bottom};
  const auto obstacles = obstacles_of(figure, layout);
  std::vector<Box> labels;
  std::vector<std::optional<LabelSide>> sides(figure.dots.size());
  for (std::size_t place = figure.dots.size(); place-- > 0;) {  // the last is drawn on top: it comes first
    const Dot& dot = figure.dots[place];
    if (dot.label.empty()) continue;
    int best = too_much;
    Box chosen{};
    for (const LabelSide& side : order) {
      const Box box = label_box(pixel_of(figure, layout, dot.at), dot.label, side);
      int cost = (box.inside(area) ? 0 : too_much) + (side.far() ? 2 * std::abs(side.down) : 0);
      for (const Box& label : labels) cost += box.meets(label) ? too_much : 0;
      for (const Obstacle& obstacle : obstacles) cost += box.meets(obstacle.box) ? obstacle.cost : 0;
      if (cost < best) best = cost, sides[place] = side, chosen = box;
    }
    if (sides[place]) labels.push_back(chosen);
  }
  return sides;
}

}  // namespace etalon::report
