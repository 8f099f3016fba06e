#include "etalon/running/chronicle.h"

#include <algorithm>

#include "etalon/running/memory.h"
#include "etalon/running/strategist.h"

namespace etalon {
namespace {

std::uint32_t trials_in(const QueueState& queue) {
  std::uint32_t trials = queue.held + queue.finished;
  for (const std::uint32_t waiting : queue.waiting) trials += waiting;
  return trials;
}

}  // namespace

Chronicle::Chronicle(const Preparation& all, StudyStore& store, StudyObserver& observer)
    : all_(all), store_(store), observer_(observer), name_(all.study.name) {
  const StudySnapshot study = store_.load_study(name_).value();
  for (const TrialRecord& trial : study.trials) finished_.insert(trial.key);
  finished_at_start_ = study.trials.size();
  fetched_ = static_cast<std::uint32_t>(study.trials.size());
  planned_ = study.planned_trials;
  add_open(store_.running_trials(name_));
  observer_.study_opened(study);
}

double Chronicle::work_of(std::uint32_t set, std::uint64_t samples) const {
  return static_cast<double>(samples) * forward_multiply_adds(all_.networks.at(set));
}

double Chronicle::share() const {
  return work_ > 0 ? std::clamp((finished_work_ + running_work_) / work_, 0.0, 1.0) : 1.0;
}

void Chronicle::add_open(const std::vector<RunningTrial>& trials) {
  for (const RunningTrial& trial : trials) {
    if (open_.contains(trial.key)) continue;
    const std::uint64_t batch = all_.request.batch;
    const std::uint64_t budget = all_.splits.at(trial.key.set).training.size() / batch * batch * trial.epochs;
    const std::uint64_t known = trial.curve ? std::min(budget, trial.curve->loss.size() * batch) : 0;
    const Open open{work_of(trial.key.set, budget - known), known};
    open_.emplace(trial.key, open);
    work_ += open.left;
  }
}

void Chronicle::look() {
  const std::scoped_lock looking(looking_);
  const QueueState queue = store_.queue(name_);
  if (trials_in(queue) > planned_) tell_growth(trials_in(queue));
  if (queue.finished == finished_trials()) return;
  const std::vector<TrialRecord> trials = store_.trials_after(name_, fetched_);
  fetched_ += static_cast<std::uint32_t>(trials.size());
  const std::scoped_lock telling(telling_);
  for (const TrialRecord& trial : trials) count_finished(trial);
  observer_.advanced(0, share());
}

void Chronicle::tell_growth(std::uint32_t planned) {
  const std::vector<RunningTrial> trials = store_.running_trials(name_);  // training goes on meanwhile
  const std::scoped_lock telling(telling_);
  planned_ = planned;
  add_open(trials);
  observer_.plan_grew(planned);
}

void Chronicle::set_started(std::uint32_t set, std::uint32_t lanes, std::uint32_t threads) {
  const std::scoped_lock telling(telling_);
  if (!memory_told_) observer_.memory_needed(study_memory(all_, all_.trainer_options(), planned_));
  memory_told_ = true;
  observer_.set_started(set, lanes, threads);
}

void Chronicle::claimed(const ClaimedTrial& trial) {
  if (!trial.checkpoint) return;
  const std::scoped_lock telling(telling_);
  const auto open = open_.find(trial.trial.key);
  if (open == open_.end()) return;
  const std::uint64_t trained = trial.checkpoint->curve.loss.size() * all_.request.batch;
  running_work_ += work_of(trial.trial.key.set, trained - std::min(trained, open->second.known));
}

void Chronicle::advanced(std::uint32_t set, std::uint64_t samples) {
  const std::scoped_lock telling(telling_);
  running_work_ += work_of(set, samples);
  observer_.advanced(samples, share());
}

void Chronicle::finished(const TrialRecord& trial) {
  const std::scoped_lock telling(telling_);
  if (const auto open = open_.find(trial.key); open != open_.end()) {
    const std::uint64_t trained = trial.samples_trained;
    running_work_ -= work_of(trial.key.set, trained - std::min(trained, open->second.known));
  }
  count_finished(trial);
}

void Chronicle::count_finished(const TrialRecord& trial) {
  if (!finished_.insert(trial.key).second) return;
  // A trial that diverged leaves the rest of its budget undone: that work is no longer left.
  if (const auto open = open_.find(trial.key); open != open_.end()) finished_work_ += open->second.left;
  const double chance = all_.study.sets.at(trial.key.set).chance;
  observer_.trial_finished(trial, accuracy_of(trial, chance), has_non_finite_loss(trial.curve));
}

void Chronicle::set_ended() {
  const std::scoped_lock telling(telling_);
  running_work_ = 0;
}

void Chronicle::concluding() {
  const std::scoped_lock telling(telling_);
  observer_.concluding();
}

void Chronicle::note(const std::string& text) {
  const std::scoped_lock telling(telling_);
  observer_.note(text);
}

std::size_t Chronicle::finished_trials() const {
  const std::scoped_lock telling(telling_);
  return finished_.size();
}

}  // namespace etalon
