#include "etalon/search/refinement.h"

#include <algorithm>
#include <set>

namespace etalon {
namespace {

/// Between `eta` and its neighbours on the axis.
std::vector<double> halves_beside(double eta, const std::vector<double>& axis) {
  std::vector<double> halves;
  const auto above = std::upper_bound(axis.begin(), axis.end(), eta);
  const auto here = std::lower_bound(axis.begin(), axis.end(), eta);
  if (here != axis.begin()) halves.push_back(log_axis(*std::prev(here), eta, 3)[1]);
  if (above != axis.end()) halves.push_back(log_axis(eta, *above, 3)[1]);
  return halves;
}

}  // namespace

std::vector<Setting> half_steps(const Setting& leader, const std::vector<std::vector<double>>& axes) {
  std::set<Setting> steps;
  for (std::size_t group = 0; group < axes.size(); ++group)
    for (const double eta : halves_beside(leader.eta[group], axes[group])) {
      Setting one = leader;
      one.eta[group] = eta;
      steps.insert(one);
      for (std::size_t other = group + 1; other < axes.size(); ++other)
        for (const double second : halves_beside(leader.eta[other], axes[other])) {
          Setting two = one;
          two.eta[other] = second;
          steps.insert(two);
        }
    }
  steps.erase(leader);  // neighbours so close that six digits do not tell them apart
  return {steps.begin(), steps.end()};
}

std::vector<std::vector<double>> axes_of(const std::vector<Setting>& settings) {
  std::vector<std::vector<double>> axes(settings.empty() ? 0 : settings.front().eta.size());
  for (std::size_t group = 0; group < axes.size(); ++group) {
    std::set<double> values;
    for (const Setting& setting : settings) values.insert(setting.eta[group]);
    axes[group].assign(values.begin(), values.end());
  }
  return axes;
}

}  // namespace etalon
