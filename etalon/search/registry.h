/// The front door of the search room: the strategies that there are, a row each, and what each can do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "etalon/search/strategy.h"
#include "etalon/study/definition.h"

namespace etalon {

struct StrategyTraits {
  std::string name;
  bool draws =
      false;  ///< as many settings out of the space as the plan's `trials`; else it tries all of them
  bool adapts = false;             ///< gives seeds where they change the choice most, and may be refined
  std::uint32_t confirmation = 0;  ///< fresh seeds for its choice, where nobody says how many
  /// REQUIRES: the plan is one that this strategy can use.
  std::unique_ptr<Strategy> (*make)(const StudyPlan& plan, const SearchTask& task) = nullptr;
};

/// The default first.
const std::vector<StrategyTraits>& strategies();
std::vector<std::string> known_strategies();

/// Of an unknown name, as a study may have that another program made: one that can do nothing, and has no `make`.
const StrategyTraits& strategy_traits(const std::string& name);

/// Throws RequestError for an unknown strategy, or a part of the plan that it cannot use.
std::unique_ptr<Strategy> make_strategy(const StudyPlan& plan, const SearchTask& task);

/// What makes strategies of plans: make_strategy, or another's in its place.
using StrategyMaker = std::function<std::unique_ptr<Strategy>(const StudyPlan& plan, const SearchTask& task)>;

}  // namespace etalon
