#include "etalon/report/gnuplot_script.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/report/figure_layout.h"
#include "etalon/report/gnuplot_style.h"

namespace etalon::report {
namespace {

/// In single quotes, gnuplot knows one special character.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text)
    if (c == '\'')
      result += "''";
    else if (static_cast<unsigned char>(c) >= ' ')
      result += c;
  return result + "'";
}

/// Labels of ticks are formats.
std::string as_format(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '%' ? "%%" : std::string(1, c);
  return result;
}

/// Writes one figure; pixels are counted from the upper left corner.
class ScriptWriter {
 public:
  explicit ScriptWriter(const Figure& figure) : figure_(figure), layout_(layout_of(figure)) {}

  std::string data() {
    for (const Line& line : figure_.lines) add_line(line);
    for (const Band& band : figure_.bands) add_band(band);
    const auto sides = label_sides(figure_, layout_);
    for (std::size_t i = 0; i < figure_.dots.size(); ++i) add_dot(figure_.dots[i], sides[i]);
    return blocks_;
  }

  /// Call after data().
  std::string drawing() {
    frame();
    words();
    legend();
    for (const HeatCell& cell : figure_.cells) draw_cell(cell);
    for (const StyledDot& styled : dots_) draw_dot(styled.dot, styled.side, styled.style);
    if (figure_.values) color_bar(*figure_.values);
    return commands_ + labels_ + "plot " + (plots_.empty() ? "NaN notitle" : plots_) + "\n";
  }

 private:
  std::string screen(double x, double y) const {
    return fmt::format("screen {:.5f},{:.5f}", x / figure_.width, 1 - y / figure_.height);
  }

  template <class... Values>
  void command(fmt::format_string<Values...> format, Values&&... values) {
    commands_ += fmt::format(format, std::forward<Values>(values)...) + "\n";
  }

  void label(const std::string& text, const std::string& at, double size, const Color& color,
             const std::string& align = "left", const std::string& more = "", const std::string& font = "") {
    labels_ += fmt::format("set label {} at {} {} front font '{},{}' textcolor rgb '{}' {}\n", quoted(text),
                           at, align, font, size, gnuplot_color(color), more);
  }

  std::string block(const std::string& rows) {
    std::string name = fmt::format("$data{}", blocks_written_++);
    blocks_ += name + " << EOD\n" + rows + "EOD\n";
    return name;
  }

  void plot(const std::string& what) { plots_ += (plots_.empty() ? "" : ", \\\n  ") + what + " notitle"; }

  static std::string row(const Place& place) {
    return std::isfinite(place.y) ? fmt::format("{:.5g} {:.4g}\n", place.x, place.y) : "\n";
  }

  void add_line(const Line& line) {
    std::string rows;
    for (const Place& place : line.points) rows += row(place);
    if (rows.find_first_not_of('\n') == std::string::npos) return;
    const LineStyle style = style_of(line.role, line.hue);
    const std::string name = block(rows);
    plot(fmt::format("{} using 1:2 with lines lw {} lc rgb '{}'{}", name, style.width,
                     gnuplot_color(style.color), style.dashed ? " dt (10,7)" : ""));
    if (!style.with_points) return;
    plot(fmt::format("{} using 1:2 with points pt 7 ps 0.75 lc rgb '{}'", name, gnuplot_color(ink::paper)));
    plot(fmt::format("{} using 1:2 with points pt 6 ps 0.75 lw 1.6 lc rgb '{}'", name,
                     gnuplot_color(style.color)));
  }

  void add_band(const Band& band) {
    std::string rows;
    for (std::size_t i = 0; i < band.x.size(); ++i)
      rows += fmt::format("{:.5g} {:.4g} {:.4g}\n", band.x[i], band.low[i], band.high[i]);
    plot(fmt::format("{} using 1:2:3 with filledcurves fc rgb '{}'", block(rows),
                     gnuplot_color(band.chosen ? ink::chosen.faded(0.12) : ink::training.faded(0.15))));
  }

  void add_dot(const Dot& dot, const std::optional<LabelSide>& side) {
    DotStyle style = style_of(dot.role, dot.hollow);
    if (dot.value && figure_.values) style.color = sequential(figure_.values->share(*dot.value));
    dots_.push_back({dot, side, style});
  }

  /// By the pixel, so that a mark on the edge of the axes is whole.
  void draw_dot(const Dot& dot, const std::optional<LabelSide>& side, DotStyle style) {
    Place at = pixel_of(figure_, layout_, dot.at);
    if (dot.role == DotRole::clipped) at.y += 5;
    if (dot.role == DotRole::diverged && figure_.cells.empty() && dot.at.y >= figure_.y.to) at.y += 18;
    if (dot.role == DotRole::chosen && figure_.values) style.symbol = 6, style.size = 2.3, style.width = 2.5;
    if (style.symbol == 6 && !figure_.values) point(at.x, at.y, {7, ink::paper, style.size, style.width});
    point(at.x, at.y, style);
    if (!side) return;
    const double gap = side->down == 0 ? (dot.value ? 13 : 9) : 6;
    if (side->far()) {
      const double length = 13.0 * std::abs(side->down) - 6;
      command("set arrow from {} to {} nohead front lw 0.7 lc rgb '{}'", screen(at.x, at.y),
              screen(at.x + 0.8 * gap * side->across, at.y + (side->down > 0 ? length : -length)),
              gnuplot_color(ink::frame));
    }
    label(dot.label, screen(at.x + gap * side->across, at.y + 13.0 * side->down), small_size,
          dot.role == DotRole::chosen ? ink::text : ink::quiet,
          side->across > 0   ? "left"
          : side->across < 0 ? "right"
                             : "center");
  }

  void frame() {
    command("set border 3 lw 1 lc rgb '{}'", gnuplot_color(ink::frame));
    command("set tics nomirror out scale 0.4 font ',{}' textcolor rgb '{}'", text_size,
            gnuplot_color(ink::quiet));
    if (figure_.cells.empty())
      command("set grid xtics ytics back lt 1 lw 1 lc rgb '{}'", gnuplot_color(ink::grid));
    command("set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}", layout_.left / figure_.width,
            layout_.right / figure_.width);
    command("set bmargin at screen {:.5f}\nset tmargin at screen {:.5f}", 1 - layout_.bottom / figure_.height,
            1 - layout_.top / figure_.height);
    axis("x", figure_.x);
    axis("y", figure_.y);
    const double middle = (layout_.left + layout_.right) / 2;
    const bool shared = !figure_.note.empty();  // the note stands on the right of the same line
    label(figure_.x.title, screen(shared ? layout_.left : middle, layout_.bottom + 38), text_size, ink::text,
          shared ? "left" : "center");
    label(figure_.y.title, screen(18, (layout_.top + layout_.bottom) / 2), text_size, ink::text, "center",
          "rotate by 90");
  }

  void axis(const std::string& name, const FigureAxis& shown) {
    if (shown.scale == Scale::log) command("set logscale {}", name);
    command("set {}range [{:.9g}:{:.9g}]", name, shown.from, shown.to);
    std::string ticks;
    for (const Tick& tick : shown.ticks)
      ticks += fmt::format("{}{} {:.9g}", ticks.empty() ? "" : ", ", quoted(as_format(tick.label)), tick.at);
    command("unset m{0}tics\nset {0}tics ({1})", name, ticks);
  }

  void words() {
    double y = 24;
    label(figure_.title, screen(20, y), title_size, ink::text, "left", "", "DejaVu Sans:Bold");
    for (const std::string& line : figure_.subtitle) label(line, screen(20, y += 18), text_size, ink::quiet);
    if (!figure_.note.empty())
      label(figure_.note, screen(layout_.right, layout_.bottom + 38), small_size, ink::quiet, "right");
    for (const Annotation& note : figure_.annotations) {
      const char* align = note.align == Annotation::Align::left     ? "left"
                          : note.align == Annotation::Align::center ? "center"
                                                                    : "right";
      label(note.text, fmt::format("graph {:.5f},{:.5f}", note.at.x, note.at.y), small_size, ink::quiet,
            align);
    }
  }

  void legend() {
    for (std::size_t i = 0; i < figure_.legend.size(); ++i) {
      const LegendEntry& entry = figure_.legend[i];
      const LegendPlace& place = layout_.legend[i];
      if (const auto* role = std::get_if<LineRole>(&entry.sample))
        line_sample(style_of(*role, entry.hue), place);
      if (const auto* role = std::get_if<DotRole>(&entry.sample)) dot_sample(*role, entry.hollow, place);
      if (const auto* mark = std::get_if<CellMark>(&entry.sample)) cell_sample(*mark, place);
      label(entry.text, screen(place.x + 28, place.y), small_size, ink::text);
    }
  }

  void line_sample(const LineStyle& style, const LegendPlace& place) {
    const Color color = style.color.faded(std::max(0.4, style.color.opacity)).on_white();
    command("set arrow from {} to {} nohead front lw {} lc rgb '{}'{}", screen(place.x, place.y),
            screen(place.x + 22, place.y), style.width, gnuplot_color(color),
            style.dashed ? " dt (10,7)" : "");
    if (style.with_points) point(place.x + 11, place.y, {6, style.color, 0.75, 1.6});
  }

  void dot_sample(DotRole role, bool hollow, const LegendPlace& place) {
    DotStyle style = style_of(role, hollow);
    if (role == DotRole::chosen && figure_.values) style.symbol = 6, style.width = 2.5;
    point(place.x + 14, place.y, style);
  }

  void point(double x, double y, const DotStyle& style) {
    command("set label '' at {} front point pt {} ps {} lw {} lc rgb '{}'", screen(x, y), style.symbol,
            style.size, style.width, gnuplot_color(style.color));
  }

  void cell_sample(CellMark mark, const LegendPlace& place) {
    const double x = place.x + 14;
    if (mark == CellMark::eligible) return point(x, place.y, {7, ink::text, 0.55, 1});
    if (mark == CellMark::equivalent) return point(x, place.y, {6, ink::text, 0.7, 1.2});
    if (mark == CellMark::chosen) return box(x - 8, place.y + 6, x + 8, place.y - 6, 3, ink::chosen);
    rectangle(screen(x - 8, place.y + 6), screen(x + 8, place.y - 6), ink::missing);
    point(x, place.y, {2, ink::diverged, 0.7, 1.5});
  }

  void rectangle(const std::string& from, const std::string& to, const Color& fill) {
    command("set object rectangle from {} to {} back fillcolor rgb '{}' fillstyle solid noborder", from, to,
            gnuplot_color(fill));
  }

  static constexpr double least_height =
      60;  ///< of a cell that has room for a line of marks and one of the count
  static constexpr double mark_step = 13;

  void draw_cell(const HeatCell& cell) {
    const Place low = pixel_of(figure_, layout_, {cell.left, cell.bottom});
    const Place high = pixel_of(figure_, layout_, {cell.right, cell.top});
    const Color fill = cell.value ? sequential(figure_.values->share(*cell.value)) : ink::missing;
    const Color color = cell.value ? readable_on(fill) : ink::quiet;
    rectangle(screen(low.x + 1, low.y - 1), screen(high.x - 1, high.y + 1), fill);
    if (!cell.value) hatch(low, high), cross({(low.x + high.x) / 2, (low.y + high.y) / 2});
    const bool flat = low.y - high.y < least_height;
    cell_text(cell, low, high, color, flat);
    if (!flat && !cell.count.empty()) label(cell.count, screen(high.x - 9, low.y - 11), 9, color, "right");
    if (!flat) cell_marks(cell, {low.x + 11, high.y + 11}, color);
    if (cell.chosen) outline(low, high);
  }

  /// The value and what stands under it; in a flat cell the marks stand before it and the count behind.
  void cell_text(const HeatCell& cell, const Place& low, const Place& high, const Color& color, bool flat) {
    const double before = flat ? mark_step * (cell.eligible + cell.equivalent) : 0;
    const auto fitting = [&](const std::string& text, double size, double taken = 0) {
      const double room = high.x - low.x - (cell.chosen ? 16 : 8) - taken;
      return std::clamp(size * room / text_width(text, size), 6.0, size);
    };
    std::string under = cell.detail;
    if (flat && !cell.count.empty()) under += (under.empty() ? "" : ", ") + cell.count;
    const Place middle{(low.x + high.x) / 2, (low.y + high.y) / 2};
    const double half = under.empty() ? 0 : 8, down = cell.value ? -half : flat ? 6 : 14;
    const double size = fitting(cell.label, cell.value ? 13 : small_size, before);
    label(cell.label, screen(middle.x + before / 2, middle.y + down), size, color, "center");
    if (!under.empty())
      label(under, screen(middle.x, middle.y + (cell.value ? half : 17)), fitting(under, flat ? 9 : 10),
            color, "center");
    if (flat)
      cell_marks(
          cell,
          {middle.x - before / 2 - text_width(cell.label, size) / 2 + mark_step / 2 - 2, middle.y + down},
          color);
  }

  void cell_marks(const HeatCell& cell, Place at, const Color& color) {
    if (cell.eligible) point(at.x, at.y, {7, color, 0.55, 1}), at.x += mark_step;
    if (cell.equivalent) point(at.x, at.y, {6, color, 0.7, 1.2});
  }

  void hatch(const Place& low, const Place& high) {
    const double width = high.x - low.x - 2, height = low.y - high.y - 2;
    const int strokes = static_cast<int>(std::ceil((width + height - 5) / 9));
    for (int stroke = 0; stroke < strokes; ++stroke) {
      const double start = 5 + 9 * stroke;
      const double x0 = std::max(0.0, start - height), x1 = std::min(width, start);
      const auto at = [&](double x) { return screen(low.x + 1 + x, low.y - 1 - (start - x)); };
      command("set arrow from {} to {} nohead back lw 1 lc rgb '{}'", at(x0), at(x1),
              gnuplot_color(ink::hatching));
    }
  }

  void cross(const Place& middle) { point(middle.x, middle.y - 5, {2, ink::diverged, 1.1, 2}); }

  void outline(const Place& low, const Place& high) {
    box(low.x + 4.5, low.y - 4.5, high.x - 4.5, high.y + 4.5, 2, ink::paper);
    box(low.x + 1.5, low.y - 1.5, high.x - 1.5, high.y + 1.5, 4, ink::chosen);
  }

  void box(double left, double bottom, double right, double top, double width, const Color& color) {
    const auto side = [&](double x0, double y0, double x1, double y1) {
      command("set arrow from {} to {} nohead front lw {} lc rgb '{}'", screen(x0, y0), screen(x1, y1), width,
              gnuplot_color(color));
    };
    side(left, bottom, right, bottom), side(right, bottom, right, top);
    side(right, top, left, top), side(left, top, left, bottom);
  }

  void color_bar(const ValueScale& values) {
    const double left = layout_.right + 26, right = left + 14, height = layout_.bottom - layout_.top;
    constexpr int steps = 64;
    for (int step = 0; step < steps; ++step) {
      const double low = layout_.bottom - height * step / steps;
      const double high = std::max(layout_.top, low - height / steps - 0.6);  // no seams
      rectangle(screen(left, low), screen(right, high), sequential((step + 0.5) / steps));
    }
    for (const double tick : values.ticks) {
      const double y = layout_.bottom - height * values.share(tick);
      label(fmt::format("{:.6g} %", 100 * tick), screen(right + 6, y), small_size, ink::quiet);
    }
  }

  const Figure& figure_;
  const FigureLayout layout_;
  int blocks_written_ = 0;
  struct StyledDot {
    Dot dot;
    std::optional<LabelSide> side;
    DotStyle style;
  };
  std::vector<StyledDot> dots_;
  std::string blocks_, plots_, commands_, labels_;
};

}  // namespace

std::string gnuplot_script(const Figure& figure, const std::string& path_stem) {
  ScriptWriter writer(figure);
  const std::string data = writer.data(), drawing = writer.drawing();
  const auto once = [&](const std::string& terminal, const std::string& ending) {
    return fmt::format("reset\n{}\nset output {}\n{}unset output\n", terminal, quoted(path_stem + ending),
                       drawing);
  };
  const auto size = [&](unsigned scale) {
    return fmt::format("{},{}", figure.width * scale, figure.height * scale);
  };
  return data +
         once(fmt::format(
                  "set terminal pngcairo noenhanced size {} font 'DejaVu Sans,{}' fontscale {} linewidth "
                  "{} pointscale {} background rgb '#ffffff' rounded",
                  size(raster_scale), text_size, 0.75 * raster_scale, raster_scale, raster_scale),
              ".png") +
         once(fmt::format(
                  "set terminal svg noenhanced size {} fixed font 'DejaVu Sans,{}' linewidth 1 background "
                  "rgb '#ffffff' rounded",
                  size(1), text_size),
              ".svg");
}

}  // namespace etalon::report
