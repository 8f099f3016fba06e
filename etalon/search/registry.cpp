#include "etalon/search/registry.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/search/planned.h"
#include "etalon/search/race.h"

namespace etalon {
namespace {

std::unique_ptr<Strategy> make_race(const StudyPlan& plan, const SearchTask& task) {
  return std::make_unique<Race>(grid_settings(plan.space), plan.seeds, plan.refine, task);
}

std::unique_ptr<Strategy> make_grid(const StudyPlan& plan, const SearchTask& task) {
  return std::make_unique<PlannedStrategy>(grid_settings(plan.space), plan.seeds, task);
}

std::unique_ptr<Strategy> make_random(const StudyPlan& plan, const SearchTask& task) {
  return std::make_unique<PlannedStrategy>(
      random_settings(plan.space, plan.trials, task.study_seed, task.axes), plan.seeds, task);
}

void require_space(const SearchSpace& space) {
  const bool no_list = space.values.empty() || std::any_of(space.values.begin(), space.values.end(),
                                                           [](const auto& values) { return values.empty(); });
  if (space.settings.empty() && no_list)
    throw RequestError(
        {Field::eta, "no values", "at least one eta for each group", "for example conv=0.01,0.1"});
}

[[noreturn]] void refuse_unknown(const std::string& name) {
  const std::vector<std::string> known = known_strategies();
  throw RequestError(
      {Field::strategy, "'" + name + "'", "one of " + join(known, ", "), hint_for(name, known)});
}

void require_usable(const StudyPlan& plan, const StrategyTraits& traits) {
  require_space(plan.space);
  if (plan.seeds == 0) throw RequestError({Field::seeds, "0", "at least 1", "3 is the default"});
  if (!traits.draws && plan.trials != 0)
    throw RequestError(
        {Field::trials, std::to_string(plan.trials),
         fmt::format("no number of trials with the {} strategy", plan.strategy),
         fmt::format("the {} visits every setting; the strategy random draws some", plan.strategy)});
  if (traits.draws && plan.trials == 0)
    throw RequestError({Field::trials, "0", fmt::format("at least 1 with the {} strategy", plan.strategy),
                        "for example 40"});
  if (!traits.adapts && plan.refine)
    throw RequestError({Field::refine, "the strategy " + plan.strategy, "the strategy race",
                        "half steps join around the leaders of a race"});
}

}  // namespace

const std::vector<StrategyTraits>& strategies() {
  static const std::vector<StrategyTraits> rows{
      {.name = "race", .adapts = true, .confirmation = 8, .make = make_race},
      {.name = "grid", .make = make_grid},
      {.name = "random", .draws = true, .make = make_random}};
  return rows;
}

std::vector<std::string> known_strategies() {
  std::vector<std::string> names;
  for (const StrategyTraits& traits : strategies()) names.push_back(traits.name);
  return names;
}

const StrategyTraits& strategy_traits(const std::string& name) {
  static const StrategyTraits unknown;
  const auto found = std::ranges::find(strategies(), name, &StrategyTraits::name);
  return found == strategies().end() ? unknown : *found;
}

std::unique_ptr<Strategy> make_strategy(const StudyPlan& plan, const SearchTask& task) {
  const StrategyTraits& traits = strategy_traits(plan.strategy);
  if (!traits.make) refuse_unknown(plan.strategy);
  require_usable(plan, traits);
  return traits.make(plan, task);
}

}  // namespace etalon
