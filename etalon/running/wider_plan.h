/// How a plan grows: what is asked for now, beside what earlier runs finished.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "etalon/study/definition.h"
#include "etalon/study/trial.h"

namespace etalon {

/// The smallest space that holds exactly these settings: a product of lists where they fill one, else the
/// settings one by one.
SearchSpace space_of(const std::set<Setting>& settings);

/// `asked`, which begins with the trials `own`, widened to what the other plans ask for and to the settings
/// and tuning seeds of `trials`: what others begin with, and what is finished though no plan asks for it. The
/// plan that a store keeps and a report shows.
StudyPlan plan_with_others(StudyPlan asked, const std::set<TrialKey>& own,
                           const std::vector<StudyPlan>& others, const std::set<TrialKey>& trials);

}  // namespace etalon
