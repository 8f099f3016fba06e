/// The front door of the search room.
#pragma once

#include <functional>
#include <memory>

#include "etalon/search/strategy.h"
#include "etalon/study/definition.h"

namespace etalon {

std::vector<std::string> known_strategies();

/// Throws RequestError for an unknown strategy, or a number of trials that it cannot use. `epochs` is the
/// study's budget.
std::unique_ptr<Strategy> make_strategy(const StudyPlan& plan, std::uint32_t epochs,
                                        std::uint64_t study_seed);

/// What makes strategies of plans: make_strategy, or another's in its place.
using StrategyMaker = std::function<std::unique_ptr<Strategy>(const StudyPlan& plan, std::uint32_t epochs,
                                                              std::uint64_t study_seed)>;

/// Trials that the strategy will propose in all, for one set.
std::uint32_t planned_proposals(const StudyPlan& plan);

}  // namespace etalon
