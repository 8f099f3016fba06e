/// A store in front of another: a test hears of every call first, and may act or throw in its place.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "etalon/storage/study_store.h"

namespace etalon {

/// `before` is called from any thread.
class ForwardingStore : public StudyStore {
 public:
  explicit ForwardingStore(StudyStore& store) : store_(store) {}
  std::function<void(const std::string& call)> before = [](const std::string&) {};

  void enlist(const std::string& study, const WorkerIdentity& worker) override {
    reach("enlist").enlist(study, worker);
  }
  bool beat(std::uint64_t worker, const WorkDone& done) override { return reach("beat").beat(worker, done); }
  std::vector<WorkerRecord> workers(const std::string& study) override {
    return reach("workers").workers(study);
  }
  bool dismiss(std::uint64_t worker, std::optional<std::uint64_t> beats) override {
    return reach("dismiss").dismiss(worker, beats);
  }
  bool take_strategist(std::uint64_t worker) override {
    return reach("take_strategist").take_strategist(worker);
  }

  std::vector<StudySummary> list_studies() override { return reach("list_studies").list_studies(); }
  std::optional<StudySnapshot> load_study(const std::string& name) override {
    return reach("load_study").load_study(name);
  }
  std::optional<StudySnapshot> load_head(const std::string& name) override {
    return reach("load_head").load_head(name);
  }
  bool save_study(const StudySnapshot& study) override { return reach("save_study").save_study(study); }
  void delete_study(const std::string& name) override { reach("delete_study").delete_study(name); }
  bool conclude(const std::string& study, const std::vector<TestResult>& tests, std::int64_t finished,
                const std::vector<TrialKey>& keep) override {
    return reach("conclude").conclude(study, tests, finished, keep);
  }
  std::uint64_t size_bytes() override { return reach("size_bytes").size_bytes(); }
  void plan_trials(const std::string& study, std::span<const PlannedTrial> trials) override {
    reach("plan_trials").plan_trials(study, trials);
  }
  QueueState queue(const std::string& study) override { return reach("queue").queue(study); }
  std::vector<RunningTrial> running_trials(const std::string& study) override {
    return reach("running_trials").running_trials(study);
  }
  std::optional<std::vector<ClaimedTrial>> claim(const Claim& claim) override {
    return reach("claim").claim(claim);
  }
  bool save_checkpoints(std::uint64_t worker, std::span<const TrialCheckpoint> checkpoints) override {
    return reach("save_checkpoints").save_checkpoints(worker, checkpoints);
  }
  bool finish_trial(std::uint64_t worker, const TrialRecord& trial, std::span<const float> weights,
                    const FinalState& state) override {
    return reach("finish_trial").finish_trial(worker, trial, weights, state);
  }
  std::vector<TrialRecord> trials_after(const std::string& study, std::uint32_t number) override {
    return reach("trials_after").trials_after(study, number);
  }
  void drop_states(const std::string& study, const std::vector<TrialKey>& keep,
                   std::uint64_t most_bytes) override {
    return reach("drop_states").drop_states(study, keep, most_bytes);
  }
  std::optional<std::vector<float>> load_weights(const std::string& study, const TrialKey& key) override {
    return reach("load_weights").load_weights(study, key);
  }
  void send_study(const std::string& name, StudyReceiver& receiver) override {
    reach("send_study").send_study(name, receiver);
  }
  void receive_study(const std::function<void(StudyReceiver&)>& sender) override {
    reach("receive_study").receive_study(sender);
  }

 private:
  StudyStore& reach(const char* call) {
    before(call);
    return store_;
  }
  StudyStore& store_;
};

}  // namespace etalon
