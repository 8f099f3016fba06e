#include "etalon/running/session.h"

#include <algorithm>
#include <utility>

namespace etalon {

Session::Session(std::vector<TrialKey> trials, Options options)
    : trials_(std::move(trials)), options_(std::move(options)), started_unix_millis_(trials_.size()) {}

Assignment Session::hand_out() {
  const std::size_t trial = handed_out_++;
  started_unix_millis_[trial] = options_.clock->unix_millis();
  return {trial, trials_[trial].setting.eta, trials_[trial].seed_index, options_.epochs};
}

std::vector<Assignment> Session::next_pack(std::uint32_t most) {
  const std::scoped_lock lock(mutex_);
  const std::size_t left = trials_.size() - handed_out_;
  // The last trials fill no more packs than they must, evenly: threads without a pack help those with one.
  if (!last_share_ && left > 0 && left < std::size_t{most} * options_.threads) {
    const std::size_t packs = (left + most - 1) / most;
    last_share_ = static_cast<std::uint32_t>((left + packs - 1) / packs);
  }
  const std::size_t count = std::min<std::size_t>({left, most, last_share_.value_or(most)});
  std::vector<Assignment> pack;
  for (std::size_t i = 0; i < count; ++i) pack.push_back(hand_out());
  return pack;
}

std::optional<Assignment> Session::next() {
  const std::scoped_lock lock(mutex_);
  if (handed_out_ == trials_.size()) return std::nullopt;
  return hand_out();
}

void Session::epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) {}

void Session::advanced(std::uint64_t samples, double seconds) {
  const std::scoped_lock lock(mutex_);
  thread_seconds_[std::this_thread::get_id()] += seconds;
  options_.on_advanced(samples, longest_seconds());
}

void Session::finished(Outcome outcome) {
  const std::scoped_lock lock(mutex_);
  TrialRecord record;
  record.key = trials_.at(outcome.ticket);
  record.curve = std::move(outcome.curve);
  record.numeric_class = options_.numeric_class;
  record.samples_trained = outcome.samples_trained;
  record.times = {started_unix_millis_[outcome.ticket], options_.clock->unix_millis(), outcome.seconds};
  options_.on_finished(record, outcome.weights);
  ++handed_back_;
}

bool Session::stop_requested() const { return options_.stop->load(std::memory_order_relaxed); }

bool Session::complete() const {
  const std::scoped_lock lock(mutex_);
  return handed_back_ == trials_.size();
}

double Session::training_seconds() const {
  const std::scoped_lock lock(mutex_);
  return longest_seconds();
}

double Session::longest_seconds() const {
  double longest = 0;
  for (const auto& [thread, seconds] : thread_seconds_) longest = std::max(longest, seconds);
  return longest;
}

}  // namespace etalon
