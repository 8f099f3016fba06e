#include "etalon/report/palette.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace etalon::report {
namespace {

std::uint8_t mixed(std::uint8_t a, std::uint8_t b, double share) {
  return static_cast<std::uint8_t>(std::lround(a + (b - a) * share));
}

/// Relative luminance of sRGB in [0, 1].
double luminance(const Color& color) {
  const auto linear = [](std::uint8_t channel) {
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

}  // namespace

Color Color::on_white() const {
  return {mixed(255, red, opacity), mixed(255, green, opacity), mixed(255, blue, opacity)};
}

Color sequential(double share) {
  // Every sixteenth of viridis; between them it is as good as straight.
  static constexpr std::array<Color, 17> stops{{{68, 1, 84},
                                                {72, 24, 106},
                                                {71, 45, 123},
                                                {66, 64, 134},
                                                {59, 82, 139},
                                                {51, 99, 141},
                                                {44, 114, 142},
                                                {38, 130, 142},
                                                {33, 145, 140},
                                                {31, 160, 136},
                                                {40, 174, 128},
                                                {63, 188, 115},
                                                {94, 201, 98},
                                                {132, 212, 75},
                                                {173, 220, 48},
                                                {216, 226, 25},
                                                {253, 231, 37}}};
  const double place = std::clamp(share, 0.0, 1.0) * (stops.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(place), stops.size() - 2);
  const Color &a = stops[below], &b = stops[below + 1];
  const double rest = place - static_cast<double>(below);
  return {mixed(a.red, b.red, rest), mixed(a.green, b.green, rest), mixed(a.blue, b.blue, rest)};
}

Color categorical(unsigned index) {
  static constexpr std::array<Color, categorical_colors> colors{
      {{213, 94, 0}, {0, 114, 178}, {0, 158, 115}, {204, 121, 167}, {230, 159, 0}, {86, 180, 233}}};
  return colors[index % categorical_colors];
}

double contrast(const Color& a, const Color& b) {
  const auto [low, high] = std::minmax({luminance(a), luminance(b)});
  return (high + 0.05) / (low + 0.05);
}

Color readable_on(const Color& background) {
  const Color white = ink::paper, black{0, 0, 0};
  return contrast(white, background) >= contrast(black, background) ? white : black;
}

std::string gnuplot_color(const Color& color) {
  const int transparency = static_cast<int>(std::lround(255 * (1 - color.opacity)));
  if (transparency == 0) return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
  return fmt::format("#{:02x}{:02x}{:02x}{:02x}", transparency, color.red, color.green, color.blue);
}

}  // namespace etalon::report
