#include "etalon/running/ticker.h"

#include <chrono>
#include <exception>
#include <utility>

namespace etalon {

Ticker::Ticker(double seconds, std::function<void()> tick)
    : seconds_(seconds), tick_(std::move(tick)), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Ticker::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::duration<double>(seconds_), [this] { return over_; })) {
    lock.unlock();
    try {
      tick_();
    } catch (const std::exception&) {  // a store that is away; whoever needs its answer hears of it
    }
    lock.lock();
  }
}

}  // namespace etalon
