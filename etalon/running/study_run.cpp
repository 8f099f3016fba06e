#include "etalon/running/study_run.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/judging/judge.h"
#include "etalon/running/built_in_objective.h"
#include "etalon/running/conclude.h"
#include "etalon/running/session.h"
#include "etalon/running/shared_plan.h"
#include "etalon/running/ticker.h"
#include "etalon/training/training_memory.h"

namespace etalon {
namespace {

constexpr double seconds_between_looks = 1.0;
constexpr std::chrono::milliseconds wait_for_others(300);

/// The first set with trials that wait.
std::optional<std::uint32_t> waiting_set(const QueueState& queue) {
  for (std::uint32_t set = 0; set < queue.waiting.size(); ++set)
    if (queue.waiting[set] > 0) return set;
  return std::nullopt;
}

std::string farewell(const WorkerRecord& worker, const std::string& why) {
  return fmt::format("the worker on {} (process {}) is gone: {}; its {} {} again",
                     worker.identity.process.host, worker.identity.process.pid, why,
                     counted(worker.trials, "trial"), worker.trials == 1 ? "waits" : "wait");
}

}  // namespace

StudyRun::StudyRun(const Preparation& all, StudySnapshot study, StudyStore& store, StudyObserver& observer,
                   const std::atomic<bool>& stop, const WorkOptions& options)
    : all_(all),
      store_(store),
      stop_(stop),
      options_(options),
      chronicle_(all, study, store, observer),
      opened_(std::move(study)) {}

StudyEnd StudyRun::work(bool until_sure) {
  for (;;) {
    Seat seat(store_, all_.study.name,
              {.lease_seconds = options_.lease_seconds,
               .clock = options_.clock,
               .on_dismissed = [this](const auto& worker, const auto& why) {
                 if (worker.trials > 0) chronicle_.note(farewell(worker, why));
               }});
    std::optional<StudyEnd> end;
    {
      const Ticker beats(seat.seconds_between_ticks(), [&] { seat.tick(); });
      end = work_at(seat, until_sure);
    }
    if (end) {
      seat.give_back();
      tell_conclusion();
      return *end;
    }
    chronicle_.note("others took this worker for gone and have its trials; it goes on as a new one");
  }
}

/// Once the seat is given back, and with it all that this worker did is counted.
void StudyRun::tell_conclusion() {
  if (!judged_) return;
  if (const auto head = store_.load_head(judged_->study.name)) judged_->study.times = head->times;
  options_.on_concluded(std::move(*judged_));
}

/// Nothing: the seat is gone.
std::optional<StudyEnd> StudyRun::work_at(Seat& seat, bool until_sure) {
  seat.take_strategist();
  while (!seat.gone()) {
    if (stop_) return StudyEnd::interrupted;
    const QueueState queue = store_.queue(all_.study.name);
    if (const auto set = waiting_set(queue)) {
      train(*set, seat);
    } else if (queue.held == 0 && seat.take_strategist()) {
      if (!finish()) continue;
      return news_ || chronicle_.has_news() ? StudyEnd::concluded : StudyEnd::already_complete;
    } else if (queue.held == 0 && queue.concluded && !until_sure) {
      chronicle_.look();
      return chronicle_.has_news() ? StudyEnd::concluded : StudyEnd::already_complete;
    } else {
      wait();
    }
  }
  return std::nullopt;
}

void StudyRun::train(std::uint32_t set, Seat& seat) {
  opened_.reset();
  note_older_numerics();
  Objective& objective = objective_for(set);
  chronicle_.set_started(set, objective.threads());
  const TrainingMemory memory = training_memory(all_.networks.at(set), all_.request.training.optimizer,
                                                batches_of(all_.request).back(), objective.threads());
  Session session(store_, seat,
                  {.study = all_.study.name,
                   .definition = all_.study.definition,
                   .set = set,
                   .threads = objective.threads(),
                   .numeric_class = objective.numeric_class(),
                   .checkpoint_seconds = options_.checkpoint_seconds,
                   .trial_state_bytes = memory.weights + memory.optimizer,
                   .state_bytes = can_grow(all_.request.training.schedule) ? options_.state_bytes : 0,
                   .stop = &stop_,
                   .clock = options_.clock,
                   .on_claimed = [this](const auto& trial) { chronicle_.claimed(trial); },
                   .on_finished = [this](const auto& trial) { chronicle_.finished(trial); },
                   .on_advanced = [this, set](auto samples) { chronicle_.advanced(set, samples); }});
  const Ticker looks(seconds_between_looks, [this] { chronicle_.look(); });
  objective.train(session);
  session.close();
  chronicle_.set_ended();
}

/// Once, before anything is trained.
void StudyRun::note_older_numerics() {
  const std::uint32_t begun = all_.study.definition.numerics_version;
  if (begun == numerics_version || std::exchange(told_of_numerics_, true)) return;
  chronicle_.note(
      fmt::format("the study was begun with version {} of the numerics, this program has version {}: what is "
                  "finished stays, "
                  "trials that were under way start anew",
                  begun, numerics_version));
}

/// As the strategist, with nothing at work: plans what comes next, or concludes. True once there is nothing
/// left to do.
bool StudyRun::finish() {
  chronicle_.look();
  StudySnapshot study = current_study();
  NextRound next = plan_next(all_, study, store_);
  for (const std::string& words : next.words) chronicle_.note(words);
  if (next.more) {
    make_room_for_states(study);
    return false;
  }
  objective_.reset();  // its memory is needed for the test part
  Judgement judgement = next.judgement ? std::move(*next.judgement) : judge(study);
  const Conclusion conclusion =
      conclude(all_, study, judgement, store_, chronicle_, {options_.keep_weights, options_.state_bytes});
  if (conclusion == Conclusion::too_early) return false;
  news_ = conclusion == Conclusion::written;
  const StudySnapshot head = store_.load_head(study.name).value();
  if (head.revision != study.revision) return false;  // more was asked for meanwhile
  study.tests = head.tests;
  judged_ = {std::move(study), std::move(judgement)};
  return true;
}

/// Between rounds, once little room is left: half of it goes to the most accurate settings, the rest to what comes.
void StudyRun::make_room_for_states(const StudySnapshot& study) {
  const std::uint64_t most = options_.state_bytes;
  if (store_.queue(study.name).state_bytes > most - most / 4)
    store_.drop_states(study.name, by_accuracy(study), most / 2);
}

/// Where nothing was trained since the study was opened, not read again.
StudySnapshot StudyRun::current_study() {
  if (opened_) {
    StudySnapshot study = *std::exchange(opened_, std::nullopt);
    const QueueState queue = store_.queue(study.name);
    const auto head = store_.load_head(study.name);
    std::uint32_t last_number = 0;
    for (const TrialRecord& trial : study.trials) last_number = std::max(last_number, trial.number);
    if (head && head->revision == study.revision && queue.last_number == last_number &&
        queue.finished == study.trials.size()) {
      study.tests = head->tests;
      study.times = head->times;
      return study;
    }
  }
  return store_.load_study(all_.study.name).value();
}

/// Others are at work.
void StudyRun::wait() {
  chronicle_.look();
  std::this_thread::sleep_for(wait_for_others);
}

Objective& StudyRun::objective_for(std::uint32_t set) {
  if (!objective_ || objective_set_ != set) {
    objective_.reset();  // never two at once
    objective_ = std::make_unique<BuiltInObjective>(all_.task(set), all_.trainer_options());
    objective_set_ = set;
  }
  return *objective_;
}

}  // namespace etalon
