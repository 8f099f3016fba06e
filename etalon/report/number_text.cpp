#include "etalon/report/number_text.h"

#include <cmath>
#include <cstdlib>
#include <span>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/markup.h"

namespace etalon::report {

std::string short_title(const Axis& axis) {
  return axis.quantity == Quantity::eta ? axis.group : axis_title(axis);
}

std::string setting_text(const Setting& setting, const std::vector<Axis>& axes) {
  std::vector<std::string> parts;
  for (std::size_t axis = 0; axis < axes.size() && axis < setting.values.size(); ++axis)
    parts.push_back(short_title(axes[axis]) + " " + value_text(setting.values[axis]));
  return join(parts, ", ");
}

std::string short_setting_text(const Setting& setting, const std::vector<Axis>& axes) {
  if (setting_key(axes).empty()) return setting_text(setting, axes);
  std::vector<std::string> values;
  for (const double value : setting.values) values.push_back(value_text(value));
  return join(values, ", ");
}

std::vector<std::string> setting_key(const std::vector<Axis>& axes) {
  std::vector<std::string> names;
  bool more = false;
  for (const Axis& axis : axes) {
    names.push_back(short_title(axis));
    more |= axis.quantity != Quantity::eta;
  }
  return more ? std::vector{"Settings: " + join(names, ", ")} : std::vector<std::string>{};
}

std::string axis_markdown(const Axis& axis) { return escaped_markdown(axis_title(axis)); }

std::string number_text(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "not a number" : "infinite";
  const std::string text = fmt::format("{:.3g}", value);
  return text == "-0" ? "0" : text;
}

std::string number_text(const std::optional<double>& value) {
  return value ? number_text(*value) : not_measured;
}

std::string percent_text(double share) {
  const double error = 1 - share;
  const int digits = error > 0 && error < 0.001 ? 3 : error < 0.1 ? 2 : 1;
  return fmt::format("{:.{}f} %", 100 * share, digits);
}

std::string percent_text(const std::optional<double>& share) {
  return share ? percent_text(*share) : not_measured;
}

std::string spread_text(const Spread& spread) {
  if (!spread.mean) return not_measured;
  const std::string mean = number_text(*spread.mean);
  return spread.deviation ? mean + " ± " + fmt::format("{:.2g}", *spread.deviation) : mean;
}

std::string percent_spread_text(const Spread& spread) {
  if (!spread.mean) return not_measured;
  if (!spread.deviation) return percent_text(*spread.mean);
  return fmt::format("{:.2f} ± {:.2f} %", 100 * *spread.mean, 100 * *spread.deviation);
}

std::string target_text(const std::optional<EpochsToTarget>& target) {
  if (!target) return not_measured;
  return target->reached ? number_text(target->epochs) : ">" + number_text(target->epochs);
}

std::string listed(const std::vector<std::string>& names) {
  if (names.size() < 2) return join(names, "");
  return join(std::span(names).first(names.size() - 1), ", ") + " and " + names.back();
}

std::string grouped_digits(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, ",");
  return text;
}

}  // namespace etalon::report
