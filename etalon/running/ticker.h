/// Does something every so often, on a thread of its own, for as long as it lives.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace etalon {

class Ticker {
 public:
  /// Calls `tick` first after `seconds`. What it throws is dropped: the next tick tries again.
  Ticker(double seconds, std::function<void()> tick);
  ~Ticker();  ///< waits for a tick that runs
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void run();

  const double seconds_;
  const std::function<void()> tick_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace etalon
