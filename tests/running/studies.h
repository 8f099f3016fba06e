/// Studies that train in a tenth of a second, and an observer that remembers.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "etalon/running/study_runner.h"

namespace etalon {

/// A grid of 2 x 2 settings and 2 seeds.
inline StudyRequest small_request() {
  StudyRequest request;
  request.sets = {"shapes"};
  request.network.name.clear();
  request.network.layers = {"conv 3 5x5 stride 2", "relu", "maxpool 2", "dense 10"};
  request.samples = 256;
  request.validation = 128;
  request.batch = 32;
  request.plan.space.values = {{0.01, 0.1}, {0.01, 0.1}};
  request.plan.strategy = "grid";
  request.plan.seeds = 2;
  request.command = "first command";
  return request;
}

/// Calls come one at a time, so it locks nothing.
class Recorder final : public StudyObserver {
 public:
  void study_opened(const StudySnapshot& study) override {
    finished_before = study.trials.size();
    trials.clear();
  }
  void memory_needed(const StudyMemory& memory) override { memories.push_back(memory); }
  void plan_grew(std::uint32_t planned_trials) override {
    planned = planned_trials;
    most_planned = std::max(most_planned, planned_trials);
  }
  void set_started(std::uint32_t, std::uint32_t) override { ++sets; }
  void advanced(std::uint64_t samples, double share) override {
    samples_seen += samples;
    last_share = share;
  }
  void trial_finished(const TrialRecord& trial, double accuracy, bool) override {
    EXPECT_TRUE(trials.insert(trial.key).second) << "told twice";
    EXPECT_GE(accuracy, 0.0);
    EXPECT_LE(accuracy, 1.0);
    if (stop_after && trials.size() >= stop_after) stop->store(true);
  }
  void note(const std::string& text) override { notes.push_back(text); }
  void concluding() override { ++conclusions; }

  std::size_t finished_before = 0, sets = 0, conclusions = 0, stop_after = 0;
  std::uint32_t planned = 0, most_planned = 0;
  std::uint64_t samples_seen = 0;
  std::vector<StudyMemory> memories;
  double last_share = 0;
  std::set<TrialKey> trials;
  std::vector<std::string> notes;
  std::atomic<bool>* stop = nullptr;
};

inline StudyEnd run(const StudyRequest& request, StudyStore& store, Recorder& recorder,
                    std::size_t stop_after = 0, const WorkOptions& options = {}) {
  std::atomic<bool> stop{false};
  recorder.stop = &stop;
  recorder.stop_after = stop_after;
  return PreparedStudy(request).run(store, recorder, stop, options);
}

/// The one study of a store.
inline StudySnapshot stored(StudyStore& store) { return *store.load_study(store.list_studies().at(0).name); }

/// Two studies have the same trials, bit for bit, the same test results and the same plan.
inline void expect_same_results(const StudySnapshot& a, const StudySnapshot& b) {
  EXPECT_EQ(a.planned_trials, b.planned_trials);
  EXPECT_EQ(a.plan, b.plan);
  ASSERT_EQ(a.trials.size(), b.trials.size());
  for (std::size_t i = 0; i < a.trials.size(); ++i) {
    EXPECT_EQ(a.trials[i].key, b.trials[i].key);
    EXPECT_TRUE(same_bits(a.trials[i].curve, b.trials[i].curve)) << i;
    EXPECT_EQ(a.trials[i].samples_trained, b.trials[i].samples_trained) << i;
  }
  ASSERT_EQ(a.tests.size(), b.tests.size());
  for (std::size_t i = 0; i < a.tests.size(); ++i) {
    EXPECT_EQ(a.tests[i].key, b.tests[i].key);
    EXPECT_EQ(a.tests[i].loss, b.tests[i].loss);
    EXPECT_EQ(a.tests[i].accuracy, b.tests[i].accuracy);
  }
}

/// Proposes the plan's grid, and in a second round, with one seed, settings between the best of all sets and
/// its neighbours: a function of the first round's results. In a third it does so again.
class ZoomingStrategy final : public Strategy {
 public:
  ZoomingStrategy(const StudyPlan& plan, const SearchTask& task) : task_(task) {
    for (std::uint32_t seed = 0; seed < plan.seeds; ++seed)
      for (const Setting& setting : all_settings(plan.space)) propose(setting, seed);
  }
  std::vector<Proposal> suggest() override { return next_; }
  void learn(const std::vector<Result>& results) override {
    next_.clear();
    if (++round_ == 3) return;
    std::map<Setting, double> sums;
    for (const Result& result : results) sums[result.proposal.setting] += result.accuracy;
    auto best = sums.begin();
    for (auto one = sums.begin(); one != sums.end(); ++one)
      if (one->second > best->second) best = one;
    for (const double factor : {0.7, 0.9, 1.1}) {
      Setting setting = best->first;
      setting.values[0] *= factor / round_;
      propose(setting, 0);
    }
  }

 private:
  void propose(const Setting& setting, std::uint32_t seed) {
    for (std::uint32_t set = 0; set < task_.sets.size(); ++set)
      next_.push_back({set, setting, seed, task_.epochs});
  }

  SearchTask task_;
  std::vector<Proposal> next_;
  int round_ = 0;
};

inline std::unique_ptr<Strategy> make_zooming(const StudyPlan& plan, const SearchTask& task) {
  return std::make_unique<ZoomingStrategy>(plan, task);
}

}  // namespace etalon
