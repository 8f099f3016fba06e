/// A plot as data: what is shown and where, in the units of its axes. How it looks is the renderer's matter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace etalon::report {

struct Place {
  double x = 0, y = 0;
};

enum class Scale { linear, log };

struct Tick {
  double at = 0;
  std::string label;
};

/// REQUIRES: from < to, and 0 < from where the scale is logarithmic.
struct FigureAxis {
  std::string title;
  Scale scale = Scale::linear;
  double from = 0, to = 1;
  std::vector<Tick> ticks;
};

enum class LineRole {
  raw,          ///< the noisy curve as it was measured
  seed,         ///< one seed, smoothed
  typical,      ///< the median over seeds
  mean,         ///< a stroke at a mean of tuning seeds
  confirmed,    ///< a stroke at a mean of confirmation seeds
  validation,   ///< measured once an epoch
  highlighted,  ///< one of a few that are told apart by `hue`
  other,        ///< one of the many behind them
  front,        ///< the Pareto front
  threshold     ///< a limit: a budget, chance
};

/// A point whose y is not finite breaks the line.
struct Line {
  LineRole role = LineRole::typical;
  std::vector<Place> points;
  unsigned hue = 0;  ///< index into the categorical palette; highlighted lines only
};

/// The area between `low` and `high` over x; all of one length.
struct Band {
  std::vector<double> x, low, high;
  bool chosen = false;  ///< the place of the choice; else a spread
};

/// One setting (or the best of several) in a map: a rectangle in axis units.
struct HeatCell {
  double left = 0, right = 0, bottom = 0, top = 0;
  std::optional<double> value;  ///< empty: no colour; every seed diverged
  std::string label;            ///< the value in words
  std::string detail;           ///< smaller, below it; may be empty
  std::string count;            ///< smaller still, in the corner: how many seeds stand behind the value
  std::uint32_t diverged_seeds = 0;
  std::uint32_t seeds = 0;
  bool chosen = false, eligible = false, equivalent = false;
};

enum class DotRole {
  plain,         ///< measured
  eligible,      ///< could have been chosen
  chosen,        ///< was
  clipped,       ///< the curve leaves the axis upwards here
  diverged,      ///< the run ended here
  seed,          ///< what one tuning seed measured
  confirmation,  ///< what one seed measured that was never used to choose
  failed,        ///< what a seed is counted as that failed
  colored        ///< takes its colour from `value`
};

struct Dot {
  Place at;
  DotRole role = DotRole::plain;
  std::string label;            ///< written beside it; may be empty
  std::optional<double> value;  ///< colored only
  bool hollow = false;          ///< what was measured lies somewhere beyond
};

/// Text at a place in the plot area, (0, 0) its lower left and (1, 1) its upper right corner.
struct Annotation {
  enum class Align { left, center, right };
  Place at;
  std::string text;
  Align align = Align::left;
};

/// Accuracy to colour. The colour runs with the logarithm of the error, so that 98 % and 97 % are told apart
/// as well as 60 % and 40 %; diverged cells take no part in it.
struct ValueScale {
  std::string title;
  double worst = 0, best = 1;           ///< accuracies in [0, 1], worst < best
  std::vector<double> ticks;            ///< accuracies to write beside the colour bar
  double share(double accuracy) const;  ///< place on the colour bar in [0, 1]
};

enum class CellMark { chosen, eligible, equivalent, diverged };

struct LegendEntry {
  std::variant<LineRole, DotRole, CellMark> sample;
  std::string text;
  unsigned hue = 0;
  bool hollow = false;  ///< dots only
};

struct Figure {
  std::string title;
  std::vector<std::string> subtitle;   ///< lines below the title
  std::string alternative;             ///< for those who cannot see it
  std::string note;                    ///< small, below the plot; may be empty
  unsigned width = 720, height = 400;  ///< pixels at which it is shown
  FigureAxis x, y;
  std::vector<HeatCell> cells;
  std::vector<Band> bands;
  std::vector<Line> lines;  ///< drawn in this order
  std::vector<Dot> dots;
  std::vector<Annotation> annotations;
  std::optional<ValueScale> values;
  std::vector<LegendEntry> legend;
};

/// A few round places within [from, to], labelled.
std::vector<Tick> linear_ticks(double from, double to);
/// Decades and, where there are few of them, also 2 and 5 times them.
std::vector<Tick> log_ticks(double from, double to);

/// `text` in lines of at most `width` characters, cut at spaces.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

}  // namespace etalon::report
