#include "etalon/report/trade_off_figure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/report/words.h"

namespace etalon::report {
namespace {

constexpr double smallest_instability = 1e-3;  ///< below it nobody sees a difference in a plot

double shown_instability(const TradeOff& cell) { return std::max(cell.instability, smallest_instability); }

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

DotRole role_of(const TradeOff& cell, const SetView& set) {
  if (set.recommendation->setting == cell.setting) return DotRole::chosen;
  if (cell.eligible) return DotRole::eligible;
  const CellView* view = view_of(cell, set);
  if (view && view->all_diverged()) return DotRole::diverged;
  const auto target = view ? view->summary->median_loss_target : std::nullopt;
  return target && !target->reached ? DotRole::censored : DotRole::plain;
}

/// The front as steps: what is reachable lies above and to the right of it.
Line front_line(const std::vector<TradeOff>& cells) {
  std::vector<Place> front;
  for (const TradeOff& cell : cells)
    if (cell.on_front) front.push_back({cell.epochs_to_target, shown_instability(cell)});
  std::sort(front.begin(), front.end(),
            [](const Place& a, const Place& b) { return a.x != b.x ? a.x < b.x : a.y > b.y; });
  Line line{LineRole::front, {}};
  for (const Place& place : front) {
    if (!line.points.empty()) line.points.push_back({place.x, line.points.back().y});
    line.points.push_back(place);
  }
  return line;
}

void add_legend(Figure& figure, bool with_front) {
  const auto entry = [&](DotRole role, const std::string& text) {
    if (std::any_of(figure.dots.begin(), figure.dots.end(), [&](const Dot& dot) { return dot.role == role; }))
      figure.legend.push_back({role, text, 0});
  };
  entry(DotRole::chosen, "chosen");
  entry(DotRole::eligible, "eligible");
  entry(DotRole::plain, "not eligible");
  entry(DotRole::censored, "target missed");
  entry(DotRole::diverged, "every seed diverged");
  if (with_front) figure.legend.push_back({LineRole::front, "Pareto front", 0});
}

}  // namespace

std::optional<Figure> trade_off_figure(const StudyView& view, std::size_t set) {
  const SetView& shown = view.sets().at(set);
  if (!shown.recommendation || shown.recommendation->trade_offs.empty()) return std::nullopt;
  const auto& cells = shown.recommendation->trade_offs;
  Figure figure;
  figure.title = shown.facts->name + ": speed against stability";
  figure.subtitle = {"Left is faster, down is more stable"};
  figure.alternative =
      fmt::format("Epochs to the target against instability of each setting on {}", shown.facts->name);
  figure.height = 440;
  double fastest = HUGE_VAL, slowest = 0, calmest = HUGE_VAL, wildest = 0;
  for (const TradeOff& cell : cells) {
    fastest = std::min(fastest, cell.epochs_to_target), slowest = std::max(slowest, cell.epochs_to_target);
    calmest = std::min(calmest, shown_instability(cell)),
    wildest = std::max(wildest, shown_instability(cell));
    const DotRole role = role_of(cell, shown);
    const bool named = role == DotRole::chosen || cell.on_front || cell.eligible;
    figure.dots.push_back({{cell.epochs_to_target, shown_instability(cell)},
                           role,
                           named ? setting_text(cell.setting, view.groups()) : "",
                           {}});
  }
  std::stable_sort(figure.dots.begin(), figure.dots.end(), [](const Dot& a, const Dot& b) {
    return (a.role == DotRole::chosen) < (b.role == DotRole::chosen);
  });
  figure.x = spanning("epochs to the loss target, median over seeds", fastest, slowest);
  figure.y = spanning("instability: set-back + spike share", calmest, wildest);
  Line front = front_line(cells);
  if (front.points.size() > 1) figure.lines.push_back(std::move(front));
  add_legend(figure, !figure.lines.empty());
  return figure;
}

}  // namespace etalon::report
