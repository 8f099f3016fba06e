#include "etalon/running/chronicle.h"

#include <algorithm>

#include "etalon/judging/measures.h"
#include "etalon/running/strategist.h"
#include "etalon/running/study_memory.h"
#include "etalon/study/hyperparameters.h"

namespace etalon {
namespace {

std::uint32_t trials_in(const QueueState& queue) {
  std::uint32_t trials = queue.held + queue.finished;
  for (const std::uint32_t waiting : queue.waiting) trials += waiting;
  return trials;
}

}  // namespace

Chronicle::Chronicle(const Preparation& all, const StudySnapshot& study, StudyStore& store,
                     StudyObserver& observer)
    : all_(all), store_(store), observer_(observer), name_(all.study.name) {
  for (const TrialRecord& trial : study.trials) {
    if (is_stopped(trial, study))
      stopped_.insert(trial.key);
    else
      finished_[trial.key] = trial.curve.budget_epochs;
    last_number_ = std::max(last_number_, trial.number);
  }
  epochs_ = epochs_of(study);
  planned_ = study.planned_trials;
  const std::vector<RunningTrial> trials = store_.running_trials(name_);
  add_open(trials);
  seen_ = static_cast<std::uint32_t>(study.trials.size() + trials.size());
  expect_rest();
  if (stopped_.empty()) {
    observer_.study_opened(study);
  } else {
    StudySnapshot complete = study;
    std::erase_if(complete.trials, [&](const TrialRecord& trial) { return is_stopped(trial, study); });
    observer_.study_opened(complete);
  }
}

double Chronicle::work_of(std::uint32_t set, std::uint64_t samples) const {
  return static_cast<double>(samples) * forward_multiply_adds(all_.networks.at(set));
}

double Chronicle::share() const {
  const double all = work_ + work_to_come_;
  return all > 0 ? std::clamp((finished_work_ + running_work_) / all, 0.0, 1.0) : 1.0;
}

/// Rounds to come have as many trials on every set, by and large.
void Chronicle::expect_rest() {
  double all_sets = 0;
  for (std::uint32_t set = 0; set < all_.data.size(); ++set)
    all_sets += work_of(set, budget_on(set, batches_of(all_.request).front(), epochs_));
  auto named = static_cast<std::uint32_t>(finished_.size());
  for (const auto& [key, open] : open_) named += !finished_.contains(key);
  const std::uint32_t trials = planned_ > named ? planned_ - named : 0;
  work_to_come_ = trials * all_sets / static_cast<double>(all_.data.size());
}

std::uint64_t Chronicle::batch_of(const TrialKey& trial) const {
  return hyperparameters_of(all_.study.definition, trial.setting).batch;
}

std::uint64_t Chronicle::budget_on(std::uint32_t set, std::uint64_t batch, std::uint32_t epochs) const {
  return all_.splits.at(set).training.size() / batch * batch * epochs;
}

void Chronicle::add_open(const std::vector<RunningTrial>& trials) {
  for (const RunningTrial& trial : trials) {
    bool goes_on = stopped_.erase(trial.key) > 0;
    const auto before = finished_.find(trial.key);
    if (before != finished_.end() && before->second < trial.epochs) {
      finished_.erase(before);
      goes_on = true;
    }
    if (!goes_on && open_.contains(trial.key)) continue;
    const std::uint64_t batch = batch_of(trial.key), budget = budget_on(trial.key.set, batch, trial.epochs);
    const std::uint64_t known = trial.curve ? std::min(budget, trial.curve->loss.size() * batch) : 0;
    const Open open{work_of(trial.key.set, budget - known), known};
    open_.insert_or_assign(trial.key, open);
    work_ += open.left;
  }
}

void Chronicle::look() {
  const std::scoped_lock looking(looking_);
  const QueueState queue = store_.queue(name_);
  if (trials_in(queue) > seen_ || queue.finished < finished_trials()) tell_growth(trials_in(queue));
  if (queue.finished == finished_trials()) last_number_ = queue.last_number;  // all of them are known
  if (queue.last_number == last_number_) return;
  const std::vector<TrialRecord> trials = store_.trials_after(name_, last_number_);
  if (!trials.empty()) last_number_ = trials.back().number;
  const std::scoped_lock telling(telling_);
  for (const TrialRecord& trial : trials) count_finished(trial);
  observer_.advanced(0, share());
}

void Chronicle::tell_growth(std::uint32_t seen) {
  const std::vector<RunningTrial> trials = store_.running_trials(name_);  // training goes on meanwhile
  for (const RunningTrial& trial : trials) epochs_ = std::max(epochs_, trial.epochs);
  std::uint32_t planned = 0;
  for (const StudySummary& study : store_.list_studies())
    if (study.name == name_) planned = study.planned_trials;
  const std::scoped_lock telling(telling_);
  seen_ = seen;
  add_open(trials);
  const auto stopped = static_cast<std::uint32_t>(stopped_.size());
  planned = std::max(planned, seen - std::min(seen, stopped));
  if (planned != planned_) observer_.plan_grew(planned);
  planned_ = planned;
  expect_rest();
}

void Chronicle::set_started(std::uint32_t set, std::uint32_t threads) {
  const std::scoped_lock telling(telling_);
  if (!memory_told_) observer_.memory_needed(study_memory(all_, all_.request.threads, planned_));
  memory_told_ = true;
  observer_.set_started(set, threads);
}

void Chronicle::claimed(const ClaimedTrial& trial) {
  if (!trial.checkpoint) return;
  const std::scoped_lock telling(telling_);
  const auto open = open_.find(trial.trial.key);
  if (open == open_.end()) return;
  const std::uint64_t trained = trial.checkpoint->curve.loss.size() * batch_of(trial.trial.key);
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
  const std::uint32_t budget = trial.curve.budget_epochs;
  if (const auto known = finished_.find(trial.key); known != finished_.end() && known->second >= budget)
    return;
  has_news_ = true;
  // A trial that diverged leaves the rest of its budget undone: that work is no longer left.
  if (const auto open = open_.find(trial.key); open != open_.end()) finished_work_ += open->second.left;
  if (budget < epochs_) {  // it was under way when more epochs were asked for, and will go on
    stopped_.insert(trial.key);
    return;
  }
  finished_[trial.key] = budget;
  const double chance = all_.study.sets.at(trial.key.set).chance;
  observer_.trial_finished(trial, accuracy_of(trial.curve, chance), has_diverged(trial.curve));
}

void Chronicle::set_ended() {
  const std::scoped_lock telling(telling_);
  running_work_ = 0;
}

bool Chronicle::has_news() const {
  const std::scoped_lock telling(telling_);
  return has_news_;
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
  return finished_.size() + stopped_.size();
}

}  // namespace etalon
