#include "etalon/judging/edges.h"

#include <algorithm>
#include <cmath>
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

/// A plan that says how many settings are tried draws them between its values.
bool draws_between(const StudyPlan& plan) { return plan.trials > 0; }

double decades_between(double low, double high) { return std::log10(high / low); }

bool lies_at_edge(double eta, const std::vector<double>& searched, const std::vector<double>& visited,
                  EdgeSide side, bool drawn) {
  const double end = side == EdgeSide::low ? searched.front() : searched.back();
  if (drawn) {
    const double gap =
        decades_between(searched.front(), searched.back()) / (static_cast<double>(visited.size()) + 1);
    return std::abs(decades_between(eta, end)) <= gap;
  }
  return side == EdgeSide::low ? eta <= std::min(end, visited.front()) : eta >= std::max(end, visited.back());
}

/// "conv = 0.1 and full = 0.1 are the largest etas searched"; empty where no edge lies on that side.
std::string side_text(const std::vector<EdgeWarning>& edges, EdgeSide side, bool drawn,
                      const std::vector<LayerGroup>& groups, const Setting& chosen) {
  std::vector<std::string> etas;
  for (const EdgeWarning& edge : edges)
    if (edge.side == side)
      etas.push_back(fmt::format("{} = {}", groups.at(edge.group).name, eta_text(chosen.eta.at(edge.group))));
  if (etas.empty()) return {};
  const bool one = etas.size() == 1;
  const std::string names = join(etas, " and ");
  if (drawn)
    return fmt::format("{} {} near the {} {} searched", names, one ? "lies" : "lie",
                       side == EdgeSide::high ? "upper" : "lower",
                       one ? "end of the range" : "ends of the ranges");
  return fmt::format("{} {} the {} {} searched", names, one ? "is" : "are",
                     side == EdgeSide::high ? "largest" : "smallest", one ? "eta" : "etas");
}

}  // namespace

std::vector<double> searched_values(const StudyPlan& plan, const std::vector<CellSummary>& cells,
                                    std::size_t group) {
  std::vector<double> values;
  if (!plan.space.settings.empty())
    for (const Setting& setting : plan.space.settings) values.push_back(setting.eta.at(group));
  else if (group < plan.space.values.size())
    values = plan.space.values[group];
  sort_unique(values);
  if (values.empty()) values = visited_values(cells, group);
  if (draws_between(plan) && values.size() > 2) values = {values.front(), values.back()};
  return values;
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

std::vector<double> wider_values(const StudyPlan& plan, const std::vector<CellSummary>& cells,
                                 std::size_t group, EdgeSide side) {
  std::vector<double> wider = with_one_more_decade(searched_values(plan, cells, group), side);
  if (draws_between(plan) && wider.size() > 2) return {wider.front(), wider.back()};
  return wider;
}

std::vector<EdgeWarning> edges_of(const Setting& chosen, const StudyPlan& plan,
                                  const std::vector<CellSummary>& cells) {
  std::vector<EdgeWarning> warnings;
  for (std::size_t group = 0; group < chosen.eta.size(); ++group) {
    const std::vector<double> visited = visited_values(cells, group);
    if (visited.size() < 2) continue;
    const std::vector<double> searched = searched_values(plan, cells, group);
    for (const EdgeSide side : {EdgeSide::low, EdgeSide::high})
      if (lies_at_edge(chosen.eta[group], searched, visited, side, draws_between(plan)))
        warnings.push_back({static_cast<std::uint32_t>(group), side, wider_values(plan, cells, group, side)});
  }
  return warnings;
}

bool widens(const EdgeWarning& edge, const StudyPlan& plan, const std::vector<CellSummary>& cells) {
  return edge.suggested_values != searched_values(plan, cells, edge.group);
}

std::vector<std::string> wider_lists(const std::vector<EdgeWarning>& edges, const StudyPlan& plan,
                                     const std::vector<LayerGroup>& groups,
                                     const std::vector<CellSummary>& cells) {
  std::vector<std::string> lists;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const auto edge = std::ranges::find_if(edges, [&](const EdgeWarning& one) { return one.group == group; });
    std::vector<std::string> texts;
    for (const double value :
         edge == edges.end() ? searched_values(plan, cells, group) : edge->suggested_values)
      texts.push_back(eta_text(value));
    lists.push_back(groups[group].name + "=" + join(texts, ","));
  }
  return lists;
}

std::vector<Warning> edge_warnings(const std::vector<EdgeWarning>& edges, const StudyPlan& plan,
                                   const std::vector<LayerGroup>& groups,
                                   const std::vector<CellSummary>& cells,
                                   const std::optional<Setting>& chosen) {
  std::vector<Warning> warnings;
  std::vector<EdgeWarning> open;
  for (const EdgeWarning& edge : edges) {
    if (widens(edge, plan, cells))
      open.push_back(edge);
    else if (chosen)
      warnings.push_back(fmt::format("{} = {} lies at the largest eta that Etalon allows, {}.",
                                     groups.at(edge.group).name, eta_text(chosen->eta.at(edge.group)),
                                     eta_text(largest_eta)));
  }
  if (open.empty()) return warnings;
  const std::vector<std::string> lists = wider_lists(open, plan, groups, cells);
  if (!chosen) {
    warnings.push_back({"Lower the range:", lists});
    return warnings;
  }
  std::vector<std::string> sides;
  for (const EdgeSide side : {EdgeSide::low, EdgeSide::high})
    if (std::string text = side_text(open, side, draws_between(plan), groups, *chosen); !text.empty())
      sides.push_back(std::move(text));
  warnings.push_back({fmt::format("{}; better may lie beyond. {}:", join(sides, ", "),
                                  draws_between(plan) ? "Widen the search" : "Extend the grid"),
                      lists});
  return warnings;
}

}  // namespace etalon
