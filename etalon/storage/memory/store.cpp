#include "etalon/storage/memory/store.h"

#include <map>
#include <mutex>

#include "etalon/storage/complaints.h"
#include "etalon/storage/memory/study.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

/// Builds the study that is sent.
class Receiver final : public StudyReceiver {
 public:
  explicit Receiver(std::int64_t now_unix_millis) : now_unix_millis_(now_unix_millis) {}

  void head(const StudyHead& head) override {
    name_ = head.study.name;
    study_.emplace(head.study, now_unix_millis_);
    study_->restore(head);
  }
  void finished(const TrialRecord& trial, const std::optional<std::vector<float>>& weights,
                const Bytes& state) override {
    study_->add_finished(0, trial, weights, state);
  }
  void waiting(const WaitingTrial& trial) override { study_->add_waiting(trial); }

  const std::string& name() const { return name_; }
  MemoryStudy take() { return std::move(study_.value()); }

 private:
  std::int64_t now_unix_millis_;
  std::string name_;
  std::optional<MemoryStudy> study_;
};

class MemoryStore final : public StudyStore {
 public:
  explicit MemoryStore(const Clock& clock) : clock_(clock) {}

  std::vector<StudySummary> list_studies() override {
    const std::lock_guard guard(mutex_);
    std::vector<StudySummary> summaries;
    for (const auto& [name, study] : studies_) summaries.push_back(study.summary());
    return summaries;
  }

  std::optional<StudySnapshot> load_study(const std::string& name) override {
    const std::lock_guard guard(mutex_);
    const auto found = studies_.find(name);
    if (found == studies_.end()) return std::nullopt;
    return found->second.snapshot();
  }

  std::optional<StudySnapshot> load_head(const std::string& name) override {
    const std::lock_guard guard(mutex_);
    const auto found = studies_.find(name);
    if (found == studies_.end()) return std::nullopt;
    return found->second.head();
  }

  bool save_study(const StudySnapshot& study) override {
    const std::lock_guard guard(mutex_);
    const auto found = studies_.find(study.name);
    if (found == studies_.end()) {
      if (study.revision != 0) return false;
      require_study_name(study.name, "study");
      studies_.emplace(study.name, MemoryStudy(study, clock_.unix_millis()));
      return true;
    }
    if (const auto stored = found->second.head().definition; stored != study.definition)
      throw RequestError(other_definition(study.name, stored, study.definition));
    if (!found->second.save(study)) return false;
    found->second.touch(clock_.unix_millis());
    return true;
  }

  void delete_study(const std::string& name) override {
    const std::lock_guard guard(mutex_);
    if (studies_.erase(name) == 0) throw Failure(no_such_study(name));
  }

  bool conclude(const std::string& study, const std::vector<TestResult>& tests,
                std::int64_t finished_unix_millis, const std::vector<TrialKey>& keep) override {
    const std::lock_guard guard(mutex_);
    if (!find(study).conclude(tests, finished_unix_millis, keep)) return false;
    find(study).touch(clock_.unix_millis());
    return true;
  }

  std::uint64_t size_bytes() override { return 0; }

  void plan_trials(const std::string& study, std::span<const PlannedTrial> trials) override {
    const std::lock_guard guard(mutex_);
    find(study).plan(trials, clock_.unix_millis());
  }

  QueueState queue(const std::string& study) override {
    const std::lock_guard guard(mutex_);
    return find(study).queue();
  }

  std::vector<RunningTrial> running_trials(const std::string& study) override {
    const std::lock_guard guard(mutex_);
    return find(study).running();
  }

  void enlist(const std::string& study, const WorkerIdentity& worker) override {
    const std::lock_guard guard(mutex_);
    find(study).enlist(worker, clock_.unix_millis());
  }

  bool beat(std::uint64_t worker, const WorkDone& done) override {
    const std::lock_guard guard(mutex_);
    MemoryStudy* study = study_of(worker);
    if (study) study->beat(worker, done, clock_.unix_millis());
    return study != nullptr;
  }

  std::vector<WorkerRecord> workers(const std::string& study) override {
    const std::lock_guard guard(mutex_);
    return find(study).workers();
  }

  bool dismiss(std::uint64_t worker, std::optional<std::uint64_t> beats) override {
    const std::lock_guard guard(mutex_);
    MemoryStudy* study = study_of(worker);
    if (!study || !study->dismiss(worker, beats)) return false;
    study->touch(clock_.unix_millis());
    return true;
  }

  bool take_strategist(std::uint64_t worker) override {
    const std::lock_guard guard(mutex_);
    MemoryStudy* study = study_of(worker);
    return study && study->take_strategist(worker);
  }

  std::optional<std::vector<ClaimedTrial>> claim(const Claim& claim) override {
    const std::lock_guard guard(mutex_);
    MemoryStudy* study = study_of(claim.worker);
    if (!study) return std::nullopt;
    return study->claim(claim, clock_.unix_millis());
  }

  bool save_checkpoints(std::uint64_t worker, std::span<const TrialCheckpoint> checkpoints) override {
    const std::lock_guard guard(mutex_);
    MemoryStudy* study = study_of(worker);
    if (study) study->save_checkpoints(worker, checkpoints);
    return study != nullptr;
  }

  bool finish_trial(std::uint64_t worker, const TrialRecord& trial, std::span<const float> weights,
                    const FinalState& state) override {
    const std::lock_guard guard(mutex_);
    MemoryStudy* study = study_of(worker);
    return study && study->finish(worker, trial, weights, state, clock_.unix_millis());
  }

  std::vector<TrialRecord> trials_after(const std::string& study, std::uint32_t number) override {
    const std::lock_guard guard(mutex_);
    return find(study).trials_after(number);
  }

  void drop_states(const std::string& study, const std::vector<TrialKey>& keep,
                   std::uint64_t most_bytes) override {
    const std::lock_guard guard(mutex_);
    find(study).drop_states(keep, most_bytes);
  }

  std::optional<std::vector<float>> load_weights(const std::string& study, const TrialKey& key) override {
    const std::lock_guard guard(mutex_);
    const auto found = studies_.find(study);
    if (found == studies_.end()) return std::nullopt;
    return found->second.weights(key);
  }

  void send_study(const std::string& name, StudyReceiver& receiver) override {
    std::unique_lock guard(mutex_);
    const MemoryStudy copy = find(name);
    guard.unlock();
    copy.send(receiver);
  }

  void receive_study(const std::function<void(StudyReceiver&)>& sender) override {
    Receiver receiver(clock_.unix_millis());
    sender(receiver);
    const std::lock_guard guard(mutex_);
    if (studies_.contains(receiver.name())) throw RequestError(study_there_already(receiver.name()));
    studies_.emplace(receiver.name(), receiver.take());
  }

 private:
  MemoryStudy& find(const std::string& study) {
    const auto found = studies_.find(study);
    if (found == studies_.end()) throw Failure(no_such_study(study));
    return found->second;
  }

  MemoryStudy* study_of(std::uint64_t worker) {
    for (auto& [name, study] : studies_)
      if (study.has_seat(worker)) return &study;
    return nullptr;
  }

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, MemoryStudy> studies_;
};

}  // namespace

std::unique_ptr<StudyStore> make_memory_store(const Clock& clock) {
  return std::make_unique<MemoryStore>(clock);
}

}  // namespace etalon
