/// Where a choice touches the edge of what was searched, and how to search on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etalon/study/definition.h"
#include "etalon/study/recommendation.h"

namespace etalon {

/// The etas of one group that the study searches, ascending: the space's list, else those of its settings or
/// of the visited cells. Of a random search, which draws between them, the smallest and the largest alone.
std::vector<double> searched_values(const StudyPlan& plan, const std::vector<CellSummary>& cells,
                                    std::size_t group);

/// `values` with one more decade on a side: the outermost decade's values again, ten times larger or smaller,
/// none above 10. The same list where nothing larger is allowed.
std::vector<double> with_one_more_decade(const std::vector<double>& values, EdgeSide side);

/// searched_values with one more decade: a longer list or, of a random search, a wider range.
std::vector<double> wider_values(const StudyPlan& plan, const std::vector<CellSummary>& cells,
                                 std::size_t group, EdgeSide side);

/// A warning for each group of several visited etas whose chosen one is the smallest or largest searched. Of
/// a random search, some draw is always outermost: there the choice must lie within a typical gap of the
/// range's end, that is the range's decades / (visited etas + 1).
std::vector<EdgeWarning> edges_of(const Setting& chosen, const StudyPlan& plan,
                                  const std::vector<CellSummary>& cells);

/// Whether the edge's suggestion reaches beyond what is searched; not at the largest eta allowed.
bool widens(const EdgeWarning& edge, const StudyPlan& plan, const std::vector<CellSummary>& cells);

/// {"conv=0.1,1,10", "full=0.01,0.1"}: every group once, those of `edges` with their suggested values, the
/// others with what is searched, so that the lists alone extend the search.
std::vector<std::string> wider_lists(const std::vector<EdgeWarning>& edges, const StudyPlan& plan,
                                     const std::vector<LayerGroup>& groups,
                                     const std::vector<CellSummary>& cells);

/// One warning for all edges that can be widened, with the lists that do so; one for each that cannot.
/// Without a chosen setting: the range is too high.
std::vector<Warning> edge_warnings(const std::vector<EdgeWarning>& edges, const StudyPlan& plan,
                                   const std::vector<LayerGroup>& groups,
                                   const std::vector<CellSummary>& cells,
                                   const std::optional<Setting>& chosen);

}  // namespace etalon
