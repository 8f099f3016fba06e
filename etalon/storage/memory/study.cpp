#include "etalon/storage/memory/study.h"

#include <algorithm>
#include <set>

#include "etalon/storage/curve_bytes.h"
#include "etalon/storage/facts_text.h"

namespace etalon {
namespace {

TrialRecord stored_form(TrialRecord trial) {
  setting_key(trial.key.setting);  // refuses what no store can keep
  trial.times.seconds = as_stored(trial.times.seconds);
  return trial;
}

}  // namespace

MemoryStudy::MemoryStudy(const StudySnapshot& study, std::int64_t now_unix_millis)
    : study_(study), changed_unix_millis_(now_unix_millis) {
  study_.revision = 1;
  study_.trials.clear();
  study_.tests.clear();
  study_.times = {.started_unix_millis = study.times.started_unix_millis};
}

StudySummary MemoryStudy::summary() const {
  return {.name = study_.name,
          .finished_trials = static_cast<std::uint32_t>(finished_.size()),
          .planned_trials = study_.planned_trials,
          .concluded = concluded_,
          .workers = static_cast<std::uint32_t>(seats_.size()),
          .last_change_unix_millis = changed_unix_millis_};
}

StudySnapshot MemoryStudy::snapshot() const {
  StudySnapshot study = head();
  for (const auto& [key, number] : finished_at_) study.trials.push_back(finished_.at(number).trial);
  return study;
}

StudySnapshot MemoryStudy::head() const {
  StudySnapshot study = study_;
  for (const auto& [worker, seat] : seats_) {
    study.times.training_seconds += seat.done.training_seconds;
    study.times.samples_trained += seat.done.samples_trained;
  }
  return study;
}

bool MemoryStudy::save(const StudySnapshot& study) {
  const bool same = has_same_request(study_, study);
  if (same && study_.revision == study.revision + 1) return true;  // saved before, and the answer was lost
  if (study_.revision != study.revision) return false;
  if (epochs_of(study) > epochs_of(study_)) concluded_ = false;
  StudySnapshot next = study;
  next.revision = study_.revision + 1;
  next.trials.clear();
  next.tests = study_.tests;
  next.times = study_.times;
  study_ = std::move(next);
  return true;
}

bool MemoryStudy::conclude(const std::vector<TestResult>& tests, std::int64_t finished_unix_millis,
                           const std::vector<TrialKey>& keep) {
  if (!queue_.empty()) return false;
  set_tests(tests);
  study_.times.finished_unix_millis = finished_unix_millis;
  concluded_ = true;
  const std::set<TrialKey> kept(keep.begin(), keep.end());
  for (auto& [number, finished] : finished_)
    if (!kept.contains(finished.trial.key)) finished.weights.reset();
  return true;
}

void MemoryStudy::plan(std::span<const PlannedTrial> trials, std::int64_t now_unix_millis) {
  for (const PlannedTrial& trial : trials) setting_key(trial.key.setting);
  for (const PlannedTrial& trial : trials) {
    if (queued_at_.contains(trial.key)) continue;
    const auto known = finished_at_.find(trial.key);
    if (known == finished_at_.end())
      add_waiting({trial, 0, 0, {}});
    else if (finished_.at(known->second).trial.curve.budget_epochs < trial.epochs)
      go_on(trial);
    else
      continue;
    concluded_ = false;
    changed_unix_millis_ = now_unix_millis;
  }
}

/// A finished trial, which waits again.
void MemoryStudy::go_on(const PlannedTrial& trial) {
  Finished last = std::move(finished_.extract(finished_at_.extract(trial.key).mapped()).mapped());
  WaitingTrial waiting{trial, last.trial.times.attempts, last.trial.times.started_unix_millis, {}};
  if (!last.state.empty())
    waiting.checkpoint = {trial.key, std::move(last.trial.curve), last.trial.numeric_class,
                          std::move(last.state)};
  add_waiting(waiting);
  std::erase_if(study_.tests, [&](const TestResult& test) { return test.key == trial.key; });
}

QueueState MemoryStudy::queue() const {
  QueueState state;
  state.waiting.resize(study_.definition.sets.size());
  for (const auto& [position, queued] : queue_) {
    const std::size_t set = queued.waiting.trial.key.set;
    state.waiting.resize(std::max(state.waiting.size(), set + 1));
    if (queued.worker != 0)
      ++state.held;
    else
      ++state.waiting[set];
  }
  state.finished = static_cast<std::uint32_t>(finished_.size());
  state.last_number = numbers_;
  state.state_bytes = state_bytes();
  state.concluded = concluded_;
  return state;
}

std::vector<RunningTrial> MemoryStudy::running() const {
  std::vector<RunningTrial> trials;
  for (const auto& [position, queued] : queue_) {
    const WaitingTrial& waiting = queued.waiting;
    trials.push_back({waiting.trial.key, queued.worker, waiting.trial.epochs, waiting.attempts, {}});
    if (waiting.checkpoint) trials.back().curve = waiting.checkpoint->curve;
  }
  return trials;
}

void MemoryStudy::enlist(const WorkerIdentity& worker, std::int64_t now_unix_millis) {
  seats_.try_emplace(worker.id, Seat{worker, 0, ++arrivals_, now_unix_millis, now_unix_millis, {}});
}

void MemoryStudy::beat(std::uint64_t worker, const WorkDone& done, std::int64_t now_unix_millis) {
  Seat& seat = seats_.at(worker);
  ++seat.beats;
  seat.last_beat_unix_millis = now_unix_millis;
  seat.done = {as_stored(done.training_seconds), done.samples_trained};
}

std::vector<WorkerRecord> MemoryStudy::workers() const {
  std::map<std::uint64_t, WorkerRecord> by_arrival;
  for (const auto& [id, seat] : seats_) {
    WorkerRecord& record = by_arrival[seat.arrival];
    record = {.identity = seat.identity,
              .beats = seat.beats,
              .strategist = id == strategist_,
              .enlisted_unix_millis = seat.enlisted_unix_millis,
              .last_beat_unix_millis = seat.last_beat_unix_millis};
    for (const auto& [position, queued] : queue_) record.trials += queued.worker == id;
  }
  std::vector<WorkerRecord> records;
  for (auto& [arrival, record] : by_arrival) records.push_back(std::move(record));
  return records;
}

bool MemoryStudy::dismiss(std::uint64_t worker, std::optional<std::uint64_t> beats) {
  const auto seat = seats_.find(worker);
  if (beats && seat->second.beats != *beats) return false;
  study_.times.training_seconds += seat->second.done.training_seconds;
  study_.times.samples_trained += seat->second.done.samples_trained;
  seats_.erase(seat);
  if (strategist_ == worker) strategist_ = 0;
  for (auto& [position, queued] : queue_)
    if (queued.worker == worker) queued.worker = queued.claim = 0;
  return true;
}

bool MemoryStudy::take_strategist(std::uint64_t worker) {
  if (strategist_ == 0) strategist_ = worker;
  return strategist_ == worker;
}

ClaimedTrial MemoryStudy::hand_out(Queued& queued, const Claim& claim, std::int64_t now_unix_millis) {
  WaitingTrial& waiting = queued.waiting;
  queued.worker = claim.worker;
  queued.claim = claim.number;
  if (waiting.checkpoint && waiting.checkpoint->numeric_class != claim.numeric_class)
    waiting.checkpoint.reset();
  if (++waiting.attempts == 1) waiting.started_unix_millis = now_unix_millis;
  return {waiting.trial, waiting.attempts, waiting.started_unix_millis, waiting.checkpoint};
}

std::vector<ClaimedTrial> MemoryStudy::claim(const Claim& claim, std::int64_t now_unix_millis) {
  std::vector<ClaimedTrial> claimed;
  for (const auto& [position, queued] : queue_)  // made before, and the answer was lost
    if (queued.worker == claim.worker && queued.claim == claim.number)
      claimed.push_back({queued.waiting.trial, queued.waiting.attempts, queued.waiting.started_unix_millis,
                         queued.waiting.checkpoint});
  if (!claimed.empty()) return claimed;
  for (auto& [position, queued] : queue_) {
    if (claimed.size() == claim.most) break;
    if (queued.worker != 0 || queued.waiting.trial.key.set != claim.set) continue;
    claimed.push_back(hand_out(queued, claim, now_unix_millis));
  }
  return claimed;
}

MemoryStudy::Place MemoryStudy::find_held(std::uint64_t worker, const TrialKey& key) {
  const auto position = queued_at_.find(key);
  if (position == queued_at_.end()) return queue_.end();
  const auto place = queue_.find(position->second);
  return place->second.worker == worker ? place : queue_.end();
}

void MemoryStudy::save_checkpoints(std::uint64_t worker, std::span<const TrialCheckpoint> checkpoints) {
  for (const TrialCheckpoint& checkpoint : checkpoints)
    if (const auto place = find_held(worker, checkpoint.key); place != queue_.end())
      place->second.waiting.checkpoint = checkpoint;
}

bool MemoryStudy::finish(std::uint64_t worker, const TrialRecord& trial, std::span<const float> weights,
                         const FinalState& state, std::int64_t now_unix_millis) {
  if (const auto number = finished_at_.find(trial.key); number != finished_at_.end()) {
    const Finished& known = finished_.at(number->second);
    return known.worker == worker && known.trial.curve.budget_epochs == trial.curve.budget_epochs;
  }
  const auto place = find_held(worker, trial.key);
  if (place == queue_.end() || place->second.waiting.trial.epochs != trial.curve.budget_epochs) return false;
  const bool keep = state_bytes() + state.bytes.size() <= state.most_bytes;
  add_finished(worker, trial, std::vector<float>(weights.begin(), weights.end()),
               keep ? state.bytes : Bytes());
  queue_.erase(place);
  queued_at_.erase(trial.key);
  changed_unix_millis_ = now_unix_millis;
  return true;
}

std::vector<TrialRecord> MemoryStudy::trials_after(std::uint32_t number) const {
  std::vector<TrialRecord> trials;
  for (auto next = finished_.upper_bound(number); next != finished_.end(); ++next)
    trials.push_back(next->second.trial);
  return trials;
}

std::uint64_t MemoryStudy::state_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [number, finished] : finished_) bytes += finished.state.size();
  return bytes;
}

void MemoryStudy::drop_states(const std::vector<TrialKey>& keep, std::uint64_t most_bytes) {
  std::map<TrialKey, Bytes> kept;
  std::uint64_t bytes = 0;
  for (const TrialKey& key : keep) {
    const auto number = finished_at_.find(key);
    if (number == finished_at_.end() || kept.contains(key)) continue;
    Bytes& state = finished_.at(number->second).state;
    if (bytes + state.size() > most_bytes) break;
    bytes += state.size();
    kept[key] = std::move(state);
  }
  for (auto& [number, finished] : finished_) {
    const auto state = kept.find(finished.trial.key);
    finished.state = state == kept.end() ? Bytes() : std::move(state->second);
  }
}

std::optional<std::vector<float>> MemoryStudy::weights(const TrialKey& key) const {
  const auto number = finished_at_.find(key);
  if (number == finished_at_.end()) return std::nullopt;
  return finished_.at(number->second).weights;
}

void MemoryStudy::send(StudyReceiver& receiver) const {
  receiver.head({head(), concluded_, static_cast<std::uint32_t>(finished_.size()),
                 static_cast<std::uint32_t>(queue_.size())});
  for (const auto& [number, finished] : finished_)
    receiver.finished(finished.trial, finished.weights, finished.state);
  for (const auto& [position, queued] : queue_) receiver.waiting(queued.waiting);
}

void MemoryStudy::set_tests(const std::vector<TestResult>& tests) {
  study_.tests = tests;
  for (TestResult& test : study_.tests) {
    setting_key(test.key.setting);
    test.loss = as_stored(test.loss);
    test.accuracy = as_stored(test.accuracy);
  }
}

void MemoryStudy::restore(const StudyHead& head) {
  study_.revision = head.study.revision;
  study_.times = head.study.times;
  study_.times.training_seconds = as_stored(head.study.times.training_seconds);
  set_tests(head.study.tests);
  concluded_ = head.concluded;
}

void MemoryStudy::add_finished(std::uint64_t worker, TrialRecord trial,
                               const std::optional<std::vector<float>>& weights, const Bytes& state) {
  trial.number = ++numbers_;
  finished_at_.emplace(trial.key, trial.number);
  finished_.emplace(trial.number, Finished{stored_form(std::move(trial)), weights, state, worker});
}

void MemoryStudy::add_waiting(const WaitingTrial& waiting) {
  queued_at_.emplace(waiting.trial.key, ++positions_);
  queue_.emplace(positions_, Queued{waiting});
}

}  // namespace etalon
