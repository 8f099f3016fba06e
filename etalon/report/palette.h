/// Colours that people with any colour vision can tell apart.
#pragma once

#include <cstdint>
#include <string>

namespace etalon::report {

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;
  double opacity = 1;  ///< [0, 1]
  Color faded(double to) const { return {red, green, blue, to}; }
  Color on_white() const;  ///< what is seen of it on white, opaque
};

/// "viridis" (van der Walt and Smith, 2015): perceptually even, dark to light. `share` in [0, 1].
Color sequential(double share);

/// The set of Okabe and Ito (2008) without its yellow, which is too pale for lines on white.
Color categorical(unsigned index);
inline constexpr unsigned categorical_colors = 6;

/// Black or white, whichever stands out more from `background` (contrast ratio of WCAG 2).
Color readable_on(const Color& background);
double contrast(const Color& a, const Color& b);  ///< [1, 21]

/// "#rrggbb", or "#aarrggbb" with gnuplot's transparency (0 is opaque).
std::string gnuplot_color(const Color& color);

namespace ink {
inline constexpr Color text{34, 34, 34}, quiet{102, 102, 102}, frame{150, 150, 150}, grid{232, 232, 232},
    paper{255, 255, 255}, training{0, 94, 158}, validation{213, 94, 0}, chosen{213, 94, 0},
    diverged{120, 120, 120}, missing{232, 232, 232}, hatching{200, 200, 200}, other{150, 150, 150},
    confirmation{0, 128, 92};
}

}  // namespace etalon::report
