#include "etalon/training/crew.h"

#include <algorithm>
#include <thread>

namespace etalon {
namespace {

/// Tells the processor that this thread only looks.
void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Returns when `value` is no longer `old`. Phases are short: it looks for a while before it sleeps.
void wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  for (int look = 0; look < 20000; ++look) {
    if (value.load(std::memory_order_acquire) != old) return;
    if (look % 64 == 63)
      std::this_thread::yield();
    else
      pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

void Crew::run(const std::function<void(const Member&)>& job) {
  std::uint32_t members = 0;
  {
    const std::scoped_lock lock(mutex_);
    members = members_ = help_ == Help::always ? 1 + joined_ : size_.next(1 + joined_);
    job_ = &job;
    if (members > 1) jobs_.fetch_add(1, std::memory_order_release);
  }
  if (members == 1) return job({});
  jobs_.notify_all();
  job({0, members, meet, this});
  wait_for_all();
}

void Crew::count_training(double seconds) {
  const std::scoped_lock lock(mutex_);
  training_seconds_ += seconds;
  if (help_ == Help::always) return;
  size_.step(members_, seconds);
  const std::uint32_t paying = size_.next(1 + joined_);
  if (size_.may_grow() || paying == 1 + joined_) return;
  joined_ = paying - 1;
  job_ = nullptr;  // the others wake up, too
  jobs_.fetch_add(1, std::memory_order_release);
  jobs_.notify_all();
}

void Crew::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    jobs_.fetch_add(1, std::memory_order_release);
  }
  jobs_.notify_all();
}

double Crew::serve() {
  Member self;
  std::uint32_t seen = 0;
  double before = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (closed_ || 1 + joined_ >= most_ || !size_.may_grow()) return 0;
    self = {++joined_, 0, meet, this};
    seen = jobs_.load();
    before = training_seconds_;
  }
  for (;;) {
    wait_for_change(jobs_, seen);
    const std::function<void(const Member&)>* job = nullptr;
    {
      const std::scoped_lock lock(mutex_);
      seen = jobs_.load();
      if (closed_ || self.index > joined_) return training_seconds_ - before;
      self.count = members_;
      job = job_;
    }
    if (!job || self.index >= self.count) continue;  // it can do without this one
    (*job)(self);
    wait_for_all();
  }
}

std::uint32_t Crew::members() const {
  const std::scoped_lock lock(mutex_);
  return 1 + joined_;
}

bool Crew::has_room() const {
  const std::scoped_lock lock(mutex_);
  return !closed_ && 1 + joined_ < most_ && size_.may_grow();
}

void Crew::meet(void* crew) { static_cast<Crew*>(crew)->wait_for_all(); }

void Crew::wait_for_all() {
  const std::uint32_t meeting = meetings_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == members_) {
    arrived_.store(0, std::memory_order_relaxed);
    meetings_.fetch_add(1, std::memory_order_release);
    meetings_.notify_all();
  } else {
    wait_for_change(meetings_, meeting);
  }
}

std::shared_ptr<Crew> CrewBoard::open(std::uint32_t most) {
  auto crew = std::make_shared<Crew>(most, Help::where_it_pays);
  const std::scoped_lock lock(mutex_);
  crews_.push_back(crew);
  return crew;
}

void CrewBoard::close(const std::shared_ptr<Crew>& crew) {
  {
    const std::scoped_lock lock(mutex_);
    std::erase(crews_, crew);
  }
  crew->close();
}

std::shared_ptr<Crew> CrewBoard::neediest() const {
  const std::scoped_lock lock(mutex_);
  std::shared_ptr<Crew> found;
  for (const auto& crew : crews_)
    if (crew->has_room() && (!found || crew->members() < found->members())) found = crew;
  return found;
}

}  // namespace etalon
