#include "etalon/report/figure_layout.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace etalon::report {
namespace {

constexpr double edge = 20, sample_width = 22, row_height = 18;

std::size_t letters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

struct Box {
  double left, right, top, bottom;
  bool meets(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

Box label_box(const Place& at, const std::string& label, LabelSide side) {
  const double width = text_width(label, small_size), height = small_size + 2, gap = 8;
  switch (side) {
    case LabelSide::right:
      return {at.x + gap, at.x + gap + width, at.y - height / 2, at.y + height / 2};
    case LabelSide::left:
      return {at.x - gap - width, at.x - gap, at.y - height / 2, at.y + height / 2};
    case LabelSide::above:
      return {at.x - width / 2, at.x + width / 2, at.y - gap - height, at.y - gap};
    case LabelSide::below:
      return {at.x - width / 2, at.x + width / 2, at.y + gap, at.y + gap + height};
  }
  return {};
}

double share_of(const Axis& axis, double value) {
  if (axis.scale == Scale::linear) return (value - axis.from) / (axis.to - axis.from);
  return std::log(value / axis.from) / std::log(axis.to / axis.from);
}

}  // namespace

double text_width(const std::string& text, double size) {
  return 0.6 * size * static_cast<double>(letters(text));
}

FigureLayout layout_of(const Figure& figure) {
  FigureLayout layout;
  double y = edge + title_size;
  y += 18 * static_cast<double>(figure.subtitle.size());
  double x = edge;
  if (!figure.legend.empty()) y += row_height + 2;
  for (const LegendEntry& entry : figure.legend) {
    const double width = sample_width + 6 + text_width(entry.text, small_size) + 14;
    if (x > edge && x + width > figure.width) x = edge, y += row_height;
    layout.legend.push_back({x, y - 5});
    x += width;
  }
  layout.top = y + 16;
  layout.bottom = figure.height - (figure.note.empty() ? 52 : 70);
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

std::vector<std::optional<LabelSide>> label_sides(const Figure& figure, const FigureLayout& layout) {
  std::vector<Box> dots, labels;
  for (const Dot& dot : figure.dots) {
    const Place at = pixel_of(figure, layout, dot.at);
    dots.push_back({at.x - 5, at.x + 5, at.y - 5, at.y + 5});
  }
  const Box area{layout.left, layout.right, layout.top, layout.bottom};
  std::vector<std::optional<LabelSide>> sides(figure.dots.size());
  const auto cost_of = [&](const Box& box, std::size_t own) {
    int cost =
        box.left < area.left || box.right > area.right || box.top < area.top || box.bottom > area.bottom ? 100
                                                                                                         : 0;
    for (const Box& label : labels) cost += box.meets(label) ? 100 : 0;
    for (std::size_t other = 0; other < dots.size(); ++other)
      cost += other != own && box.meets(dots[other]) ? 1 : 0;
    return cost;
  };
  for (std::size_t place = figure.dots.size(); place-- > 0;) {  // the last is drawn on top: it comes first
    const Dot& dot = figure.dots[place];
    if (dot.label.empty()) continue;
    int best = 100;
    Box chosen{};
    for (const LabelSide side : {LabelSide::right, LabelSide::above, LabelSide::below, LabelSide::left}) {
      const Box box = label_box(pixel_of(figure, layout, dot.at), dot.label, side);
      if (const int cost = cost_of(box, place); cost < best) best = cost, sides[place] = side, chosen = box;
    }
    if (sides[place]) labels.push_back(chosen);
  }
  return sides;
}

}  // namespace etalon::report
