#include "etalon/storage/memory_store.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "etalon/storage/complaints.h"
#include "etalon/storage/curve_bytes.h"

namespace etalon {
namespace {

struct StoredStudy {
  StudySnapshot study;  ///< its trials are in `trials`
  std::map<TrialKey, TrialRecord> trials;
  std::map<TrialKey, std::vector<float>> weights;
  std::int64_t changed_unix_millis = 0;
};

struct HeldStudies {
  std::mutex mutex;
  std::set<std::string> names;
};

class MemoryLock final : public StudyLock {
 public:
  MemoryLock(std::shared_ptr<HeldStudies> held, std::string name)
      : held_(std::move(held)), name_(std::move(name)) {}
  ~MemoryLock() override {
    const std::lock_guard guard(held_->mutex);
    held_->names.erase(name_);
  }

 private:
  std::shared_ptr<HeldStudies> held_;
  std::string name_;
};

class MemoryStore final : public StudyStore {
 public:
  explicit MemoryStore(const Clock& clock) : clock_(clock) {}

  std::vector<StudySummary> list_studies() override {
    const std::lock_guard guard(mutex_);
    std::vector<StudySummary> summaries;
    for (const auto& [name, stored] : studies_)
      summaries.push_back({name, static_cast<std::uint32_t>(stored.trials.size()),
                           stored.study.planned_trials, stored.changed_unix_millis});
    return summaries;
  }

  std::optional<StudySnapshot> load_study(const std::string& name) override {
    const std::lock_guard guard(mutex_);
    const auto found = studies_.find(name);
    if (found == studies_.end()) return std::nullopt;
    StudySnapshot study = found->second.study;
    for (const auto& [key, trial] : found->second.trials) study.trials.push_back(trial);
    return study;
  }

  void save_study(const StudySnapshot& study) override {
    const std::lock_guard guard(mutex_);
    const auto found = studies_.find(study.name);
    if (found != studies_.end() && found->second.study.definition != study.definition)
      throw RequestError(other_definition(study.name, found->second.study.definition, study.definition));
    StudySnapshot copy = study;
    copy.trials.clear();
    copy.tests = found == studies_.end() ? std::vector<TestResult>{} : found->second.study.tests;
    StoredStudy& stored = studies_[study.name];
    stored.study = std::move(copy);
    stored.changed_unix_millis = clock_.unix_millis();
  }

  void add_trial(const std::string& study, const TrialRecord& trial,
                 std::span<const float> weights) override {
    const std::lock_guard guard(mutex_);
    setting_key(trial.key.setting);  // refuses what no store can keep
    StoredStudy& stored = find(study);
    std::vector<float> copy(weights.begin(), weights.end());
    if (!stored.trials.emplace(trial.key, trial).second) throw Failure(trial_there_already(study, trial.key));
    stored.weights.emplace(trial.key, std::move(copy));
    stored.changed_unix_millis = clock_.unix_millis();
  }

  std::optional<std::vector<float>> load_weights(const std::string& study, const TrialKey& key) override {
    const std::lock_guard guard(mutex_);
    const auto stored = studies_.find(study);
    if (stored == studies_.end()) return std::nullopt;
    const auto found = stored->second.weights.find(key);
    if (found == stored->second.weights.end()) return std::nullopt;
    return found->second;
  }

  void conclude(const std::string& study, const std::vector<TestResult>& tests, const StudyTimes& times,
                const std::vector<TrialKey>& keep) override {
    const std::lock_guard guard(mutex_);
    StoredStudy& stored = find(study);
    stored.study.tests = tests;
    stored.study.times = times;
    std::erase_if(stored.weights, [&](const auto& entry) {
      return std::find(keep.begin(), keep.end(), entry.first) == keep.end();
    });
    stored.changed_unix_millis = clock_.unix_millis();
  }

  std::unique_ptr<StudyLock> lock_study(const std::string& name) override {
    const std::lock_guard guard(held_->mutex);
    if (!held_->names.insert(name).second) throw RequestError(study_is_running(name, this_process()));
    return std::make_unique<MemoryLock>(held_, name);
  }

 private:
  StoredStudy& find(const std::string& study) {
    const auto found = studies_.find(study);
    if (found == studies_.end()) throw Failure(no_such_study(study));
    return found->second;
  }

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, StoredStudy> studies_;
  std::shared_ptr<HeldStudies> held_ = std::make_shared<HeldStudies>();
};

}  // namespace

std::unique_ptr<StudyStore> make_memory_store(const Clock& clock) {
  return std::make_unique<MemoryStore>(clock);
}

}  // namespace etalon
