/// Works on a study, alone or beside others: suggest, train, judge, store, learn, tell the observers.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "etalon/base/clock.h"
#include "etalon/running/request.h"
#include "etalon/running/study_memory.h"
#include "etalon/storage/study_store.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct Preparation;

/// Told of everything that happens; for display alone. Calls come from several threads, one at a time. Trials
/// that other workers finish are told like own ones.
class StudyObserver {
 public:
  virtual ~StudyObserver() = default;
  /// Once, before training: `study.trials` holds what earlier runs finished.
  virtual void study_opened(const StudySnapshot& study) = 0;
  /// Once, before the first set is trained; not where nothing is left to train.
  virtual void memory_needed(const StudyMemory& memory) = 0;
  /// The plan has changed since: another run asked for more, the strategy went on, or a choice has no rival.
  virtual void plan_grew(std::uint32_t planned_trials) = 0;
  /// Training on set `set` begins, with so many threads.
  virtual void set_started(std::uint32_t set, std::uint32_t threads) = 0;
  /// `samples` more trial-samples trained by one thread; `share` of all the work left at the start that is
  /// done, in [0, 1].
  virtual void advanced(std::uint64_t samples, double share) = 0;
  /// A trial finished and is in the store. `accuracy` is its last validation accuracy; chance where it
  /// diverged.
  virtual void trial_finished(const TrialRecord& trial, double accuracy, bool diverged) = 0;
  /// A line that stays, for a person who may want to know: "worker 17 on node3 is gone: its 16 trials wait
  /// again".
  virtual void note(const std::string& text) = 0;
  /// The test part is being evaluated, last.
  virtual void concluding() = 0;
};

/// What a study would take.
struct StudyForecast {
  std::uint32_t trials = 0;      ///< settings x sets x seeds, and those that confirm
  std::uint32_t confirming = 0;  ///< of those: with fresh seeds for what was chosen
  std::uint32_t finished = 0;    ///< of those, already in the store
  double seconds = 0;  ///< estimated wall time of what is left, training and evaluation, from measured steps
  StudyMemory memory;
};

/// A study and what the judge says of it.
struct JudgedStudy {
  StudySnapshot study;
  Judgement judgement;
};

/// A study as it was put into the store.
struct OpenedStudy {
  StudySnapshot study;             ///< with what is finished
  std::vector<std::string> words;  ///< what a person may want to know: how many finished trials go on
};

/// How a worker works; nothing here changes a bit of any result.
struct WorkOptions {
  double checkpoint_seconds = 10;  ///< between two checkpoints of a running trial
  double lease_seconds = 60;       ///< silence after which a worker's trials go on elsewhere
  bool keep_weights = false;       ///< at the conclusion: of all trials, not only of those that may be chosen
  std::uint64_t state_bytes = std::uint64_t{1}
                              << 30;  ///< that states of finished trials may take in the store
  const Clock* clock = &system_clock();
  /// Called with what this worker concluded, or made sure of, as its last act.
  std::function<void(JudgedStudy)> on_concluded = [](const auto&) {};
};

enum class StudyEnd { concluded, already_complete, interrupted };

/// A request whose data is open and whose networks fit: everything that can be refused has been. Making one
/// writes nothing. Any number of threads may work with it at once, each as a worker of its own.
class PreparedStudy {
 public:
  /// Throws RequestError for anything wrong in the request.
  explicit PreparedStudy(StudyRequest request);
  ~PreparedStudy();
  PreparedStudy(PreparedStudy&&) noexcept;

  const std::string& name() const;
  /// Definition, plan, facts; no trials yet.
  const StudySnapshot& study() const;
  /// All trials of the plan that can be named before training (without a confirmation every trial for grid
  /// and random; a race's first round), in plan order.
  std::vector<TrialKey> planned_trials() const;

  /// What may make the results worthless, said before training; a sentence each.
  const std::vector<std::string>& warnings() const;

  /// Measures a few steps of each network (about a second in all).
  StudyForecast forecast(StudyStore* store) const;

  /// From here on works on the study as an older program left it, where the store holds that one: under the name that
  /// it got when epochs were part of one, or begun with an older version of the numerics. Then its finished trials stay
  /// as they are, and all others are trained by this version, from their start.
  void take_older(StudyStore& store);

  /// Creates the study in the store, or joins the one of that name: its plan grows by what is asked for here,
  /// and what is missing of the first round waits for workers. Trains nothing. Throws RequestError if a study
  /// of that name has another definition.
  OpenedStudy open(StudyStore& store) const;

  /// Works on a study that was opened until it has concluded: trains what waits, beside other workers if there
  /// are any, plans further rounds and concludes. Returns early as `interrupted` soon after `stop` turns
  /// true; finished trials and the state of running ones are in the store by then.
  StudyEnd run(OpenedStudy opened, StudyStore& store, StudyObserver& observer, const std::atomic<bool>& stop,
               const WorkOptions& options = {}) const;
  /// The same, and opens it before.
  StudyEnd run(StudyStore& store, StudyObserver& observer, const std::atomic<bool>& stop,
               const WorkOptions& options = {}) const {
    return run(open(store), store, observer, stop, options);
  }

  /// As run(), on a study that is in the store already, asking for nothing more: what a worker does.
  StudyEnd work(StudyStore& store, StudyObserver& observer, const std::atomic<bool>& stop,
                const WorkOptions& options = {}) const;

  /// For other parts of this room.
  const Preparation& preparation() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace etalon
