/// The store's contract: everything about studies, durable. One conformance suite holds every implementation
/// to it.
///
/// Thread-safe. What a call has written when it returns survives a kill at any later moment; a call that
/// throws has changed nothing. Values are copies, never live state.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "etalon/study/snapshot.h"

namespace etalon {

struct StudySummary {
  std::string name;
  std::uint32_t finished_trials = 0;
  std::uint32_t planned_trials = 0;
  std::int64_t last_change_unix_millis = 0;
};

/// Held while a study is being worked on; released by its destructor, and void when its process has died.
class StudyLock {
 public:
  virtual ~StudyLock() = default;
};

class StudyStore {
 public:
  virtual ~StudyStore() = default;

  virtual std::vector<StudySummary> list_studies() = 0;

  /// Everything but weights; trials in TrialKey order. Nothing if there is no such study.
  virtual std::optional<StudySnapshot> load_study(const std::string& name) = 0;

  /// Creates the study, or replaces all of it but its trials, tests and weights. Throws RequestError if a
  /// study of that name has another definition. `study.trials` and `study.tests` are ignored.
  virtual void save_study(const StudySnapshot& study) = 0;

  /// Adds a finished trial and its final weights in one transaction; throws Failure if it is there already.
  virtual void add_trial(const std::string& study, const TrialRecord& trial,
                         std::span<const float> weights) = 0;

  virtual std::optional<std::vector<float>> load_weights(const std::string& study, const TrialKey& key) = 0;

  /// The study has concluded: replaces its test results and times, and drops the weights of all trials but
  /// `keep`.
  virtual void conclude(const std::string& study, const std::vector<TestResult>& tests,
                        const StudyTimes& times, const std::vector<TrialKey>& keep) = 0;

  /// Throws RequestError naming process and host if another living process holds it.
  virtual std::unique_ptr<StudyLock> lock_study(const std::string& name) = 0;
};

}  // namespace etalon
