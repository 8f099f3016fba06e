/// Runs a study: suggest, train, judge, store, learn, tell the observers.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "etalon/running/memory.h"
#include "etalon/running/request.h"
#include "etalon/storage/study_store.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// Told of everything that happens; for display alone. Calls come from several threads, one at a time.
class StudyObserver {
 public:
  virtual ~StudyObserver() = default;
  /// Once, before training: `study.trials` holds what earlier runs finished.
  virtual void study_opened(const StudySnapshot& study) = 0;
  /// Once, before the first set is trained; not where nothing is left to train.
  virtual void memory_needed(const StudyMemory& memory) = 0;
  /// Training on set `set` begins, with so many lanes and threads.
  virtual void set_started(std::uint32_t set, std::uint32_t lanes, std::uint32_t threads) = 0;
  /// `samples` more trial-samples trained by one thread; `share` of all the work left at the start that is
  /// done, in [0, 1].
  virtual void advanced(std::uint64_t samples, double share) = 0;
  /// A trial finished and is in the store. `accuracy` is its last validation accuracy; chance where it
  /// diverged.
  virtual void trial_finished(const TrialRecord& trial, double accuracy, bool diverged) = 0;
  /// The test part is being evaluated, last.
  virtual void concluding() = 0;
};

/// What `--dry-run` prints.
struct StudyForecast {
  std::uint32_t trials = 0;    ///< settings x sets x seeds
  std::uint32_t finished = 0;  ///< of those, already in the store
  double seconds = 0;  ///< estimated wall time of what is left, training and evaluation, from measured steps
  StudyMemory memory;
};

enum class StudyEnd { concluded, already_complete, interrupted };

/// A request whose data is open and whose networks fit: everything that can be refused has been. Writes
/// nothing.
class PreparedStudy {
 public:
  /// Throws RequestError for anything wrong in the request.
  explicit PreparedStudy(StudyRequest request);
  ~PreparedStudy();
  PreparedStudy(PreparedStudy&&) noexcept;

  const std::string& name() const;
  /// Definition, plan, facts; no trials yet.
  const StudySnapshot& study() const;
  /// All trials of the plan that can be named before training (every trial for grid and random), in plan
  /// order.
  std::vector<TrialKey> planned_trials() const;

  /// Measures a few steps of each network (about a second in all).
  StudyForecast forecast(StudyStore* store) const;

  /// Takes the study's lock, trains what is missing, concludes. Returns early as `interrupted` soon after
  /// `stop` turns true; every finished trial is in the store by then. Extends the stored plan by more
  /// settings and seeds.
  StudyEnd run(StudyStore& store, StudyObserver& observer, const std::atomic<bool>& stop);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace etalon
