#include <algorithm>
#include <mutex>

#include "etalon/storage/complaints.h"
#include "etalon/storage/study_store.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

/// Counts what passes.
class Progress final : public StudyReceiver {
 public:
  Progress(StudyReceiver& next, const std::function<void(std::uint32_t, std::uint32_t)>& tell)
      : next_(next), tell_(tell) {}

  void head(const StudyHead& head) override {
    done_ = 0;
    all_ = head.finished_trials + head.waiting_trials;
    next_.head(head);
  }
  void finished(const TrialRecord& trial, const std::optional<std::vector<float>>& weights,
                const Bytes& state) override {
    next_.finished(trial, weights, state);
    count();
  }
  void waiting(const WaitingTrial& trial) override {
    next_.waiting(trial);
    count();
  }

 private:
  void count() {
    ++done_;
    if (tell_) tell_(done_, all_);
  }

  StudyReceiver& next_;
  const std::function<void(std::uint32_t, std::uint32_t)>& tell_;
  std::uint32_t done_ = 0, all_ = 0;
};

}  // namespace

void copy_study(StudyStore& from, StudyStore& to, const std::string& name,
                const std::function<void(std::uint32_t, std::uint32_t)>& progress) {
  require_study_name(name, "study copy");
  for (const WorkerRecord& worker : from.workers(name))
    if (liveness_of(worker.identity.process) != Liveness::dead)
      throw RequestError(study_is_running(name, worker.identity.process));
  // Asked before, since a store that receives from itself would wait for itself.
  const auto there = to.list_studies();
  if (std::any_of(there.begin(), there.end(), [&](const auto& study) { return study.name == name; }))
    throw RequestError(study_there_already(name));
  // Two copies at once, one from A to B and one back, would wait for each other: each holds one and wants
  // both.
  static std::mutex turn;
  const std::lock_guard mine(turn);
  to.receive_study([&](StudyReceiver& receiver) {
    Progress counted(receiver, progress);
    from.send_study(name, counted);
  });
}

}  // namespace etalon
