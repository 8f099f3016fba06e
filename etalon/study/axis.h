/// What a study varies: axes, each a number of training, for one layer group or for the whole network.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "etalon/base/field.h"

namespace etalon {

/// A number that training takes and a study may vary.
enum class Quantity : std::uint8_t { eta, momentum, weight_decay, label_smoothing, batch };

/// How values of an axis compare, and what a search may try between two of them. log: by their ratio, and values
/// in between are fair; choices: each stands for itself, no other is tried.
enum class Scale : std::uint8_t { log, choices };

struct Axis {
  Quantity quantity = Quantity::eta;
  std::string group;  ///< whose layers; empty: of the network as a whole
  auto operator<=>(const Axis&) const = default;
};

/// What holds for a quantity wherever it is varied.
struct QuantityTraits {
  std::string_view key;           ///< in files: "weight_decay"
  std::string_view words;         ///< to people: "weight decay"
  std::string_view range;         ///< "a number, 0 or more"
  double (*place)(double value);  ///< see place_of
  /// The value that a search would try next beyond one, upwards or downwards; empty where none makes sense.
  std::optional<double> (*beyond)(double value, bool upwards);
  double least, most;
  Field field;  ///< where a user asks for it
  Quantity quantity;
  Scale scale;
  bool with_least, with_most;  ///< whether the ends belong to its range
  bool of_groups;              ///< may differ between layer groups
  bool whole;                  ///< whole numbers alone
  bool makes_fail;             ///< runs fail beyond some value: it makes steps longer, or shrinks weights
};

/// Values to try along an axis, ascending.
struct AxisValues {
  Axis axis;
  std::vector<double> values;
  bool operator==(const AxisValues&) const = default;
};

std::span<const QuantityTraits> all_quantities();
const QuantityTraits& traits_of(Quantity quantity);

/// Whether the quantity may have that value.
bool allows(Quantity quantity, double value);

/// As columns, keys and options name an axis: an eta by its group, "conv"; else "momentum" or "conv.momentum".
std::string axis_name(const Axis& axis);
/// As sentences and figures do: "eta of conv", "momentum", "momentum of conv".
std::string axis_title(const Axis& axis);

/// The quantity of a setting's value `i`. Without any axes, as where settings are looked at by themselves, every
/// value is an eta.
Quantity quantity_of(std::span<const Axis> axes, std::size_t i);

/// Where a value lies along an axis, on a line on which as much changes along a unit as along a decade of eta:
/// log10 eta, -log10(1 - momentum) (a tenth of the brake: ten times as many steps are averaged),
/// log10(1 + decay / 1e-6), ten times the smoothing, half of log2(batch). REQUIRES: allows(quantity, value).
double place_of(Quantity quantity, double value);

}  // namespace etalon
