/// From a request to everything a study needs: data opened, splits cut, networks described, facts noted.
#pragma once

#include <string>
#include <vector>

#include "etalon/data/data_set.h"
#include "etalon/data/split.h"
#include "etalon/nn/describe.h"
#include "etalon/running/request.h"
#include "etalon/storage/study_store.h"
#include "etalon/study/snapshot.h"
#include "etalon/training/trainer.h"

namespace etalon {

struct Preparation {
  StudyRequest request;
  Augmentation augmentation;                 ///< of every set
  std::vector<DataSet> data;                 ///< [set]
  std::vector<Split> splits;                 ///< [set]
  std::vector<NetworkDescription> networks;  ///< [set]
  std::vector<PlannedTrial> first_round;     ///< what the strategy proposes before any result
  StudySnapshot study;                       ///< definition, plan, facts; no trials
  std::vector<std::string> warnings;         ///< what the data cannot tell: "mnist: 60 validation images ..."

  /// What a trainer of set `set` needs; borrows from this preparation.
  TrainingTask task(std::uint32_t set) const;
  TrainerOptions trainer_options() const { return {.threads = request.threads}; }
};

/// Throws RequestError for everything that can be refused before training.
Preparation prepare(StudyRequest request);

/// Multiply-adds of one sample's way forward through the network: the unit in which work is weighed for
/// progress.
double forward_multiply_adds(const NetworkDescription& network);

/// Processor, threads and instruction set of this machine.
MachineFacts machine_facts(const TrainerOptions& options);

}  // namespace etalon
