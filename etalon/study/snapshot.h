/// All that is known of a study, as one value: what the store holds, what the judge reads, what a report
/// shows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/study/definition.h"
#include "etalon/study/trial.h"

namespace etalon {

/// A data set in numbers, recorded when a study is made so that a report never needs the data.
struct SetFacts {
  std::string name;    ///< as in SetIdentity
  std::string source;  ///< as the user wrote it: "mnist:DIR", "shapes"
  std::uint32_t channels = 0, height = 0, width = 0, classes = 0;
  std::uint32_t training_samples = 0;  ///< used for training, after validation and --samples
  std::uint32_t validation_samples = 0;
  std::uint32_t test_samples = 0;
  double label_entropy = 0;                  ///< H of the training labels, nats
  double chance = 0;                         ///< validation accuracy of the most frequent class
  std::vector<std::string> classes_by_name;  ///< [class]; may be empty
};

/// One layer as it was built, for the report's table.
struct LayerFacts {
  std::string text;          ///< "conv 6 5x5 pad 2"
  std::string output_shape;  ///< "6x28x28"
  std::uint64_t parameters = 0;
  std::string group;  ///< empty for layers without weights
};

struct NetworkFacts {
  std::uint32_t set = 0;  ///< shapes differ from set to set
  std::vector<LayerFacts> layers;
  std::uint64_t parameters = 0;
};

/// Where and with what a study was trained; shown, never used in a choice.
struct MachineFacts {
  std::string processor;  ///< "AMD EPYC 9554"
  std::uint32_t threads = 0;
  std::string instruction_set;  ///< "AVX2"
  std::string numeric_class;
  std::string etalon_version;
};

/// Accuracy on the test part of the recommended setting's kept weights, once, at the end.
struct TestResult {
  TrialKey key;
  double loss = 0;
  double accuracy = 0;
};

/// Training wall time so far, summed over all workers and runs of the study.
struct StudyTimes {
  std::int64_t started_unix_millis = 0;
  std::int64_t finished_unix_millis = 0;
  double training_seconds = 0;        ///< wall seconds in which any thread trained; evaluation left out
  std::uint64_t samples_trained = 0;  ///< in those seconds, those of trials that were stopped included
};

struct StudySnapshot {
  std::string name;
  std::uint64_t revision = 0;  ///< counts its saves in the store; 0: it is not stored yet
  StudyDefinition definition;
  StudyPlan plan;                ///< covers all that was asked for
  std::vector<StudyPlan> asked;  ///< by each `tune`, in their order; empty in a study from before it was kept
  std::vector<SetFacts> sets;    ///< [set]
  std::vector<NetworkFacts> networks;  ///< [set]
  MachineFacts machine;
  std::string command;  ///< the command line that reproduces the study
  StudyTimes times;
  std::vector<TrialRecord> trials;   ///< finished ones, in TrialKey order
  std::vector<TestResult> tests;     ///< empty until the study concluded
  std::uint32_t planned_trials = 0;  ///< of all that was asked for, rounds to come included
};

/// How far every curve of the study goes.
inline std::uint32_t epochs_of(const StudySnapshot& study) {
  return study.plan.epochs != 0 ? study.plan.epochs : study.definition.epochs;
}

/// Whether the trial ended before the study's epochs: none of its numbers compares with those of trials that did not.
inline bool is_stopped(const TrialRecord& trial, const StudySnapshot& study) {
  return trial.curve.budget_epochs < study.plan.epochs;
}

/// How many finished trials are not stopped.
inline std::size_t complete_trials(const StudySnapshot& study) {
  return static_cast<std::size_t>(std::ranges::count_if(
      study.trials, [&](const TrialRecord& trial) { return !is_stopped(trial, study); }));
}

}  // namespace etalon
