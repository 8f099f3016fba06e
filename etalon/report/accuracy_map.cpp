#include "etalon/report/accuracy_map.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "etalon/report/accuracy_axis.h"
#include "etalon/report/eta_axis.h"
#include "etalon/report/number_text.h"
#include "etalon/report/slice.h"

namespace etalon::report {
namespace {

/// All cells that share the values of the shown axes; the best of them stands for them.
struct Stack {
  std::vector<const CellView*> cells;

  const CellView* best() const {
    return *std::max_element(cells.begin(), cells.end(), [](const CellView* a, const CellView* b) {
      if (a->all_diverged() != b->all_diverged()) return a->all_diverged();
      return a->summary->accuracy.mean.value_or(-1) < b->summary->accuracy.mean.value_or(-1);
    });
  }
  template <class Flag>
  bool any(Flag flag) const {
    return std::any_of(cells.begin(), cells.end(), [&](const CellView* cell) { return cell->*flag; });
  }
};

using Stacks = std::map<std::pair<double, double>, Stack>;  ///< by the values of the two shown axes

Stacks stacked(const Slice& slice, std::size_t first, std::size_t second) {
  Stacks stacks;
  for (const CellView* cell : slice.cells)
    stacks[{cell->summary->setting.values.at(first), cell->summary->setting.values.at(second)}]
        .cells.push_back(cell);
  return stacks;
}

/// From the worst to the best mean of the cells that learned, with ticks between them; nothing where none
/// did.
std::optional<ValueScale> value_scale(const std::vector<CellView>& cells) {
  constexpr double smallest_gap = 0.06;  ///< between ticks, as a share of the bar
  ValueScale scale{"validation accuracy", 1, 0, {}};
  for (const CellView& cell : cells) {
    if (cell.all_diverged() || !cell.summary->accuracy.mean) continue;
    scale.worst = std::min(scale.worst, *cell.summary->accuracy.mean);
    scale.best = std::max(scale.best, *cell.summary->accuracy.mean);
  }
  if (scale.worst > scale.best) return std::nullopt;
  if (scale.best - scale.worst < 0.01) {  // a hair's breadth is no contrast
    const double middle = std::clamp((scale.best + scale.worst) / 2, 0.005, 0.995);
    scale.worst = middle - 0.005, scale.best = middle + 0.005;
  }
  std::vector<double> wanted;
  for (const double tick :
       {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999})
    if (tick >= scale.worst && tick <= scale.best) wanted.push_back(tick);
  if (wanted.size() < 3) {
    wanted.clear();
    for (const Tick& tick : percent_ticks(scale.worst, scale.best)) wanted.push_back(tick.at);
  }
  double last = -1;
  for (const double tick : wanted)
    if (scale.share(tick) - last > smallest_gap) scale.ticks.push_back(tick), last = scale.share(tick);
  return scale;
}

HeatCell heat_cell(const Stack& stack, const Span& x, const Span& y) {
  const CellView& best = *stack.best();
  const CellSummary& summary = *best.summary;
  HeatCell cell;
  cell.left = x.from, cell.right = x.to, cell.bottom = y.from, cell.top = y.to;
  cell.seeds = summary.seeds;
  cell.diverged_seeds = summary.diverged_seeds;
  cell.count = fmt::format("n={}", summary.seeds);
  if (best.all_diverged()) {
    cell.label = "diverged";
  } else {
    cell.value = summary.accuracy.mean;
    cell.label = summary.accuracy.mean ? fmt::format("{:.2f} %", 100 * *summary.accuracy.mean) : not_measured;
    if (summary.accuracy.deviation) cell.detail = fmt::format("± {:.2f}", 100 * *summary.accuracy.deviation);
    if (summary.failed_seeds > 0) {
      cell.detail = fmt::format("{} of {} failed", summary.failed_seeds, summary.seeds);
      cell.count.clear();
    }
  }
  cell.chosen = stack.any(&CellView::chosen);
  cell.eligible = stack.any(&CellView::eligible);
  cell.equivalent = stack.any(&CellView::equivalent);
  return cell;
}

void add_map_legend(Figure& figure) {
  const auto any = [&](auto flag) { return std::any_of(figure.cells.begin(), figure.cells.end(), flag); };
  if (any([](const HeatCell& c) { return c.chosen; }))
    figure.legend.push_back({CellMark::chosen, "chosen", 0});
  if (any([](const HeatCell& c) { return c.eligible; }))
    figure.legend.push_back({CellMark::eligible, "eligible", 0});
  if (any([](const HeatCell& c) { return c.equivalent; }))
    figure.legend.push_back({CellMark::equivalent, "may be the best (95 %)", 0});
  if (any([](const HeatCell& c) { return !c.value.has_value(); }))
    figure.legend.push_back({CellMark::diverged, "every seed diverged", 0});
}

void fill_grid(Figure& figure, const Stacks& stacks) {
  std::set<double> across, up;
  for (const auto& [values, stack] : stacks) across.insert(values.first), up.insert(values.second);
  const EtaAxis x = even_axis(figure.x.title, {across.begin(), across.end()});
  const EtaAxis y = even_axis(figure.y.title, {up.begin(), up.end()});
  figure.x = x.axis, figure.y = y.axis;
  figure.height = static_cast<unsigned>(std::clamp<std::size_t>(150 + 62 * up.size(), 280, 720));
  for (const auto& [values, stack] : stacks)
    figure.cells.push_back(heat_cell(stack, x.spans.at(values.first), y.spans.at(values.second)));
  add_map_legend(figure);
}

/// An axis of scattered points: of etas by their logarithm, of choices at even distances.
struct ScatterAxis {
  FigureAxis axis;
  std::map<double, double> places;  ///< value -> where it lies along the axis

  ScatterAxis(const std::string& title, Quantity quantity, const std::set<double>& values) {
    if (traits_of(quantity).scale == etalon::Scale::log) {
      axis = open_eta_axis(title, *values.begin(), *values.rbegin());
      for (const double value : values) places[value] = value;
      return;
    }
    const EtaAxis even = even_axis(title, {values.begin(), values.end()});
    axis = even.axis;
    for (const auto& [value, span] : even.spans) places[value] = (span.from + span.to) / 2;
  }
};

void fill_scatter(Figure& figure, const Stacks& stacks, Quantity first, Quantity second) {
  std::set<double> across, up;
  for (const auto& [values, stack] : stacks) across.insert(values.first), up.insert(values.second);
  const ScatterAxis x(figure.x.title, first, across), y(figure.y.title, second, up);
  figure.x = x.axis, figure.y = y.axis;
  figure.height = 480;
  const bool few = stacks.size() <= 24;
  bool diverged = false, chosen = false;
  for (const auto& [values, stack] : stacks) {
    const Place place{x.places.at(values.first), y.places.at(values.second)};
    const CellView& best = *stack.best();
    const bool gone = best.all_diverged();
    const std::string label = few && !gone ? percent_text(best.summary->accuracy.mean) : "";
    figure.dots.push_back({place, gone ? DotRole::diverged : DotRole::colored, label,
                           gone ? std::nullopt : best.summary->accuracy.mean});
    diverged = diverged || gone;
    if (stack.any(&CellView::chosen)) {
      figure.dots.push_back({place, DotRole::chosen, few ? "" : label, {}});
      chosen = true;
    }
  }
  if (chosen) figure.legend.push_back({DotRole::chosen, "chosen", 0});
  if (diverged) figure.legend.push_back({DotRole::diverged, "every seed diverged", 0});
}

std::string alternative_of(const SetView& set, const Axis& across, const Axis& up) {
  if (across.quantity == Quantity::eta && up.quantity == Quantity::eta)
    return fmt::format("Map of validation accuracy on {} over the etas of {} and {}", set.facts->name,
                       across.group, up.group);
  return fmt::format("Map of validation accuracy on {} over {} and {}", set.facts->name, axis_title(across),
                     axis_title(up));
}

/// They are most of the places where the values of the two axes cross.
bool is_grid(const std::vector<const CellView*>& cells, std::size_t first, std::size_t second) {
  std::set<double> across, up;
  std::set<std::pair<double, double>> places;
  for (const CellView* cell : cells) {
    const std::vector<double>& values = cell->summary->setting.values;
    across.insert(values.at(first)), up.insert(values.at(second));
    places.insert({values.at(first), values.at(second)});
  }
  return 2 * places.size() > across.size() * up.size() && across.size() <= 12 && up.size() <= 12;
}

Figure pair_figure(const StudyView& view, std::size_t set, std::size_t first, std::size_t second) {
  const SetView& shown = view.sets().at(set);
  const Axis &across = view.axes()[first], &up = view.axes()[second];
  const Slice slice = slice_of(shown, first, second);
  Figure figure;
  figure.title = shown.facts->name + ": validation accuracy";
  if (view.axes().size() > 2) {
    figure.title += fmt::format(", {} and {}", short_title(across), short_title(up));
    figure.subtitle = {slice.at_choice
                           ? "All else at the choice: " + others_at_choice(view, shown, first, second)
                           : "Each place shows the best over all else that was tried"};
  } else {
    figure.subtitle = {
        "Last epoch, mean ± deviation over n seeds; the colour runs with the logarithm of the error"};
  }
  figure.alternative = alternative_of(shown, across, up);
  figure.values = value_scale(shown.cells);
  figure.x.title = axis_title(across);
  figure.y.title = axis_title(up);
  const Stacks stacks = stacked(slice, first, second);
  if (is_grid(slice.cells, first, second))
    fill_grid(figure, stacks);
  else
    fill_scatter(figure, stacks, across.quantity, up.quantity);
  return figure;
}

/// The range of what the seeds that learned, and the means with them, reached.
std::pair<double, double> accuracy_range(const std::vector<CellView>& cells) {
  double low = 1, high = 0;
  const auto take = [&](const std::optional<double>& accuracy) {
    if (accuracy) low = std::min(low, *accuracy), high = std::max(high, *accuracy);
  };
  for (const CellView& cell : cells) {
    if (cell.all_diverged()) continue;
    take(cell.summary->accuracy.mean);
    for (const SeedView& seed : cell.seeds)
      if (!seed.failed()) take(seed.verdict->accuracy);
  }
  return low <= high ? std::pair{low, high} : std::pair{0.0, 1.0};
}

DotRole mean_role(const CellView& cell) {
  return cell.chosen ? DotRole::chosen : cell.eligible ? DotRole::eligible : DotRole::plain;
}

/// One eta: its seeds, failed ones at the foot of the axis, and their mean above them.
void add_column(Figure& figure, const CellView& cell) {
  const double eta = cell.summary->setting.values.at(0);
  const auto& mean = cell.summary->accuracy.mean;
  const bool gone = cell.all_diverged() || !mean;
  for (const SeedView& seed : cell.seeds)
    if (gone)
      continue;
    else if (seed.failed())
      figure.dots.push_back({{eta, figure.y.from}, DotRole::failed, "", {}});
    else if (seed.verdict->accuracy && cell.seeds.size() > 1)
      figure.dots.push_back({{eta, *seed.verdict->accuracy}, DotRole::seed, "", {}});
  if (gone)
    figure.dots.push_back({{eta, figure.y.from}, DotRole::diverged, "", {}});
  else
    figure.dots.push_back({{eta, *mean},
                           mean_role(cell),
                           fmt::format("{} ({})", percent_text(*mean), cell.summary->seeds),
                           {}});
}

/// Accuracy against the one eta with every seed; etas whose seeds all diverged stand at the foot.
Figure line_figure(const StudyView& view, std::size_t set) {
  const SetView& shown = view.sets().at(set);
  Figure figure;
  figure.title = shown.facts->name + ": validation accuracy";
  figure.subtitle = {"Last epoch: every seed, and their mean with how many they are"};
  figure.alternative = fmt::format("Validation accuracy on {} against eta", shown.facts->name);
  const auto [low, high] = accuracy_range(shown.cells);
  figure.y = accuracy_axis("validation accuracy", low, high);
  std::vector<double> etas;
  Line line{LineRole::typical, {}};
  for (const CellView& cell : shown.cells) {
    const bool gone = cell.all_diverged() || !cell.summary->accuracy.mean;
    etas.push_back(cell.summary->setting.values.at(0));
    line.points.push_back({etas.back(), gone ? NAN : *cell.summary->accuracy.mean});
    add_column(figure, cell);
  }
  std::stable_sort(figure.dots.begin(), figure.dots.end(), [](const Dot& a, const Dot& b) {
    return a.label.empty() && !b.label.empty();  // means lie on top
  });
  figure.x = eta_axis(axis_title(view.axes().at(0)), etas).axis;
  figure.lines.push_back(std::move(line));
  const auto entry = [&](DotRole role, const char* text) {
    if (std::any_of(figure.dots.begin(), figure.dots.end(), [&](const Dot& dot) { return dot.role == role; }))
      figure.legend.push_back({role, text, 0});
  };
  entry(DotRole::chosen, "chosen");
  entry(DotRole::eligible, "eligible");
  entry(DotRole::seed, "a seed");
  entry(DotRole::failed, "a seed that failed");
  entry(DotRole::diverged, "every seed diverged");
  return figure;
}

}  // namespace

std::vector<Figure> accuracy_maps(const StudyView& view, std::size_t set) {
  std::vector<Figure> figures;
  if (view.sets().at(set).cells.empty()) return figures;
  const std::size_t axes = view.axes().size();
  if (axes == 1) figures.push_back(line_figure(view, set));
  for (std::size_t first = 0; first < axes; ++first)
    for (std::size_t second = first + 1; second < axes; ++second)
      figures.push_back(pair_figure(view, set, first, second));
  return figures;
}

}  // namespace etalon::report
