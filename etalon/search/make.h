/// The front door of the search room.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "etalon/search/strategy.h"
#include "etalon/study/definition.h"

namespace etalon {

std::vector<std::string> known_strategies();

/// Throws RequestError for an unknown strategy, or a part of the plan that it cannot use.
std::unique_ptr<Strategy> make_strategy(const StudyPlan& plan, const SearchTask& task);

/// What makes strategies of plans: make_strategy, or another's in its place.
using StrategyMaker = std::function<std::unique_ptr<Strategy>(const StudyPlan& plan, const SearchTask& task)>;

}  // namespace etalon
