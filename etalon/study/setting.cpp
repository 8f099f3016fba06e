#include "etalon/study/setting.h"

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/exact_math.h"
#include "etalon/base/text.h"

namespace etalon {

std::vector<LayerGroup> default_groups() { return {{"conv", {"conv"}}, {"full", {"dense"}}}; }

std::string eta_text(double eta) {
  std::string text;
  for (int digits = 6; digits <= 17; ++digits) {
    text = fmt::format("{:.{}g}", eta, digits);
    if (parse_number(text) == eta) break;
  }
  return text;
}

std::string to_text(const Setting& setting, const std::vector<LayerGroup>& groups) {
  std::vector<std::string> parts;
  for (std::size_t group = 0; group < groups.size(); ++group)
    parts.push_back(groups[group].name + "=" + eta_text(setting.eta.at(group)));
  return join(parts, " ");
}

std::vector<Setting> all_settings(const SearchSpace& space) {
  if (!space.settings.empty()) return space.settings;
  std::vector<Setting> settings{{}};
  for (const std::vector<double>& values : space.values) {
    std::vector<Setting> longer;
    for (const Setting& setting : settings)
      for (const double value : values) {
        longer.push_back(setting);
        longer.back().eta.push_back(value);
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
