#include "etalon/report/accuracy_axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace etalon::report {

std::vector<Tick> percent_ticks(double from, double to) {
  std::vector<Tick> ticks = linear_ticks(100 * from, 100 * to);
  for (Tick& tick : ticks) tick.at /= 100, tick.label += " %";
  return ticks;
}

FigureAxis accuracy_axis(const std::string& title, double low, double high) {
  const double room = std::max(0.12 * (high - low), 0.005);
  FigureAxis axis{title, Scale::linear, std::max(0.0, low - room), std::min(1.0, high + room), {}};
  axis.ticks = percent_ticks(axis.from, axis.to);
  return axis;
}

double ErrorAxis::place(double accuracy) const {
  return -std::log10(std::clamp(1 - accuracy, smallest_error, 1.0));
}

ErrorAxis error_axis(const std::string& title, double low, double high, std::uint32_t samples) {
  constexpr double smallest_gap = 0.075;  ///< between ticks, as a share of the axis
  ErrorAxis result;
  result.smallest_error = 0.5 / std::max(samples, 10u);
  const double from = result.place(low), to = result.place(high), room = std::max(0.05 * (to - from), 0.02);
  result.axis = {title, Scale::linear, from - room, to + room, {}};
  const auto within = [&](double accuracy) {
    const double place = result.place(accuracy);
    return place >= result.axis.from && place <= result.axis.to;
  };
  std::vector<Tick> wanted;
  for (const double tick :
       {0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 1.0})
    if (within(tick)) wanted.push_back({tick, fmt::format("{:.4g} %", 100 * tick)});
  if (wanted.size() < 4) {
    const auto error = [](double place) { return std::pow(10, -place); };
    wanted = percent_ticks(std::max(0.0, 1 - error(result.axis.from)), 1 - error(result.axis.to));
  }
  double last = -HUGE_VAL;
  for (Tick& tick : wanted) {
    tick.at = result.place(tick.at);
    if (tick.at - last < smallest_gap * (result.axis.to - result.axis.from)) continue;
    last = tick.at;
    result.axis.ticks.push_back(std::move(tick));
  }
  return result;
}

}  // namespace etalon::report
