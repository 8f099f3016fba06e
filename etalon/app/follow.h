/// Watches a study that others train, from the store alone.
#pragma once

#include <functional>
#include <string>

#include "etalon/app/interrupt.h"
#include "etalon/live/display.h"
#include "etalon/storage/study_store.h"

namespace etalon {

enum class FollowEnd { concluded, interrupted, deserted };

struct FollowOptions {
  double seconds_between_looks = 1.0;
  double seconds_between_questions = 15.0;
  /// True while workers may still come: jobs wait or run. Asked now and then while no worker is enlisted.
  std::function<bool()> more_to_come = [] { return true; };
  const Clock* clock = &system_clock();
};

/// Tells `display` how the study goes until it has concluded, the watch is interrupted, or twice in a row no
/// worker is there and none is to come.
FollowEnd follow_study(StudyStore& store, const std::string& study, ProgressDisplay& display,
                       const InterruptWatch& interrupts, const FollowOptions& options);

}  // namespace etalon
