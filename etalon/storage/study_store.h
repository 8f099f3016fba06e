/// The store's contract: everything about studies, durable. One conformance suite holds every implementation
/// to it.
///
/// Thread-safe. What a call has written when it returns survives a kill at any later moment; a call that
/// throws has changed nothing. Every call may be made again after its answer was lost: the second time it
/// finds its work done. Values are copies, never live state. No wall clock decides anything; times are kept
/// to be shown. A call about a study that is not there is a Failure, where nothing else is said.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "etalon/base/files.h"
#include "etalon/storage/process.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct StudySummary {
  std::string name;
  std::uint32_t finished_trials = 0;
  std::uint32_t planned_trials = 0;
  bool concluded = false;
  std::uint32_t workers = 0;  ///< enlisted now
  std::int64_t last_change_unix_millis = 0;
};

/// A trial that waits or is being trained.
struct PlannedTrial {
  TrialKey key;
  std::uint32_t epochs = 0;  ///< budget
  std::uint32_t round = 0;   ///< of the strategy, from 0
};

/// A trial between two steps. Curve and state are of the same step.
struct TrialCheckpoint {
  TrialKey key;
  Curve curve;                ///< so far; what others may watch while it runs
  std::string numeric_class;  ///< bits go on within this class only
  Bytes state;                ///< read only by the objective that wrote it
};

/// Who trains: a process's seat at a study, under a number of its own choosing.
struct WorkerIdentity {
  std::uint64_t id = 0;  ///< random, in [1, 2^63), never used again
  ProcessIdentity process;
  std::string etalon_version;
};

struct WorkerRecord {
  WorkerIdentity identity;
  std::uint64_t beats = 0;   ///< counts its signs of life; a watcher times them by a steady clock of its own
  bool strategist = false;   ///< it holds the role
  std::uint32_t trials = 0;  ///< that it holds
  std::int64_t enlisted_unix_millis = 0, last_beat_unix_millis = 0;  ///< shown, never used
};

/// What a worker did since it enlisted.
struct WorkDone {
  double training_seconds = 0;
  std::uint64_t samples_trained = 0;
};

/// Where a finished trial can go on, should more epochs be asked for.
struct FinalState {
  Bytes bytes;  ///< read only by the objective that wrote them; empty: none
  std::uint64_t most_bytes =
      0;  ///< it is kept where all that a study keeps of this kind takes no more, it included
};

struct Claim {
  std::uint64_t worker = 0;
  /// The worker's own count, from 1: a claim that is made again under its number gets the same trials.
  std::uint64_t number = 0;
  std::uint32_t set = 0;
  std::uint32_t most = 0;
  /// Of the worker. Checkpoints of another class are dropped, and their trials start anew.
  std::string numeric_class;
};

struct ClaimedTrial {
  PlannedTrial trial;
  std::uint32_t attempt = 1;                  ///< how often it has been handed out, this time included
  std::int64_t started_unix_millis = 0;       ///< when it was handed out first
  std::optional<TrialCheckpoint> checkpoint;  ///< where it goes on
};

/// How a study's trials stand; cheap.
struct QueueState {
  std::vector<std::uint32_t> waiting;  ///< [set]
  std::uint32_t held = 0;              ///< by workers
  std::uint32_t finished = 0;
  std::uint32_t last_number =
      0;  ///< the highest that a trial was given when it finished; it may go on by now
  std::uint64_t state_bytes = 0;  ///< of all final states
  bool concluded = false;         ///< conclude() was called since trials were last planned
};

struct RunningTrial {
  TrialKey key;
  std::uint64_t worker = 0;  ///< 0: it waits
  std::uint32_t epochs = 0, attempts = 0;
  std::optional<Curve> curve;  ///< as of its last checkpoint
};

/// A trial that waits, with all that is kept of it.
struct WaitingTrial {
  PlannedTrial trial;
  std::uint32_t attempts = 0;
  std::int64_t started_unix_millis = 0;
  std::optional<TrialCheckpoint> checkpoint;
};

/// A study but for its trials, as it is copied.
struct StudyHead {
  StudySnapshot study;  ///< tests and times included, without trials
  bool concluded = false;
  std::uint32_t finished_trials = 0, waiting_trials = 0;  ///< how many follow
};

/// Takes a study piece by piece: its head, then its finished trials in the order in which they were finished,
/// then those that wait in theirs.
class StudyReceiver {
 public:
  virtual ~StudyReceiver() = default;
  virtual void head(const StudyHead& head) = 0;
  virtual void finished(const TrialRecord& trial, const std::optional<std::vector<float>>& weights,
                        const Bytes& state) = 0;  ///< empty: none was kept
  virtual void waiting(const WaitingTrial& trial) = 0;
};

class StudyStore {
 public:
  virtual ~StudyStore() = default;

  // Studies

  virtual std::vector<StudySummary> list_studies() = 0;  ///< by name; does not look at trials

  /// Everything but weights; trials in TrialKey order. Times count the work of those enlisted now. Nothing if
  /// there is no such study.
  virtual std::optional<StudySnapshot> load_study(const std::string& name) = 0;
  /// The same without its trials.
  virtual std::optional<StudySnapshot> load_head(const std::string& name) = 0;

  /// Creates the study (where `study.revision` is 0; it becomes 1), or replaces its plan, facts, command and
  /// planned_trials; one whose plan has more epochs now counts as concluded no longer. False, and no change, if the stored revision is another than `study.revision`: somebody
  /// else was here first; load and try again. Throws RequestError if a study of that name has another
  /// definition, and for a new one whose name require_study_name refuses. `trials` and `tests` are ignored,
  /// and of `times` all but the start of a new study.
  virtual bool save_study(const StudySnapshot& study) = 0;

  virtual void delete_study(const std::string& name) = 0;  ///< with its workers, who find their seats gone

  /// Replaces the test results, and drops the weights of all trials but `keep`. False, and no change, while
  /// trials wait or are held: somebody planned more meanwhile. Final states stay.
  virtual bool conclude(const std::string& study, const std::vector<TestResult>& tests,
                        std::int64_t finished_unix_millis, const std::vector<TrialKey>& keep) = 0;

  virtual std::uint64_t size_bytes() = 0;  ///< of the whole store, on disk; 0 for a store in memory

  // Trials that wait

  /// Adds those that are neither waiting nor held nor finished, behind those that wait. One that is finished with
  /// fewer epochs is finished no longer: it waits too, to go on from its final state, or anew where none was kept;
  /// its weights and its test result go. The study no longer counts as concluded if any was added.
  virtual void plan_trials(const std::string& study, std::span<const PlannedTrial> trials) = 0;
  virtual QueueState queue(const std::string& study) = 0;
  /// Waiting and held ones, in their order.
  virtual std::vector<RunningTrial> running_trials(const std::string& study) = 0;

  // Workers

  virtual void enlist(const std::string& study, const WorkerIdentity& worker) = 0;

  /// One more sign of life; `done` replaces what the worker told before. False: its seat is gone, and with it
  /// all its trials.
  virtual bool beat(std::uint64_t worker, const WorkDone& done) = 0;

  virtual std::vector<WorkerRecord> workers(const std::string& study) = 0;  ///< as they came

  /// Takes the seat away if `beats` is still its count (nothing: whatever it is). Its trials wait again where
  /// their checkpoints stand, its role is free, its work is added to the study's times. False if it was not
  /// so.
  virtual bool dismiss(std::uint64_t worker, std::optional<std::uint64_t> beats = std::nullopt) = 0;

  /// True if the worker holds the strategist's role now: it was free, or the worker held it before.
  virtual bool take_strategist(std::uint64_t worker) = 0;

  // Trials at work. All answer false or nothing where the worker's seat is gone; then nothing was changed.

  /// The first waiting trials of that set in their order. Empty where none waits.
  virtual std::optional<std::vector<ClaimedTrial>> claim(const Claim& claim) = 0;

  /// Replaces the checkpoints of trials that the worker holds; one that it does not hold (it has just
  /// finished) is passed over.
  virtual bool save_checkpoints(std::uint64_t worker, std::span<const TrialCheckpoint> checkpoints) = 0;

  /// A finished trial, its final weights and state, in one transaction; it waits no more, and its checkpoint goes.
  /// False also where the worker does not hold the trial. Calling again with a trial that this worker has
  /// finished is true and changes nothing.
  virtual bool finish_trial(std::uint64_t worker, const TrialRecord& trial, std::span<const float> weights,
                            const FinalState& state = {}) = 0;

  // Finished trials

  /// Those with a higher number than `number`, in its order; 0: all.
  virtual std::vector<TrialRecord> trials_after(const std::string& study, std::uint32_t number) = 0;
  virtual std::optional<std::vector<float>> load_weights(const std::string& study, const TrialKey& key) = 0;

  /// Drops final states but for those of `keep`, of which the first stay that take at most `most_bytes` together.
  virtual void drop_states(const std::string& study, const std::vector<TrialKey>& keep,
                           std::uint64_t most_bytes) = 0;

  // Whole studies, between stores

  /// Tells all of one consistent state; trials that workers hold count as waiting.
  virtual void send_study(const std::string& name, StudyReceiver& receiver) = 0;

  /// Takes in what `sender` sends, whole or not at all. `sender` may be called more than once. Throws
  /// RequestError if there is a study of that name.
  virtual void receive_study(const std::function<void(StudyReceiver&)>& sender) = 0;
};

/// Copies a study with every bit: trials in their order of finishing, weights, tests, times, waiting trials,
/// checkpoints; no workers. Throws RequestError if `to` has a study of that name, or if somebody works on it
/// whose process is not known to be dead, or if its name is none that a new study may have. `progress` may be
/// empty. Copies of one process take turns.
void copy_study(StudyStore& from, StudyStore& to, const std::string& name,
                const std::function<void(std::uint32_t done, std::uint32_t all)>& progress);

}  // namespace etalon
