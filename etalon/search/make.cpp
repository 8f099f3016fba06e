#include "etalon/search/make.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/search/planned.h"
#include "etalon/search/race.h"

namespace etalon {
namespace {

void require_known(const std::string& name) {
  const std::vector<std::string> known = known_strategies();
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  throw RequestError(
      {Field::strategy, "'" + name + "'", "one of " + join(known, ", "), hint_for(name, known)});
}

void require_space(const SearchSpace& space) {
  const bool no_list = space.values.empty() || std::any_of(space.values.begin(), space.values.end(),
                                                           [](const auto& values) { return values.empty(); });
  if (space.settings.empty() && no_list)
    throw RequestError(
        {Field::eta, "no values", "at least one eta for each group", "for example conv=0.01,0.1"});
}

void require_usable(const StudyPlan& plan) {
  require_known(plan.strategy);
  require_space(plan.space);
  if (plan.seeds == 0) throw RequestError({Field::seeds, "0", "at least 1", "3 is the default"});
  if (plan.strategy != "random" && plan.trials != 0)
    throw RequestError(
        {Field::trials, std::to_string(plan.trials),
         fmt::format("no number of trials with the {} strategy", plan.strategy),
         fmt::format("the {} visits every setting; the strategy random draws some", plan.strategy)});
  if (plan.strategy == "random" && plan.trials == 0)
    throw RequestError({Field::trials, "0", "at least 1 with the random strategy", "for example 40"});
  if (plan.strategy != "race" && plan.refine)
    throw RequestError({Field::refine, "the strategy " + plan.strategy, "the strategy race",
                        "half steps join around the leaders of a race"});
}

}  // namespace

std::vector<std::string> known_strategies() { return {"race", "grid", "random"}; }

std::unique_ptr<Strategy> make_strategy(const StudyPlan& plan, const SearchTask& task) {
  require_usable(plan);
  if (plan.strategy == "race")
    return std::make_unique<Race>(grid_settings(plan.space), plan.seeds, plan.refine, task);
  return std::make_unique<PlannedStrategy>(plan.strategy == "grid"
                                               ? grid_settings(plan.space)
                                               : random_settings(plan.space, plan.trials, task.study_seed),
                                           plan.seeds, task);
}

}  // namespace etalon
