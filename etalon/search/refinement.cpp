#include "etalon/search/refinement.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

namespace etalon {
namespace {

/// The geometric mean of two etas: to two digits, as people write an eta, unless that would reach one of
/// them.
double middle_of(double low, double high) {
  const double middle = std::sqrt(low * high);
  const double short_one = std::strtod(fmt::format("{:.1e}", middle).c_str(), nullptr);
  if (low < short_one && short_one < high) return short_one;
  return std::strtod(fmt::format("{:.5e}", middle).c_str(), nullptr);
}

/// Half a step to each side of `eta` on the axis; at its ends as far outwards as the step inwards would go.
std::vector<double> halves_beside(double eta, const std::vector<double>& axis) {
  if (axis.empty()) return {};
  const auto here = std::lower_bound(axis.begin(), axis.end(), eta);
  const auto above = std::upper_bound(axis.begin(), axis.end(), eta);
  const bool first = here == axis.begin(), last = above == axis.end();
  if (first && last) return {};
  const double low = first ? eta * (eta / *above) : *std::prev(here);
  const double high = last ? eta * (eta / *std::prev(here)) : *above;
  std::vector<double> halves{middle_of(low, eta)};
  if (const double half = middle_of(eta, high); half <= largest_eta) halves.push_back(half);
  return halves;
}

}  // namespace

std::vector<Setting> half_steps(const Setting& leader, const std::vector<std::vector<double>>& values) {
  std::set<Setting> steps;
  for (std::size_t axis = 0; axis < values.size(); ++axis)
    for (const double eta : halves_beside(leader.values[axis], values[axis])) {
      Setting one = leader;
      one.values[axis] = eta;
      steps.insert(one);
      for (std::size_t other = axis + 1; other < values.size(); ++other)
        for (const double second : halves_beside(leader.values[other], values[other])) {
          Setting two = one;
          two.values[other] = second;
          steps.insert(two);
        }
    }
  steps.erase(leader);  // neighbours so close that six digits do not tell them apart
  return {steps.begin(), steps.end()};
}

std::vector<std::vector<double>> refinable_values(const std::vector<Setting>& settings,
                                                  std::span<const Axis> axes) {
  std::vector<std::vector<double>> lists(settings.empty() ? 0 : settings.front().values.size());
  for (std::size_t axis = 0; axis < lists.size(); ++axis) {
    if (traits_of(quantity_of(axes, axis)).scale != Scale::log) continue;
    std::set<double> values;
    for (const Setting& setting : settings) values.insert(setting.values[axis]);
    lists[axis].assign(values.begin(), values.end());
  }
  return lists;
}

}  // namespace etalon
