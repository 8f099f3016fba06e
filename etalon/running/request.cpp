#include "etalon/running/request.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

/// Throws RequestError for a value that the axis's quantity cannot have.
void require_value(const Axis& axis, double value, Field field) {
  if (allows(axis.quantity, value)) return;
  const QuantityTraits& traits = traits_of(axis.quantity);
  throw RequestError({field,
                      fmt::format("{} {}{}", traits.words, shortest(value),
                                  axis.group.empty() ? "" : fmt::format(" for group '{}'", axis.group)),
                      std::string(traits.range),
                      axis.quantity == Quantity::eta ? "etas are compared on a log axis" : ""});
}

void require_share(double value, Field field) {
  if (value >= 0.0 && value <= 1.0) return;
  throw RequestError({field, shortest(value), "a number from 0 to 1", ""});
}

void require_at_least_one(std::uint32_t value, Field field) {
  if (value == 0) throw RequestError({field, "0", "a whole number, at least 1", ""});
}

/// One quantity of one group, or of all.
void require_valid_axis(const Axis& axis, const StudyRequest& request) {
  const QuantityTraits& traits = traits_of(axis.quantity);
  std::vector<std::string> groups;
  for (const LayerGroup& group : request.groups) groups.push_back(group.name);
  if (axis.quantity == Quantity::eta)
    throw RequestError(
        {Field::eta, "eta among what is varied besides", "an eta for each group, which there is", ""});
  if (!axis.group.empty() && !traits.of_groups)
    throw RequestError({traits.field, fmt::format("{} for the group '{}'", traits.words, axis.group),
                        "one for the whole network", ""});
  if (!axis.group.empty() && std::ranges::find(groups, axis.group) == groups.end())
    throw RequestError({traits.field, fmt::format("the unknown group '{}'", axis.group),
                        "one of " + join(groups, ", "), hint_for(axis.group, groups)});
  if (axis.quantity == Quantity::momentum && !uses_momentum(request.training.optimizer))
    throw RequestError({Field::momentum,
                        fmt::format("values to try with the optimizer '{}'", request.training.optimizer.name),
                        "the optimizer momentum or nesterov, which read it", ""});
  if (!axis.group.empty() && std::ranges::find(request.axes, Axis{axis.quantity, ""}) != request.axes.end())
    throw RequestError({traits.field,
                        fmt::format("{} for all layers, and for the group '{}'", traits.words, axis.group),
                        "one of the two", ""});
}

void require_valid_axes(const StudyRequest& request) {
  for (const Axis& axis : request.axes) require_valid_axis(axis, request);
  check(std::ranges::is_sorted(request.axes), "axes", request.axes.size(),
        "in their order, so that studies compare");
  std::set<std::string> names;
  for (const Axis& axis : axes_of(request.groups, request.axes))
    if (!names.insert(axis_name(axis)).second)
      throw RequestError({traits_of(axis.quantity).field, fmt::format("two axes named '{}'", axis_name(axis)),
                          "a name for each of its own", "give the layer group another name"});
}

void require_setting(const Setting& setting, const std::vector<Axis>& axes, Field field) {
  if (setting.values.size() != axes.size())
    throw RequestError({field, "a setting of " + counted(setting.values.size(), "value"),
                        fmt::format("one for each of the {} axes", axes.size()), ""});
  for (std::size_t axis = 0; axis < axes.size(); ++axis)
    require_value(axes[axis], setting.values[axis], field);
}

void require_valid_space(const StudyRequest& request) {
  const std::vector<Axis> axes = axes_of(request.groups, request.axes);
  const SearchSpace& space = request.plan.space;
  for (const Setting& setting : space.settings) require_setting(setting, axes, Field::eta);
  if (!space.settings.empty()) return;
  if (space.values.size() != axes.size())
    throw RequestError({Field::eta, counted(space.values.size(), "list") + " of values",
                        fmt::format("a list for each of the {} axes", axes.size()), ""});
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const Field field = traits_of(axes[axis].quantity).field;
    if (space.values[axis].empty())
      throw RequestError({field,
                          (axes[axis].quantity == Quantity::eta ? "no eta for group '" : "no value for '") +
                              axis_name(axes[axis]) + "'",
                          "at least one", ""});
    for (const double value : space.values[axis]) require_value(axes[axis], value, field);
  }
}

}  // namespace

std::vector<std::uint32_t> batches_of(const StudyRequest& request) {
  const std::vector<Axis> axes = axes_of(request.groups, request.axes);
  const auto axis =
      static_cast<std::size_t>(std::ranges::find(axes, Axis{Quantity::batch, ""}) - axes.begin());
  if (axis == axes.size()) return {request.batch};
  std::set<double> values(request.other_batches.begin(), request.other_batches.end());
  const SearchSpace& space = request.plan.space;
  for (const Setting& setting : space.settings) values.insert(setting.values.at(axis));
  if (space.settings.empty()) values.insert(space.values.at(axis).begin(), space.values.at(axis).end());
  std::vector<std::uint32_t> batches;
  for (const double value : values) batches.push_back(static_cast<std::uint32_t>(value));
  return batches;
}

std::vector<double> default_etas() { return {1e-4, 1e-3, 1e-2, 1e-1, 1.0}; }

void require_valid(const StudyRequest& request) {
  if (request.sets.empty()) throw RequestError({Field::data, "no data set", "at least one", ""});
  require_at_least_one(request.batch, Field::batch);
  require_at_least_one(request.epochs, Field::epochs);
  require_at_least_one(request.plan.seeds, Field::seeds);
  require_share(request.plan.choice.speed_weight, Field::speed_weight);
  require_share(request.plan.choice.divergence_limit, Field::divergence_limit);
  if (const auto& target = request.plan.choice.target_accuracy) require_share(*target, Field::target);
  if (const auto& target = request.plan.choice.target_loss;
      target && !(std::isfinite(*target) && *target > 0))
    throw RequestError({{Field::target, " loss"}, shortest(*target), "a number above 0", ""});
  require_valid_axes(request);
  require_valid_space(request);
  if (const std::optional<Setting>& current = request.plan.choice.current)
    require_setting(*current, axes_of(request.groups, request.axes), Field::current);
}

}  // namespace etalon
