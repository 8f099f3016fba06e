#include "etalon/study/axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/exact_math.h"
#include "etalon/base/text.h"
#include "etalon/study/setting.h"

namespace etalon {
namespace {

/// Without the rounding error that would show in print.
double as_written(double value) { return parse_number(fmt::format("{:.12e}", value)).value(); }

constexpr double most_batch = 4294967295.0;

constexpr QuantityTraits table[] = {
    {.key = "eta",
     .words = "eta",
     .range = "a number above 0 and up to 10",
     .place = [](double eta) { return exact_log10(eta); },
     .beyond = [](double eta, bool upwards) -> std::optional<double> {
       if (upwards && eta >= largest_eta) return {};
       return upwards ? std::min(largest_eta, as_written(eta * 10)) : as_written(eta / 10);
     },
     .least = 0,
     .most = largest_eta,
     .field = Field::eta,
     .quantity = Quantity::eta,
     .scale = Scale::log,
     .with_least = false,
     .with_most = true,
     .of_groups = true,
     .whole = false,
     .makes_fail = true},
    {.key = "momentum",
     .words = "momentum",
     .range = "a number from 0 up to, but not including, 1",
     .place = [](double momentum) { return -exact_log10(1 - momentum); },
     .beyond = [](double momentum, bool upwards) -> std::optional<double> {
       if (!upwards && momentum == 0) return {};
       return std::max(0.0, as_written(1 - (1 - momentum) * (upwards ? 0.5 : 2)));
     },
     .least = 0,
     .most = 1,
     .field = Field::momentum,
     .quantity = Quantity::momentum,
     .scale = Scale::choices,
     .with_least = true,
     .with_most = false,
     .of_groups = true,
     .whole = false,
     .makes_fail = true},
    {.key = "weight_decay",
     .words = "weight decay",
     .range = "a number, 0 or more",
     .place = [](double decay) { return exact_log10(1 + decay / 1e-6); },
     .beyond = [](double decay, bool upwards) -> std::optional<double> {
       if (decay == 0) return upwards ? std::optional(1e-5) : std::nullopt;
       return as_written(upwards ? decay * 10 : decay / 10);
     },
     .least = 0,
     .most = HUGE_VAL,
     .field = Field::weight_decay,
     .quantity = Quantity::weight_decay,
     .scale = Scale::choices,
     .with_least = true,
     .with_most = false,
     .of_groups = true,
     .whole = false,
     .makes_fail = true},
    {.key = "label_smoothing",
     .words = "label smoothing",
     .range = "a number from 0 up to, but not including, 1",
     .place = [](double smoothing) { return 10 * smoothing; },
     .beyond = [](double smoothing, bool upwards) -> std::optional<double> {
       if (upwards ? smoothing >= 0.9 : smoothing == 0) return {};
       return std::max(0.0, as_written(smoothing + (upwards ? 0.1 : -0.1)));
     },
     .least = 0,
     .most = 1,
     .field = Field::label_smoothing,
     .quantity = Quantity::label_smoothing,
     .scale = Scale::choices,
     .with_least = true,
     .with_most = false,
     .of_groups = false,
     .whole = false,
     .makes_fail = false},
    {.key = "batch",
     .words = "batch",
     .range = "a whole number from 1 to 4294967295",
     .place = [](double batch) { return 0.5 * exact_log(batch) / exact_log(2.0); },
     .beyond = [](double batch, bool upwards) -> std::optional<double> {
       if (!upwards && batch == 1) return {};
       return upwards ? batch * 2 : std::floor(batch / 2);
     },
     .least = 1,
     .most = most_batch,
     .field = Field::batch,
     .quantity = Quantity::batch,
     .scale = Scale::choices,
     .with_least = true,
     .with_most = true,
     .of_groups = false,
     .whole = true,
     .makes_fail = false}};

}  // namespace

std::span<const QuantityTraits> all_quantities() { return table; }

const QuantityTraits& traits_of(Quantity quantity) {
  for (const QuantityTraits& traits : table)
    if (traits.quantity == quantity) return traits;
  fail_check("quantity", std::to_string(static_cast<int>(quantity)), "one of the enumeration", __FILE__,
             __LINE__);
}

bool allows(Quantity quantity, double value) {
  const QuantityTraits& traits = traits_of(quantity);
  if (!std::isfinite(value) || (traits.whole && value != std::floor(value))) return false;
  return (traits.with_least ? value >= traits.least : value > traits.least) &&
         (traits.with_most ? value <= traits.most : value < traits.most);
}

Quantity quantity_of(std::span<const Axis> axes, std::size_t i) {
  if (axes.empty()) return Quantity::eta;
  check(i < axes.size(), "a value of a setting", i, "one of an axis");
  return axes[i].quantity;
}

std::string axis_name(const Axis& axis) {
  if (axis.quantity == Quantity::eta) return axis.group;
  const std::string key(traits_of(axis.quantity).key);
  return axis.group.empty() ? key : axis.group + "." + key;
}

std::string axis_title(const Axis& axis) {
  const std::string words(traits_of(axis.quantity).words);
  return axis.group.empty() ? words : words + " of " + axis.group;
}

double place_of(Quantity quantity, double value) {
  check(allows(quantity, value), "a value along an axis", value, "one that its quantity may have");
  return traits_of(quantity).place(value);
}

}  // namespace etalon
