#include "etalon/storage/backoff.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>
#include <utility>

namespace etalon {

void sleep_for_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

Backoff::Backoff(const Patience& patience, const Clock& clock, Sleeper sleep)
    : patience_(patience),
      clock_(clock),
      sleep_(std::move(sleep)),
      jitter_({.study_seed = std::random_device{}(), .purpose = Purpose::resampling}) {}

double Backoff::seconds() const { return attempts_ == 0 ? 0 : clock_.steady_seconds() - began_; }

bool Backoff::wait() {
  const auto seconds = next_wait();
  if (seconds) sleep_(*seconds);
  return seconds.has_value();
}

std::optional<double> Backoff::next_wait() {
  if (attempts_++ == 0) began_ = clock_.steady_seconds();
  const double left = patience_.seconds - seconds();
  if (left <= 0) return std::nullopt;
  const double doublings = std::min(attempts_ - 1, 30u);
  const double due = std::min(
      patience_.longest_seconds,
      patience_.first_seconds * static_cast<double>(std::uint64_t{1} << static_cast<unsigned>(doublings)));
  return std::min(left, due * jitter_.uniform(0.5, 1));
}

}  // namespace etalon
