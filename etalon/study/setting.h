/// What a search varies: an eta for each layer group.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

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

/// One eta a group, in the order of the study's groups, each in (0, 10].
struct Setting {
  std::vector<double> eta;
  auto operator<=>(const Setting&) const = default;
};

/// An eta as people write it, and as it reads back exactly: 0.0001, 0.03, 1e-05.
std::string eta_text(double eta);

/// "conv=0.1 full=0.001"
std::string to_text(const Setting& setting, const std::vector<LayerGroup>& groups);

/// The settings that a study may visit: the product of one ascending list a group or, if `settings` is not
/// empty, those settings and no others.
struct SearchSpace {
  std::vector<std::vector<double>> values;  ///< [group][value], ascending, without repeats
  std::vector<Setting> settings;
  bool operator==(const SearchSpace&) const = default;
};

/// All settings in their order: the first group's eta varies slowest.
std::vector<Setting> all_settings(const SearchSpace& space);

/// `cells` etas from `from` to `to`, evenly spaced in log10, each rounded to 6 significant digits.
/// REQUIRES: 0 < from <= to <= 10, cells >= 1 (1 only where from == to).
std::vector<double> log_axis(double from, double to, unsigned cells);

}  // namespace etalon
