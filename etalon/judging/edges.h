/// Where a choice touches the edge of what was searched, and how to search on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/study/definition.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// What was to be searched, and the settings that were visited. Plan and cells are borrowed.
struct SearchedAxes {
  std::vector<Axis> axes;  ///< of the study
  const StudyPlan& plan;
  const std::vector<CellSummary>& cells;
  std::uint32_t most_batch = UINT32_MAX;  ///< that every set has samples for
};

SearchedAxes searched_axes(const StudySnapshot& study, const std::vector<CellSummary>& cells);

/// The values of one axis that the study searches, ascending: the space's list, else those of its settings or
/// of the visited cells. Of the etas of a random search, which draws between them, the smallest and the largest
/// alone.
std::vector<double> searched_values(const SearchedAxes& searched, std::size_t axis);

/// `values` with one more decade on a side: the outermost decade's values again, ten times larger or smaller,
/// none above 10. The same list where nothing larger is allowed.
std::vector<double> with_one_more_decade(const std::vector<double>& values, EdgeSide side);

/// searched_values with one more decade of etas (of a random search, a wider range), or with one more choice; the
/// same list where there is none.
std::vector<double> wider_values(const SearchedAxes& searched, std::size_t axis, EdgeSide side);

/// A warning for each axis of several visited values whose chosen one is the smallest or largest searched, but for
/// the natural end of a quantity (momentum 0). Of the etas of a random search, some draw is always outermost:
/// there the choice must lie within a typical gap of the range's end, that is the range's decades / (visited
/// etas + 1).
std::vector<EdgeWarning> edges_of(const Setting& chosen, const SearchedAxes& searched);

/// Whether the edge's suggestion reaches beyond what is searched; not at the largest eta allowed.
bool widens(const EdgeWarning& edge, const SearchedAxes& searched);

/// {"conv=0.1,1,10", "full=0.01,0.1"}: every axis once, those of `edges` with their suggested values, the
/// others with what is searched, so that the lists alone extend the search.
std::vector<AxisValues> wider_lists(const std::vector<EdgeWarning>& edges, const SearchedAxes& searched);

/// One warning for all edges that can be widened, with the lists that do so; one for each that cannot.
/// Without a chosen setting: the range is too high.
std::vector<Warning> edge_warnings(const std::vector<EdgeWarning>& edges, const SearchedAxes& searched,
                                   const std::optional<Setting>& chosen);

}  // namespace etalon
