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

std::vector<double> visited_values(const SearchedAxes& searched, std::size_t axis) {
  std::vector<double> values;
  for (const CellSummary& cell : searched.cells) values.push_back(cell.setting.values.at(axis));
  sort_unique(values);
  return values;
}

/// A plan that says how many settings are tried draws etas between its values.
bool draws_between(const SearchedAxes& searched, std::size_t axis) {
  return searched.plan.trials > 0 && traits_of(searched.axes.at(axis).quantity).scale == Scale::log;
}

double decades_between(double low, double high) { return std::log10(high / low); }

bool lies_at_edge(double value, const std::vector<double>& values, const std::vector<double>& visited,
                  EdgeSide side, bool drawn) {
  const double end = side == EdgeSide::low ? values.front() : values.back();
  if (drawn) {
    const double gap =
        decades_between(values.front(), values.back()) / (static_cast<double>(visited.size()) + 1);
    return std::abs(decades_between(value, end)) <= gap;
  }
  return side == EdgeSide::low ? value <= std::min(end, visited.front())
                               : value >= std::max(end, visited.back());
}

/// "conv = 0.1"
std::string value_at(const SearchedAxes& searched, std::size_t axis, const Setting& setting) {
  return fmt::format("{} = {}", axis_name(searched.axes.at(axis)), value_text(setting.values.at(axis)));
}

/// "conv = 0.1 and full = 0.1 are the largest etas searched"; empty where no edge lies on that side.
std::string side_text(const std::vector<EdgeWarning>& edges, EdgeSide side, bool drawn,
                      const SearchedAxes& searched, const Setting& chosen) {
  std::vector<std::string> values;
  bool etas = true;
  for (const EdgeWarning& edge : edges) {
    if (edge.side != side || draws_between(searched, edge.axis) != drawn) continue;
    values.push_back(value_at(searched, edge.axis, chosen));
    etas = etas && searched.axes.at(edge.axis).quantity == Quantity::eta;
  }
  if (values.empty()) return {};
  const bool one = values.size() == 1;
  const std::string last = values.back();
  values.pop_back();
  const std::string names = values.empty() ? last : join(values, ", ") + " and " + last;
  if (drawn)
    return fmt::format("{} {} near the {} {} searched", names, one ? "lies" : "lie",
                       side == EdgeSide::high ? "upper" : "lower",
                       one ? "end of the range" : "ends of the ranges");
  return fmt::format("{} {} the {} {}{} searched", names, one ? "is" : "are",
                     side == EdgeSide::high ? "largest" : "smallest", etas ? "eta" : "value", one ? "" : "s");
}

}  // namespace

SearchedAxes searched_axes(const StudySnapshot& study, const std::vector<CellSummary>& cells) {
  SearchedAxes searched{axes_of(study.definition), study.plan, cells};
  for (const SetFacts& set : study.sets)
    if (set.training_samples > 0) searched.most_batch = std::min(searched.most_batch, set.training_samples);
  return searched;
}

std::vector<double> searched_values(const SearchedAxes& searched, std::size_t axis) {
  const SearchSpace& space = searched.plan.space;
  std::vector<double> values;
  if (!space.settings.empty())
    for (const Setting& setting : space.settings) values.push_back(setting.values.at(axis));
  else if (axis < space.values.size())
    values = space.values[axis];
  sort_unique(values);
  if (values.empty()) values = visited_values(searched, axis);
  if (draws_between(searched, axis) && values.size() > 2) values = {values.front(), values.back()};
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

std::vector<double> wider_values(const SearchedAxes& searched, std::size_t axis, EdgeSide side) {
  std::vector<double> values = searched_values(searched, axis);
  const QuantityTraits& traits = traits_of(searched.axes.at(axis).quantity);
  if (traits.scale == Scale::choices) {
    const bool upwards = side == EdgeSide::high;
    const auto next = traits.beyond(upwards ? values.back() : values.front(), upwards);
    if (next && (traits.quantity != Quantity::batch || *next <= searched.most_batch)) values.push_back(*next);
    sort_unique(values);
    return values;
  }
  values = with_one_more_decade(values, side);
  if (draws_between(searched, axis) && values.size() > 2) return {values.front(), values.back()};
  return values;
}

std::vector<EdgeWarning> edges_of(const Setting& chosen, const SearchedAxes& searched) {
  std::vector<EdgeWarning> warnings;
  for (std::size_t axis = 0; axis < searched.axes.size(); ++axis) {
    const std::vector<double> visited = visited_values(searched, axis);
    if (visited.size() < 2) continue;
    const std::vector<double> values = searched_values(searched, axis);
    for (const EdgeSide side : {EdgeSide::low, EdgeSide::high}) {
      if (!lies_at_edge(chosen.values.at(axis), values, visited, side, draws_between(searched, axis)))
        continue;
      const EdgeWarning edge{static_cast<std::uint32_t>(axis), side, wider_values(searched, axis, side)};
      const bool natural_end =
          traits_of(searched.axes[axis].quantity).scale == Scale::choices && !widens(edge, searched);
      if (!natural_end) warnings.push_back(edge);
    }
  }
  return warnings;
}

bool widens(const EdgeWarning& edge, const SearchedAxes& searched) {
  return edge.suggested_values != searched_values(searched, edge.axis);
}

std::vector<AxisValues> wider_lists(const std::vector<EdgeWarning>& edges, const SearchedAxes& searched) {
  std::vector<AxisValues> lists;
  for (std::size_t axis = 0; axis < searched.axes.size(); ++axis) {
    const auto edge = std::ranges::find(edges, axis, &EdgeWarning::axis);
    lists.push_back({searched.axes[axis],
                     edge == edges.end() ? searched_values(searched, axis) : edge->suggested_values});
  }
  return lists;
}

std::vector<Warning> edge_warnings(const std::vector<EdgeWarning>& edges, const SearchedAxes& searched,
                                   const std::optional<Setting>& chosen) {
  std::vector<Warning> warnings;
  std::vector<EdgeWarning> open;
  for (const EdgeWarning& edge : edges) {
    if (widens(edge, searched))
      open.push_back(edge);
    else if (chosen)
      warnings.push_back(fmt::format("{} lies at the largest eta that Etalon allows, {}.",
                                     value_at(searched, edge.axis, *chosen), value_text(largest_eta)));
  }
  if (open.empty()) return warnings;
  const std::vector<AxisValues> lists = wider_lists(open, searched);
  if (!chosen) {
    warnings.push_back({"Lower the range:", lists});
    return warnings;
  }
  std::vector<std::string> sides;
  bool any_drawn = false;
  for (const EdgeSide side : {EdgeSide::low, EdgeSide::high})
    for (const bool drawn : {true, false})
      if (std::string text = side_text(open, side, drawn, searched, *chosen); !text.empty()) {
        sides.push_back(std::move(text));
        any_drawn |= drawn;
      }
  warnings.push_back({fmt::format("{}; better may lie beyond. {}:", join(sides, ", "),
                                  any_drawn ? "Widen the search" : "Extend the grid"),
                      lists});
  return warnings;
}

}  // namespace etalon
