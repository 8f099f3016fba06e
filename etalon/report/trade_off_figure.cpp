#include "etalon/report/trade_off_figure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/figure_layout.h"
#include "etalon/report/number_text.h"

namespace etalon::report {
namespace {

constexpr double smallest_instability = 1e-3;  ///< below it a logarithmic axis tells nothing apart

/// The narrowest span that shows `low` and `high` and a little around them, not below 0.
FigureAxis linear_axis(const std::string& title, double low, double high) {
  const double room = std::max({0.08 * (high - low), 0.15 * high - 0.5 * (high - low), 0.005});
  FigureAxis axis{title, Scale::linear, std::max(0.0, low - room), high + room, {}};
  axis.ticks = linear_ticks(axis.from, axis.to);
  return axis;
}

bool wants_log(double low, double high) { return low > 0 && high / low > 5; }

FigureAxis log_axis(const std::string& title, double low, double high) {
  const double room = std::pow(high / low, 0.07);
  FigureAxis axis{title + " (log scale)", Scale::log, low / room, high * room, {}};
  axis.ticks = log_ticks(axis.from, axis.to);
  return axis;
}

/// Epochs or instabilities. A logarithmic axis has no 0: it, and what is as good as 0, stands apart at the
/// foot.
struct MeasureAxis {
  FigureAxis axis;
  double smallest = 0, foot = 0;
  double place(double value) const { return value < smallest ? foot : value; }
};

MeasureAxis measure_axis(const std::string& title, const std::vector<double>& values, double smallest) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  double least = *high;
  for (const double value : values)
    if (value >= smallest) least = std::min(least, value);
  if (!wants_log(std::max(least, smallest), *high)) return {linear_axis(title, *low, *high), 0, 0};
  MeasureAxis result{log_axis(title, least, *high), smallest, 0};
  if (*low >= smallest) return result;
  const double step = std::pow(*high / least, 0.12);
  result.foot = least / step;
  result.axis.from = result.foot / std::sqrt(step);
  std::erase_if(result.axis.ticks, [&](const Tick& tick) { return tick.at < least / std::pow(step, 0.4); });
  result.axis.ticks.insert(result.axis.ticks.begin(), {result.foot, fmt::format("< {:g}", smallest)});
  return result;
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
    points.push_back({&cell,
                      {missed ? budget : cell.epochs_to_target, cell.instability},
                      role_of(cell, view, set),
                      missed});
  }
  return points;
}

double budget_of(const StudyView& view, const SetView& set) {
  double budget = epochs_of(view.study());
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

/// Points that one dot would hide, the most important first.
using Cluster = std::vector<const Point*>;

std::vector<Cluster> clusters_of(const Figure& figure, const std::vector<Point>& points) {
  constexpr double as_good_as_one = 3;  ///< pixels between middles
  std::vector<const Point*> order;
  for (const Point& point : points) order.push_back(&point);
  const auto rank = [](const Point* point) {
    return point->role == DotRole::chosen ? 0 : point->cell->on_front ? 1 : point->cell->eligible ? 2 : 3;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const Point* a, const Point* b) { return rank(a) < rank(b); });
  const FigureLayout layout = layout_of(figure);
  std::vector<Cluster> clusters;
  for (const Point* point : order) {
    const Place at = pixel_of(figure, layout, point->at);
    const auto home = std::find_if(clusters.begin(), clusters.end(), [&](const Cluster& cluster) {
      const Place other = pixel_of(figure, layout, cluster.front()->at);
      const bool same_kind =
          (cluster.front()->role == DotRole::diverged) == (point->role == DotRole::diverged);
      return same_kind && std::hypot(other.x - at.x, other.y - at.y) < as_good_as_one;
    });
    if (home == clusters.end())
      clusters.push_back({point});
    else
      home->push_back(point);
  }
  return clusters;
}

/// "conv 0.1, full 0.01 and 2 more", "3 settings"; nothing for one that is not worth a name.
std::string label_of(const Cluster& cluster, const std::vector<Axis>& axes) {
  const Point& first = *cluster.front();
  const bool named = first.role == DotRole::chosen || first.cell->on_front || first.cell->eligible;
  if (!named) return cluster.size() > 1 ? counted(cluster.size(), "setting") : "";
  const std::string name = short_setting_text(first.cell->setting, axes);
  return cluster.size() > 1 ? fmt::format("{} and {} more", name, cluster.size() - 1) : name;
}

void add_dots(Figure& figure, const std::vector<Point>& points, const std::vector<Axis>& axes) {
  auto clusters = clusters_of(figure, points);
  std::reverse(clusters.begin(),
               clusters.end());  // the important ones on top, with the first choice of a label's side
  for (const Cluster& cluster : clusters) {
    const Point& first = *cluster.front();
    Dot dot{first.at, first.role, label_of(cluster, axes), {}};
    dot.hollow = first.missed && first.role != DotRole::diverged;
    figure.dots.push_back(std::move(dot));
  }
}

/// Also moves the points that an axis has no place for to where it shows them.
void add_axes(Figure& figure, std::vector<Point>& points) {
  std::vector<double> epochs, instabilities;
  for (const Point& point : points) epochs.push_back(point.at.x), instabilities.push_back(point.at.y);
  figure.x = measure_axis("epochs to the loss target, median over seeds", epochs, 0).axis;
  const MeasureAxis y =
      measure_axis("instability: share of the descent lost", instabilities, smallest_instability);
  figure.y = y.axis;
  for (Point& point : points) point.at.y = y.place(point.at.y);
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
  for (std::string& key : setting_key(view.axes())) figure.subtitle.push_back(std::move(key));
  figure.alternative =
      fmt::format("Epochs to the target against instability of each setting on {}", shown.facts->name);
  figure.height = 440;
  std::vector<Point> points = points_of(shown, budget_of(view, shown));
  add_axes(figure, points);
  if (Line front = front_line(points); front.points.size() > 1) figure.lines.push_back(std::move(front));
  add_dots(figure, points, view.axes());
  add_legend(figure);
  return figure;
}

}  // namespace etalon::report
