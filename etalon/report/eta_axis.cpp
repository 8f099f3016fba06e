#include "etalon/report/eta_axis.h"

#include <algorithm>
#include <cmath>

#include "etalon/base/check.h"
#include "etalon/report/number_text.h"

namespace etalon::report {

EtaAxis eta_axis(const std::string& title, const std::vector<double>& etas) {
  check(!etas.empty() && std::ranges::is_sorted(etas), "etas", etas.size(), "at least one, ascending");
  EtaAxis result;
  const std::size_t last = etas.size() - 1, stride = 1 + last / 12;
  for (std::size_t i = 0; i <= last; ++i) {
    const double below = i > 0 ? etas[i - 1] : last > 0 ? etas[0] * etas[0] / etas[1] : etas[0] / 10;
    const double above = i < last ? etas[i + 1] : last > 0 ? etas[i] * etas[i] / etas[i - 1] : etas[0] * 10;
    result.spans[etas[i]] = {std::sqrt(etas[i] * below), std::sqrt(etas[i] * above)};
    if (i % stride == 0) result.axis.ticks.push_back({etas[i], value_text(etas[i])});
  }
  result.axis.title = title;
  result.axis.scale = Scale::log;
  result.axis.from = result.spans.at(etas.front()).from;
  result.axis.to = result.spans.at(etas.back()).to;
  return result;
}

EtaAxis even_axis(const std::string& title, const std::vector<double>& values) {
  check(!values.empty() && std::ranges::is_sorted(values), "values", values.size(),
        "at least one, ascending");
  EtaAxis result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double left = static_cast<double>(i);
    result.spans[values[i]] = {left, left + 1};
    result.axis.ticks.push_back({left + 0.5, value_text(values[i])});
  }
  result.axis.title = title;
  result.axis.scale = Scale::linear;
  result.axis.from = 0;
  result.axis.to = static_cast<double>(values.size());
  return result;
}

FigureAxis open_eta_axis(const std::string& title, double from, double to) {
  const double room = std::pow(to / from, 0.06) * 1.15;
  FigureAxis axis{title, Scale::log, from / room, to * room, {}};
  for (Tick& tick : axis.ticks = log_ticks(axis.from, axis.to)) tick.label = value_text(tick.at);
  return axis;
}

}  // namespace etalon::report
