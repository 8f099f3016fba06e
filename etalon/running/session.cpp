#include "etalon/running/session.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "etalon/running/assignment.h"
#include "etalon/storage/process.h"

namespace etalon {
namespace {

/// Most trials in one claim: a claim is a transaction of a few milliseconds, a trial often a tenth of a
/// second.
constexpr std::uint64_t most_a_claim = 8;
constexpr std::uint64_t most_state_bytes_a_claim = 8u << 20;  ///< they are held until their trials begin

}  // namespace

Session::Session(StudyStore& store, Seat& seat, Options options)
    : store_(store),
      seat_(seat),
      options_(std::move(options)),
      host_(this_process().host),
      writer_(store, seat, options_.numeric_class) {}

std::optional<Assignment> Session::next() {
  const std::scoped_lock lock(claiming_);
  if (stop_requested()) return std::nullopt;
  if (claimed_.empty()) claim(share());
  if (claimed_.empty()) return std::nullopt;
  ClaimedTrial trial = std::move(claimed_.front());
  claimed_.pop_front();
  return begin(std::move(trial));
}

/// Of the trials that wait, a quarter of what would keep every thread of all workers equally long: the last
/// ones go out one by one.
std::uint32_t Session::share() {
  const std::vector<std::uint32_t> waiting = store_.queue(options_.study).waiting;
  const std::uint64_t left = options_.set < waiting.size() ? waiting[options_.set] : 0;
  const std::uint64_t workers = std::max<std::size_t>(1, store_.workers(options_.study).size());
  const std::uint64_t most = std::clamp<std::uint64_t>(
      most_state_bytes_a_claim / std::max<std::uint64_t>(1, options_.trial_state_bytes), 1, most_a_claim);
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(left / (4 * workers * options_.threads), 1, most));
}

void Session::claim(std::uint32_t most) {
  auto claimed = store_.claim({seat_.id(), seat_.next_claim(), options_.set, most, options_.numeric_class});
  if (!claimed) return seat_.lose();
  std::move(claimed->begin(), claimed->end(), std::back_inserter(claimed_));
}

Assignment Session::begin(ClaimedTrial claimed) {
  {
    const std::scoped_lock lock(telling_);
    options_.on_claimed(claimed);
  }
  Assignment assignment = assignment_of(options_.definition, claimed.trial.key, claimed.trial.epochs);
  if (auto& checkpoint = claimed.checkpoint)
    assignment.state = state_from_bytes(checkpoint->state, std::move(checkpoint->curve));
  claimed.checkpoint.reset();  // its arrays are needed once
  const std::scoped_lock lock(mutex_);
  assignment.ticket = ++tickets_;
  training_.emplace(assignment.ticket, std::move(claimed));
  return assignment;
}

void Session::advanced(std::uint64_t samples, double seconds) {
  {
    const std::scoped_lock lock(mutex_);
    const double before = longest_seconds();
    thread_seconds_[std::this_thread::get_id()] += seconds;
    seat_.add_work({longest_seconds() - before, samples});
  }
  const std::scoped_lock lock(telling_);
  options_.on_advanced(samples);
}

/// Training seconds of the busiest thread so far: the wall time spent training, evaluation left out.
double Session::longest_seconds() const {
  double longest = 0;
  for (const auto& [thread, seconds] : thread_seconds_) longest = std::max(longest, seconds);
  return longest;
}

void Session::finished(Outcome outcome) {
  TrialRecord record;
  {
    const std::scoped_lock lock(mutex_);
    const ClaimedTrial& claimed = training_.at(outcome.ticket);
    record.key = claimed.trial.key;
    record.times.started_unix_millis = claimed.started_unix_millis;
    record.times.attempts = claimed.attempt;
  }
  writer_.forget(record.key);
  if (seat_.gone()) return;
  record.curve = std::move(outcome.curve);
  record.numeric_class = options_.numeric_class;
  record.samples_trained = outcome.samples_trained;
  record.times.finished_unix_millis = options_.clock->unix_millis();
  record.times.seconds = outcome.seconds;
  record.times.host = host_;
  FinalState state{{}, options_.state_bytes};
  if (outcome.state) state.bytes = to_bytes(*std::exchange(outcome.state, std::nullopt));
  if (!store_.finish_trial(seat_.id(), record, outcome.weights, state)) return seat_.lose();
  {
    const std::scoped_lock lock(mutex_);
    training_.erase(outcome.ticket);
  }
  const std::scoped_lock lock(telling_);
  options_.on_finished(record);
}

bool Session::stop_requested() const {
  return options_.stop->load(std::memory_order_relaxed) || seat_.gone();
}

bool Session::checkpoint_due(double seconds) const { return seconds >= options_.checkpoint_seconds; }

void Session::checkpoint(Pause trial) {
  if (seat_.gone()) return;
  std::map<TrialKey, TrialState> states;
  {
    const std::scoped_lock lock(mutex_);
    states.emplace(training_.at(trial.ticket).trial.key, std::move(trial.state));
  }
  writer_.put(std::move(states));
}

void Session::close() { writer_.flush(); }

}  // namespace etalon
