/// What a worker needs to train for a study that somebody else made: everything but threads, memory
/// and the places of the data comes from the store.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "etalon/running/study_runner.h"

namespace etalon {

/// What is this machine's own.
struct WorkerRequest {
  std::map<std::string, std::string>
      sources;                ///< set name -> source, where the data lies elsewhere on this machine
  std::uint32_t threads = 0;  ///< as in StudyRequest, like the next
  std::uint64_t memory = 0;
};

/// The request whose definition is the study's. Throws RequestError with the reason where this program may
/// not train for it: made by another version of Etalon or of its numerics, an unknown strategy, a source for
/// a set that the study does not have.
StudyRequest request_of(const StudySnapshot& study, const WorkerRequest& request);

/// Opens the data too. Throws RequestError as request_of does, for data that is not found (saying where it
/// was looked for) and for data with another fingerprint than the study's.
PreparedStudy prepare_worker(const StudySnapshot& study, const WorkerRequest& request);

}  // namespace etalon
