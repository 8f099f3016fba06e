/// The threads that train one trial together: its leader, and others that have nothing else to do.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "etalon/nn/network_plan.h"
#include "etalon/training/crew_size.h"

namespace etalon {

/// When whoever joins a crew takes part.
enum class Help : std::uint8_t { always, where_it_pays };

/// One trial's crew. The leader runs jobs; whoever joins takes part in jobs that begin after that.
class Crew {
 public:
  /// `most`: members at once, the leader among them.
  explicit Crew(std::uint32_t most, Help help = Help::always) : most_(most), help_(help) {}

  /// Leader: runs `job` as every member at once and returns when all have done. Jobs don't throw.
  void run(const std::function<void(const Member&)>& job);
  /// Leader: the last job was a step of training that took so long. Adds to the time that those who serve read off,
  /// and tells whether they pay; who does not is sent away.
  void count_training(double seconds);
  /// Leader: sends the others away; no job may follow.
  void close();

  /// Others: takes part until the crew is closed, or does without it. Returns the seconds of training since it joined; at once,
  /// and 0, where the crew is full or closed.
  double serve();
  std::uint32_t members() const;
  bool has_room() const;

 private:
  static void meet(void* crew);
  void wait_for_all();

  const std::uint32_t most_;
  mutable std::mutex mutex_;
  std::uint32_t joined_ = 0;  ///< those who serve
  const Help help_;
  CrewSize size_;
  bool closed_ = false;
  double training_seconds_ = 0;
  const std::function<void(const Member&)>* job_ = nullptr;
  std::atomic<std::uint32_t> members_ = 1;  ///< of the job at hand
  std::atomic<std::uint32_t> jobs_ = 0;

  std::atomic<std::uint32_t> arrived_ = 0, meetings_ = 0;
};

/// The crews at work in one trainer. Thread-safe.
class CrewBoard {
 public:
  std::shared_ptr<Crew> open(std::uint32_t most);
  void close(const std::shared_ptr<Crew>& crew);
  /// The crew with the fewest members that takes one more; nothing if there is none.
  std::shared_ptr<Crew> neediest() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Crew>> crews_;
};

}  // namespace etalon
