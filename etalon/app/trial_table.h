/// How a study's trials stand: who trains what, on which machine, how far each is. `conclusion.h` is what
/// they say.
#pragma once

#include <string>
#include <vector>

#include "etalon/storage/study_store.h"

namespace etalon {

struct StudyStanding {
  StudySnapshot study;
  std::vector<WorkerRecord> workers;
  std::vector<RunningTrial> queued;  ///< held and waiting ones
};

/// Read part by part: a trial that finishes in between is counted as finished alone.
StudyStanding standing_of(StudyStore& store, StudySnapshot study);

/// "node3:1234": the machine and the process.
std::string worker_name(const ProcessIdentity& process);

/// Workers, trials at work, and counts.
std::string standing_text(const StudyStanding& standing);

/// The same with every trial, finished ones with their times, attempts and hosts; and by which machine and
/// command the study was made.
std::string standing_json(const StudyStanding& standing);

}  // namespace etalon
