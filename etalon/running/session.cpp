#include "etalon/running/session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "etalon/storage/process.h"

namespace etalon {
namespace {

/// Between two looks for a single trial: lanes fall free more often than trials come back to the queue.
constexpr double seconds_between_looks = 1.0;

std::uint64_t divided(std::uint64_t whole, std::uint64_t parts) { return (whole + parts - 1) / parts; }

}  // namespace

Session::Session(StudyStore& store, Seat& seat, Options options)
    : store_(store),
      seat_(seat),
      options_(std::move(options)),
      host_(this_process().host),
      looked_in_vain_(-std::numeric_limits<double>::infinity()),
      writer_(store, seat, options_.numeric_class) {}

std::vector<Assignment> Session::next_pack(std::uint32_t most) {
  const std::scoped_lock lock(claiming_);
  if (stop_requested()) return {};
  const std::uint32_t share = share_of(most);
  return share == 0 ? std::vector<Assignment>{} : claim(share, false);
}

/// The last trials are divided among the workers, and fill no more packs of each than they must, evenly:
/// threads without a pack help those with one.
std::uint32_t Session::share_of(std::uint32_t most) {
  const std::vector<std::uint32_t> waiting = store_.queue(options_.study).waiting;
  const std::uint64_t left = options_.set < waiting.size() ? waiting[options_.set] : 0;
  if (left == 0) return 0;
  const std::uint64_t workers = std::max<std::size_t>(1, store_.workers(options_.study).size());
  if (left >= workers * options_.threads * most) return most;
  const std::uint64_t mine = divided(left, workers);
  return static_cast<std::uint32_t>(divided(mine, divided(mine, most)));
}

std::optional<Assignment> Session::next() {
  if (stop_requested()) return std::nullopt;
  if (options_.clock->steady_seconds() - looked_in_vain_ < seconds_between_looks) return std::nullopt;
  std::vector<Assignment> one = claim(1, true);
  if (one.empty()) return std::nullopt;
  return std::move(one.front());
}

std::vector<Assignment> Session::claim(std::uint32_t most, bool at_epoch_start) {
  auto claimed = store_.claim(
      {seat_.id(), seat_.next_claim(), options_.set, most, options_.numeric_class, at_epoch_start});
  if (!claimed) {
    seat_.lose();
    return {};
  }
  if (claimed->empty()) looked_in_vain_ = options_.clock->steady_seconds();
  std::vector<Assignment> assignments;
  for (ClaimedTrial& trial : *claimed) assignments.push_back(board(std::move(trial)));
  return assignments;
}

Assignment Session::board(ClaimedTrial claimed) {
  {
    const std::scoped_lock lock(telling_);
    options_.on_claimed(claimed);
  }
  Assignment assignment;
  assignment.eta = claimed.trial.key.setting.eta;
  assignment.seed_index = claimed.trial.key.seed_index;
  assignment.epochs = claimed.trial.epochs;
  if (auto& checkpoint = claimed.checkpoint)
    assignment.state = state_from_bytes(checkpoint->state, std::move(checkpoint->curve));
  claimed.checkpoint.reset();  // its arrays are needed once
  const std::scoped_lock lock(mutex_);
  assignment.ticket = ++tickets_;
  riding_.emplace(assignment.ticket, std::move(claimed));
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
    const ClaimedTrial& claimed = riding_.at(outcome.ticket);
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
  if (!store_.finish_trial(seat_.id(), record, outcome.weights)) return seat_.lose();
  {
    const std::scoped_lock lock(mutex_);
    riding_.erase(outcome.ticket);
  }
  const std::scoped_lock lock(telling_);
  options_.on_finished(record);
}

bool Session::stop_requested() const {
  return options_.stop->load(std::memory_order_relaxed) || seat_.gone();
}

bool Session::checkpoint_due(double seconds) const { return seconds >= options_.checkpoint_seconds; }

void Session::checkpoint(std::vector<Pause> riders) {
  if (seat_.gone()) return;
  std::map<TrialKey, TrialState> states;
  {
    const std::scoped_lock lock(mutex_);
    for (Pause& rider : riders) states.emplace(riding_.at(rider.ticket).trial.key, std::move(rider.state));
  }
  writer_.put(std::move(states));
}

void Session::close() { writer_.flush(); }

}  // namespace etalon
