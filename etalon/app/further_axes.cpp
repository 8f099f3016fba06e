#include "etalon/app/further_axes.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

/// What was said of one quantity: a number for all, or lists.
struct Said {
  std::optional<double> number;
  std::vector<AxisValues> axes;
};

void put_number(Quantity quantity, double number, StudyRequest& study) {
  switch (quantity) {
    case Quantity::eta:
      break;  // each group has a list of its own
    case Quantity::momentum:
      study.training.optimizer.momentum = number;
      break;
    case Quantity::weight_decay:
      study.training.optimizer.weight_decay = number;
      break;
    case Quantity::label_smoothing:
      study.training.label_smoothing = number;
      break;
    case Quantity::batch:
      study.batch = static_cast<std::uint32_t>(number);
      break;
  }
}

double standard_number(Quantity quantity) {
  const StudyRequest plain;
  switch (quantity) {
    case Quantity::eta:
      break;
    case Quantity::momentum:
      return plain.training.optimizer.momentum;
    case Quantity::weight_decay:
      return plain.training.optimizer.weight_decay;
    case Quantity::label_smoothing:
      return plain.training.label_smoothing;
    case Quantity::batch:
      return plain.batch;
  }
  return 0;
}

/// "-0" is 0, so that a setting has one name.
std::vector<double> without_negative_zero(std::vector<double> values) {
  for (double& value : values) value += 0.0;
  return values;
}

/// A list of one number is that number, where it holds for all layers.
void add_list(const Axis& axis, std::vector<double> values, Said& said) {
  if (axis.group.empty() && values.size() == 1)
    said.number = values.front() + 0.0;
  else
    said.axes.push_back({axis, without_negative_zero(std::move(values))});
}

void require_new(const Said& said, const Axis& axis, const std::string& place) {
  const bool whole = axis.group.empty();
  const bool twice = std::ranges::find(said.axes, axis, &AxisValues::axis) != said.axes.end() ||
                     (whole && said.number.has_value());
  if (twice)
    throw RequestError(
        {place, whole ? "values for all layers twice" : fmt::format("the group '{}' twice", axis.group),
         whole ? "one list" : "each group once", "put all its values into one list: V,V,..."});
}

Said typed(const Given& given, Quantity quantity) {
  Said said;
  for (const std::string& text : given.values()) {
    const std::size_t equals = text.find('=');
    const Axis axis{quantity, equals == std::string::npos ? "" : text.substr(0, equals)};
    require_new(said, axis, given.place());
    if (equals == 0 || (equals != std::string::npos && !traits_of(quantity).of_groups))
      throw RequestError(
          {given.place(), in_quotes(text), "a value, or several: V,V,...",
           equals == 0 ? "" : fmt::format("{} is the same for all layers", traits_of(quantity).words)});
    add_list(axis,
             axis_list(quantity, equals == std::string::npos ? text : text.substr(equals + 1), given.place()),
             said);
  }
  return said;
}

std::vector<double> filed_list(const StudyTable& table, const std::string& key, Quantity quantity) {
  const NumberRange range = range_of(quantity);
  const toml::node& node = *table.node(key);
  const auto* list = node.as_array();
  if (!list) {
    if (traits_of(quantity).whole)
      return {static_cast<double>(
          *table.whole(key, static_cast<std::uint64_t>(range.from), static_cast<std::uint64_t>(range.to)))};
    return {*table.number(key, range)};
  }
  if (list->empty()) table.refuse(node, fmt::format("a list of values for '{}'", key));
  std::vector<double> values;
  for (const toml::node& entry : *list) {
    const auto value = entry.is_number() ? entry.value<double>() : std::nullopt;
    if (!value || !allows(quantity, *value)) table.refuse(entry, range.text);
    values.push_back(*value);
  }
  return sorted_once(std::move(values));
}

Said filed(const Given& given, Quantity quantity) {
  const StudyTable& table = given.table();
  const std::string key = given.key();
  Said said;
  if (!table.node(key)->is_table()) {
    add_list({quantity, ""}, filed_list(table, key, quantity), said);
    return said;
  }
  if (!traits_of(quantity).of_groups)
    table.refuse(*table.node(key), fmt::format("a number or a list for '{}'", key),
                 fmt::format("{} is the same for all layers", traits_of(quantity).words));
  const StudyTable groups = *table.table(key);
  for (const std::string& group : groups.keys())
    add_list({quantity, group}, filed_list(groups, group, quantity), said);
  return said;
}

/// Whether some layer group has no axis of that quantity.
bool is_read(const StudyRequest& study, Quantity quantity) {
  const auto has = [&](const std::string& group) {
    return std::ranges::find(study.axes, Axis{quantity, group}) != study.axes.end();
  };
  if (has("")) return false;
  return !traits_of(quantity).of_groups ||
         !std::ranges::all_of(study.groups, [&](const LayerGroup& group) { return has(group.name); });
}

/// Every combination of what the space has with the values.
void multiply(SearchSpace& space, const AxisValues& more) {
  if (space.settings.empty()) {
    space.values.push_back(more.values);
    return;
  }
  std::vector<Setting> settings;
  for (const Setting& setting : space.settings)
    for (const double value : more.values) {
      settings.push_back(setting);
      settings.back().values.push_back(value);
    }
  space.settings = std::move(settings);
}

}  // namespace

void read_quantity(const Given& given, Quantity quantity, Request& to) {
  const Said said = given.is_typed() ? typed(given, quantity) : filed(given, quantity);
  std::erase_if(to.axes, [&](const AxisValues& list) { return list.axis.quantity == quantity; });
  to.axes.insert(to.axes.end(), said.axes.begin(), said.axes.end());
  if (said.number) put_number(quantity, *said.number, to.study);
}

void add_axes(Request& request) {
  StudyRequest& study = request.study;
  std::ranges::sort(request.axes, {}, &AxisValues::axis);
  for (const AxisValues& list : request.axes) {
    study.axes.push_back(list.axis);
    multiply(study.plan.space, list);
  }
  for (const QuantityTraits& traits : all_quantities())
    if (traits.quantity != Quantity::eta && !is_read(study, traits.quantity))
      put_number(traits.quantity, standard_number(traits.quantity), study);
}

}  // namespace etalon
