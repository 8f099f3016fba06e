#include "etalon/study/setting.h"

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/exact_math.h"
#include "etalon/base/text.h"

namespace etalon {

std::vector<LayerGroup> default_groups() { return {{"conv", {"conv"}}, {"full", {"dense"}}}; }

std::string value_text(double value) {
  std::string text;
  for (int digits = 6; digits <= 17; ++digits) {
    text = fmt::format("{:.{}g}", value, digits);
    if (parse_number(text) == value) break;
  }
  return text;
}

std::string to_text(const Setting& setting, const std::vector<Axis>& axes) {
  std::vector<std::string> parts;
  for (std::size_t axis = 0; axis < axes.size(); ++axis)
    parts.push_back(axis_name(axes[axis]) + "=" + value_text(setting.values.at(axis)));
  return join(parts, " ");
}

std::string to_text(const AxisValues& list) {
  std::vector<std::string> texts;
  for (const double value : list.values) texts.push_back(value_text(value));
  return axis_name(list.axis) + "=" + join(texts, ",");
}

std::vector<Setting> all_settings(const SearchSpace& space) {
  if (!space.settings.empty()) return space.settings;
  std::vector<Setting> settings{{}};
  for (const std::vector<double>& values : space.values) {
    std::vector<Setting> longer;
    for (const Setting& setting : settings)
      for (const double value : values) {
        longer.push_back(setting);
        longer.back().values.push_back(value);
      }
    settings = std::move(longer);
  }
  return settings;
}

std::vector<double> log_axis(double from, double to, unsigned cells) {
  check(0 < from && from <= to && to <= 10, "the smallest eta", from, "one in (0, 10], at most the largest");
  check(cells > 1 || (cells == 1 && from == to), "cells", cells, "at least 2, or 1 for a single eta");
  std::vector<double> values;
  const double first = exact_log10(from), last = exact_log10(to);
  for (unsigned i = 0; i < cells; ++i) {
    const double place = cells == 1 ? 0.0 : static_cast<double>(i) / (cells - 1);
    const double value = exact_pow(10.0, first + (last - first) * place);
    values.push_back(parse_number(fmt::format("{:.5e}", value)).value());
  }
  return values;
}

}  // namespace etalon
