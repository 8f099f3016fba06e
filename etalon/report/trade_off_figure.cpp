#include "etalon/report/trade_off_figure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/report/words.h"

namespace etalon::report {
namespace {

constexpr double smallest_instability = 1e-3;  ///< below it nobody sees a difference in a plot

/// A little room on both sides; logarithmic where the values span more than a factor of 5.
Axis spanning(const std::string& title, double low, double high) {
  Axis axis{title, Scale::linear, low, high, {}};
  if (low > 0 && high / low > 5) {
    const double room = std::pow(high / low, 0.07);
    axis.scale = Scale::log, axis.from = low / room, axis.to = high * room;
    axis.title += " (log scale)";
    axis.ticks = log_ticks(axis.from, axis.to);
    return axis;
  }
  const double room = std::max(0.08 * (high - low), 0.02 * std::abs(high) + 1e-6);
  axis.from = std::max(0.0, low - room), axis.to = high + room;
  axis.ticks = linear_ticks(axis.from, axis.to);
  return axis;
}

const CellView* view_of(const TradeOff& cell, const SetView& set) {
  for (const CellView& view : set.cells)
    if (view.summary->setting == cell.setting) return &view;
  return nullptr;
}

DotRole role_of(const TradeOff& cell, const CellView* view, const SetView& set) {
  if (set.recommendation->setting == cell.setting) return DotRole::chosen;
  if (cell.eligible) return DotRole::eligible;
  return view && view->all_diverged() ? DotRole::diverged : DotRole::plain;
}

/// A cell where it stands in the figure; one whose median missed the target stands at the budget.
struct Point {
  const TradeOff* cell = nullptr;
  Place at;
  DotRole role = DotRole::plain;
  bool missed = false;
};

std::vector<Point> points_of(const SetView& set, double budget) {
  std::vector<Point> points;
  for (const TradeOff& cell : set.recommendation->trade_offs) {
    const CellView* view = view_of(cell, set);
    const auto target = view ? view->summary->median_loss_target : std::nullopt;
    const bool missed = target && !target->reached;
    points.push_back(
        {&cell,
         {missed ? budget : cell.epochs_to_target, std::max(cell.instability, smallest_instability)},
         role_of(cell, view, set),
         missed});
  }
  return points;
}

double budget_of(const StudyView& view, const SetView& set) {
  double budget = view.study().definition.epochs;
  for (const CellView& cell : set.cells)
    for (const SeedView& seed : cell.seeds)
      budget = std::max<double>(budget, seed.trial->curve.budget_epochs);
  return budget;
}

/// The front as steps: what is reachable lies above and to the right of it.
Line front_line(const std::vector<Point>& points) {
  std::vector<Place> front;
  for (const Point& point : points)
    if (point.cell->on_front) front.push_back(point.at);
  std::sort(front.begin(), front.end(),
            [](const Place& a, const Place& b) { return a.x != b.x ? a.x < b.x : a.y > b.y; });
  Line line{LineRole::front, {}};
  for (const Place& place : front) {
    if (!line.points.empty()) line.points.push_back({place.x, line.points.back().y});
    line.points.push_back(place);
  }
  return line;
}

void add_dots(Figure& figure, const std::vector<Point>& points, const std::vector<LayerGroup>& groups) {
  for (const Point& point : points) {
    const bool named = point.role == DotRole::chosen || point.cell->on_front || point.cell->eligible;
    Dot dot{point.at, point.role, named ? setting_text(point.cell->setting, groups) : "", {}};
    dot.hollow = point.missed && point.role != DotRole::diverged;
    figure.dots.push_back(std::move(dot));
  }
  std::stable_sort(figure.dots.begin(), figure.dots.end(), [](const Dot& a, const Dot& b) {
    return (a.role == DotRole::chosen) < (b.role == DotRole::chosen);
  });
}

void add_axes(Figure& figure, const std::vector<Point>& points) {
  Place low{HUGE_VAL, HUGE_VAL}, high{0, 0};
  for (const Point& point : points) {
    low = {std::min(low.x, point.at.x), std::min(low.y, point.at.y)};
    high = {std::max(high.x, point.at.x), std::max(high.y, point.at.y)};
  }
  figure.x = spanning("epochs to the loss target, median over seeds", low.x, high.x);
  figure.y = spanning("instability: share of the descent lost on the way", low.y, high.y);
}

void add_legend(Figure& figure) {
  const auto dots = [&](DotRole role, const std::string& text) {
    if (std::any_of(figure.dots.begin(), figure.dots.end(), [&](const Dot& dot) { return dot.role == role; }))
      figure.legend.push_back({role, text});
  };
  dots(DotRole::chosen, "chosen");
  dots(DotRole::eligible, "eligible");
  dots(DotRole::plain, "not eligible");
  if (std::any_of(figure.dots.begin(), figure.dots.end(), [](const Dot& dot) { return dot.hollow; }))
    figure.legend.push_back({DotRole::plain, "hollow: target missed, at the budget", 0, true});
  dots(DotRole::diverged, "every seed diverged");
  if (!figure.lines.empty()) figure.legend.push_back({LineRole::front, "Pareto front"});
}

}  // namespace

std::optional<Figure> trade_off_figure(const StudyView& view, std::size_t set) {
  const SetView& shown = view.sets().at(set);
  if (!shown.recommendation || shown.recommendation->trade_offs.empty()) return std::nullopt;
  Figure figure;
  figure.title = shown.facts->name + ": speed against stability";
  figure.subtitle = {"Left is faster, down is more stable"};
  figure.alternative =
      fmt::format("Epochs to the target against instability of each setting on {}", shown.facts->name);
  figure.height = 440;
  const std::vector<Point> points = points_of(shown, budget_of(view, shown));
  add_axes(figure, points);
  if (Line front = front_line(points); front.points.size() > 1) figure.lines.push_back(std::move(front));
  add_dots(figure, points, view.groups());
  add_legend(figure);
  return figure;
}

}  // namespace etalon::report
