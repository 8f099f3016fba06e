/// A small study that progress is shown for: 3 sets, 225 trials.
#pragma once

#include "etalon/study/snapshot.h"

namespace etalon {

inline StudySnapshot shown_study() {
  StudySnapshot study;
  study.name = "three-sets";
  study.definition.sets = {{"shapes", ""}, {"digits", ""}, {"scenes", ""}};
  study.planned_trials = 225;
  return study;
}

inline TrialKey trial_key(std::uint32_t set, double conv, double full, std::uint32_t seed) {
  return {set, Setting{{conv, full}}, seed};
}

inline TrialRecord finished_trial(const TrialKey& key, double accuracy) {
  TrialRecord trial;
  trial.key = key;
  trial.curve.reference_loss = 2.3;
  trial.curve.epochs = {{1.0, 1.0, accuracy}};
  return trial;
}

}  // namespace etalon
