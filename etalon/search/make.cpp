#include "etalon/search/make.h"

#include <algorithm>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/search/planned.h"

namespace etalon {
namespace {

void require_known(const std::string& name) {
  const std::vector<std::string> known = known_strategies();
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  throw RequestError({"--strategy", "'" + name + "'", "one of " + join(known, ", "), hint_for(name, known)});
}

void require_space(const SearchSpace& space) {
  const bool no_list = space.values.empty() || std::any_of(space.values.begin(), space.values.end(),
                                                           [](const auto& values) { return values.empty(); });
  if (space.settings.empty() && no_list)
    throw RequestError(
        {"--eta", "no values", "at least one eta for each group", "for example --eta conv=0.01,0.1"});
}

void require_usable(const StudyPlan& plan) {
  require_known(plan.strategy);
  require_space(plan.space);
  if (plan.seeds == 0) throw RequestError({"--seeds", "0", "at least 1", "3 is the default"});
  if (plan.strategy == "grid" && plan.trials != 0)
    throw RequestError({"--trials", std::to_string(plan.trials), "no number of trials with the grid strategy",
                        "the grid visits every setting; add --strategy random to draw some"});
  if (plan.strategy == "random" && plan.trials == 0)
    throw RequestError({"--trials", "0", "at least 1 with the random strategy", "for example --trials 40"});
}

}  // namespace

std::vector<std::string> known_strategies() { return {"grid", "random"}; }

std::unique_ptr<Strategy> make_strategy(const StudyPlan& plan, std::uint32_t epochs,
                                        std::uint64_t study_seed) {
  require_usable(plan);
  return std::make_unique<PlannedStrategy>(plan.strategy == "grid"
                                               ? grid_settings(plan.space)
                                               : random_settings(plan.space, plan.trials, study_seed),
                                           plan.seeds, epochs);
}

std::uint32_t planned_proposals(const StudyPlan& plan) {
  const std::size_t settings = plan.strategy == "random" ? plan.trials : grid_settings(plan.space).size();
  return static_cast<std::uint32_t>(settings * plan.seeds);
}

}  // namespace etalon
