#include "etalon/running/checkpoint_writer.h"

#include <utility>

namespace etalon {

CheckpointWriter::CheckpointWriter(StudyStore& store, Seat& seat, std::string numeric_class)
    : store_(store), seat_(seat), numeric_class_(std::move(numeric_class)), thread_([this] { run(); }) {}

CheckpointWriter::~CheckpointWriter() {
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void CheckpointWriter::put(std::map<TrialKey, TrialState>&& states) {
  const std::scoped_lock lock(mutex_);
  throw_failure();
  for (auto& [trial, state] : states) unwritten_.insert_or_assign(trial, std::move(state));
  wake_.notify_all();
}

void CheckpointWriter::forget(const TrialKey& trial) {
  const std::scoped_lock lock(mutex_);
  unwritten_.erase(trial);
}

void CheckpointWriter::flush() {
  std::unique_lock lock(mutex_);
  written_.wait(lock, [this] { return failure_ || (unwritten_.empty() && !writing_); });
  throw_failure();
}

void CheckpointWriter::throw_failure() {
  if (failure_) std::rethrow_exception(failure_);
}

void CheckpointWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return over_ || !unwritten_.empty(); });
    if (unwritten_.empty()) return;
    auto states = std::exchange(unwritten_, {});
    writing_ = true;
    lock.unlock();
    std::exception_ptr failure;
    try {
      write(std::move(states));
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    writing_ = false;
    failure_ = failure;  // once it works again, the older failure is forgotten
    written_.notify_all();
  }
}

void CheckpointWriter::write(std::map<TrialKey, TrialState>&& states) {
  if (seat_.gone()) return;
  std::vector<TrialCheckpoint> checkpoints;
  for (auto& [trial, state] : states) {
    checkpoints.push_back({trial, state.curve, numeric_class_, to_bytes(state)});
    state = {};  // never all of them twice
  }
  if (!store_.save_checkpoints(seat_.id(), checkpoints)) seat_.lose();
}

}  // namespace etalon
