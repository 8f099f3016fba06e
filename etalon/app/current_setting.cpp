#include "etalon/app/current_setting.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/app/options/option.h"
#include "etalon/app/values.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/search/registry.h"

namespace etalon {
namespace {

const std::string form = "a value for each group and whatever else is varied, such as conv=0.1,full=0.01";

std::vector<std::string> names_of(const std::vector<Axis>& axes) {
  std::vector<std::string> names;
  for (const Axis& axis : axes) names.push_back(axis_name(axis));
  return names;
}

NamedValues typed_values(const std::string& text, const std::string& place) {
  NamedValues named;
  for (const std::string& part : name_list(text, place)) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0) throw RequestError({place, in_quotes(text), form, ""});
    const std::string name = part.substr(0, equals);
    if (std::ranges::find(named, name, &NamedValues::value_type::first) != named.end())
      throw RequestError({place, fmt::format("'{}' twice", name), form, ""});
    const auto value = parse_number(part.substr(equals + 1));
    if (!value)
      throw RequestError(
          {place + " " + name, in_quotes(part.substr(equals + 1)), "a number, such as 0.01", ""});
    named.emplace_back(name, *value);
  }
  return named;
}

/// {conv = 0.1, full = 0.01, "conv.momentum" = 0.9}
NamedValues filed_values(const StudyTable& table) {
  if (!table.node("current")->is_table())
    table.refuse(*table.node("current"), "a table for 'current', such as {conv = 0.1, full = 0.01}");
  constexpr NumberRange any_number{-ranges::endless, ranges::endless, true, true, "a number"};
  const StudyTable current = *table.table("current");
  NamedValues named;
  for (const std::string& name : current.keys())
    named.emplace_back(name, current.number(name, any_number).value());
  return named;
}

void require_value(const Axis& axis, double value) {
  if (!allows(axis.quantity, value))
    throw RequestError({{Field::current, " " + axis_name(axis)},
                        shortest(value),
                        std::string(traits_of(axis.quantity).range),
                        ""});
}

std::vector<double> planned_values(const StudyPlan& plan, std::size_t axis) {
  if (plan.space.settings.empty()) return plan.space.values.at(axis);
  std::vector<double> values;
  for (const Setting& setting : plan.space.settings) values.push_back(setting.values.at(axis));
  return values;
}

/// The lists of the plan with the setting's values among them.
std::vector<AxisValues> wider_lists(const Setting& setting, const StudyPlan& plan,
                                    const std::vector<Axis>& axes) {
  std::vector<AxisValues> lists;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    std::vector<double> values = planned_values(plan, axis);
    values.push_back(setting.values.at(axis));
    lists.push_back({axes[axis], sorted_once(std::move(values))});
  }
  return lists;
}

}  // namespace

NamedValues read_current(const Given& given) {
  return given.is_typed() ? typed_values(given.text(), given.place()) : filed_values(given.table());
}

Setting setting_of(const NamedValues& named, const std::vector<Axis>& axes) {
  const std::vector<std::string> names = names_of(axes);
  for (const auto& [name, value] : named)
    if (std::ranges::find(names, name) == names.end())
      throw RequestError(
          {Field::current,
           fmt::format("{} '{}'", axes.back().quantity == Quantity::eta ? "the unknown group" : "the unknown",
                       name),
           "one of " + join(names, ", "), hint_for(name, names)});
  Setting setting;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const auto found = std::ranges::find(named, names[axis], &NamedValues::value_type::first);
    if (found == named.end())
      throw RequestError({Field::current,
                          axes[axis].quantity == Quantity::eta
                              ? fmt::format("no eta for the group '{}'", names[axis])
                              : fmt::format("no value for '{}'", names[axis]),
                          "one for each of " + join(names, ", "), ""});
    require_value(axes[axis], found->second);
    setting.values.push_back(found->second);
  }
  return setting;
}

std::string value_options(const std::vector<AxisValues>& lists) {
  std::vector<std::string> options;
  for (const auto& [axis, values] : lists) {
    std::vector<std::string> texts;
    for (const double value : values) texts.push_back(value_text(value));
    options.push_back(fmt::format("{} {}{}{}", usual_place(traits_of(axis.quantity).field), axis.group,
                                  axis.group.empty() ? "" : "=", join(texts, ",")));
  }
  return join(options, " ");
}

std::vector<AxisValues> lists_with(const Setting& setting, const std::vector<Axis>& axes,
                                   const StudyPlan& plan) {
  std::vector<AxisValues> lists = wider_lists(setting, plan, axes);
  for (std::size_t axis = 0; axis < axes.size(); ++axis)
    if (axes[axis].quantity == Quantity::eta) lists[axis].values = {setting.values[axis]};
  return lists;
}

void require_planned(const Setting& setting, const StudyPlan& plan, const std::vector<Axis>& axes) {
  const SearchSpace& space = plan.space;
  if (strategy_traits(plan.strategy).draws) return;  // what it draws is not known yet
  bool planned = true;
  if (!space.settings.empty())
    planned = std::ranges::find(space.settings, setting) != space.settings.end();
  else
    for (std::size_t axis = 0; axis < axes.size(); ++axis)
      planned =
          planned && std::ranges::find(space.values[axis], setting.values[axis]) != space.values[axis].end();
  if (planned) return;
  throw RequestError({Field::current,
                      to_text(setting, axes) + ", which is not among the settings to be tried",
                      "a setting that the study tries, so that it can be compared",
                      space.settings.empty() ? "add it: " + value_options(wider_lists(setting, plan, axes))
                                             : "add it to the settings that are listed"});
}

}  // namespace etalon
