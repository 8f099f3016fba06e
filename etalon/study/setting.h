/// Settings, the points that a study tries, and the space that they are taken from.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "etalon/study/axis.h"

namespace etalon {

/// A named set of layers that share one eta. Selectors (any of which includes a layer): a kind ("conv",
/// "dense"), a position counted from 1 over the layers that have weights ("#1"), or a layer's label
/// ("label:stem").
struct LayerGroup {
  std::string name;
  std::vector<std::string> selectors;
  bool operator==(const LayerGroup&) const = default;
};

/// `conv` = every convolution, `full` = every dense layer.
std::vector<LayerGroup> default_groups();

inline constexpr double largest_eta = 10.0;  ///< eta lies in (0, largest_eta]

/// A point along the study's axes: a value for each, in their order (axes_of). An eta for each layer group comes
/// first.
struct Setting {
  std::vector<double> values;
  auto operator<=>(const Setting&) const = default;
};

/// A value as people write it, and as it reads back exactly: 0.0001, 0.03, 1e-05.
std::string value_text(double value);

/// "conv=0.1 full=0.001 momentum=0.9"
std::string to_text(const Setting& setting, const std::vector<Axis>& axes);

/// "conv=0.01,0.1"
std::string to_text(const AxisValues& list);

/// The settings that a study may visit: the product of one ascending list an axis or, if `settings` is not
/// empty, those settings and no others.
struct SearchSpace {
  std::vector<std::vector<double>> values;  ///< [axis][value], ascending, without repeats
  std::vector<Setting> settings;
  bool operator==(const SearchSpace&) const = default;
};

/// All settings in their order: the first axis varies slowest.
std::vector<Setting> all_settings(const SearchSpace& space);

/// `cells` etas from `from` to `to`, evenly spaced in log10, each rounded to 6 significant digits.
/// REQUIRES: 0 < from <= to <= 10, cells >= 1 (1 only where from == to).
std::vector<double> log_axis(double from, double to, unsigned cells);

}  // namespace etalon
