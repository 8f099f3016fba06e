#include "etalon/judging/edges.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "etalon/base/text.h"

namespace etalon {
namespace {

/// Times 10 or a tenth without the rounding error that would show in print.
double shifted(double value, EdgeSide side) {
  const double moved = side == EdgeSide::high ? value * 10 : value / 10;
  return std::strtod(fmt::format("{:.12e}", moved).c_str(), nullptr);
}

void sort_unique(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::vector<double> visited_values(const std::vector<CellSummary>& cells, std::size_t group) {
  std::vector<double> values;
  for (const CellSummary& cell : cells) values.push_back(cell.setting.eta.at(group));
  sort_unique(values);
  return values;
}

}  // namespace

std::vector<double> searched_values(const SearchSpace& space, const std::vector<CellSummary>& cells,
                                    std::size_t group) {
  std::vector<double> values;
  if (!space.settings.empty())
    for (const Setting& setting : space.settings) values.push_back(setting.eta.at(group));
  else if (group < space.values.size())
    values = space.values[group];
  sort_unique(values);
  return values.empty() ? visited_values(cells, group) : values;
}

std::vector<double> with_one_more_decade(const std::vector<double>& values, EdgeSide side) {
  std::vector<double> longer = values;
  const double edge = side == EdgeSide::high ? values.back() : values.front();
  for (const double value : values) {
    const double distance = side == EdgeSide::high ? edge / value : value / edge;
    const double moved = std::min(shifted(value, side), largest_eta);
    if (distance < 10 * (1 - 1e-9)) longer.push_back(moved);
  }
  sort_unique(longer);
  return longer;
}

std::vector<EdgeWarning> edges_of(const Setting& chosen, const SearchSpace& space,
                                  const std::vector<CellSummary>& cells) {
  std::vector<EdgeWarning> warnings;
  for (std::size_t group = 0; group < chosen.eta.size(); ++group) {
    const std::vector<double> visited = visited_values(cells, group);
    const std::vector<double> searched = searched_values(space, cells, group);
    if (visited.size() < 2) continue;
    for (const EdgeSide side : {EdgeSide::low, EdgeSide::high}) {
      if (chosen.eta[group] != (side == EdgeSide::low ? visited.front() : visited.back())) continue;
      warnings.push_back({static_cast<std::uint32_t>(group), side, with_one_more_decade(searched, side)});
    }
  }
  return warnings;
}

std::string eta_option(const std::string& group, const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double value : values) texts.push_back(eta_text(value));
  return "--eta " + group + "=" + join(texts, ",");
}

}  // namespace etalon
