/// How a plan grows: what is asked for now, beside what earlier runs finished.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "etalon/search/strategy.h"
#include "etalon/study/definition.h"
#include "etalon/study/trial.h"

namespace etalon {

/// The trials of a round on one set, in the round's order.
std::vector<TrialKey> trials_on_set(const std::vector<Proposal>& round, std::uint32_t set);

/// The smallest space that holds exactly these settings: a product of lists where they fill one, else the
/// settings one by one.
SearchSpace space_of(const std::set<Setting>& settings);

/// `asked` widened to the settings and seed indices of `others`, which were asked for before: the plan that a
/// store keeps and a report shows.
StudyPlan plan_with_others(StudyPlan asked, const std::set<TrialKey>& asked_trials,
                           const std::set<TrialKey>& others);

}  // namespace etalon
