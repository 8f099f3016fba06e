/// Where a choice touches the edge of what was searched, and how to search on.
#pragma once

#include <string>
#include <vector>

#include "etalon/study/definition.h"
#include "etalon/study/recommendation.h"

namespace etalon {

/// The etas of one group that the study searches, ascending: the space's list, else those of its settings or
/// of the visited cells.
std::vector<double> searched_values(const SearchSpace& space, const std::vector<CellSummary>& cells,
                                    std::size_t group);

/// `values` with one more decade on a side: the outermost decade's values again, ten times larger or smaller,
/// none above 10. The same list where nothing larger is allowed.
std::vector<double> with_one_more_decade(const std::vector<double>& values, EdgeSide side);

/// A warning for each group whose chosen eta is the smallest or largest of several visited ones.
std::vector<EdgeWarning> edges_of(const Setting& chosen, const SearchSpace& space,
                                  const std::vector<CellSummary>& cells);

/// "--eta conv=0.1,1,10"
std::string eta_option(const std::string& group, const std::vector<double>& values);

}  // namespace etalon
