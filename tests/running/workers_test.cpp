/// Law 5 with many workers: whatever happens to them, the trials and every bit are those of one that nothing
/// happened to.

#include <filesystem>
#include <mutex>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "etalon/judging/judge.h"
#include "etalon/running/seat.h"
#include "etalon/storage/open_store.h"
#include "tests/running/forwarding_store.h"
#include "tests/running/studies.h"

namespace etalon {
namespace {

/// 36 trials of 2 epochs.
StudyRequest shared_request(std::uint32_t threads = 1) {
  StudyRequest request = small_request();
  request.plan.space.values = {{0.01, 0.03, 0.1}, {0.01, 0.03, 0.1}};
  request.plan.seeds = 4;
  request.epochs = 2;
  request.threads = threads;
  return request;
}

/// The request's study, worked on until it has concluded by one worker to whom nothing happens.
StudySnapshot undisturbed(const StudyRequest& request) {
  const auto store = open_store("memory:", StoreAccess::create);
  Recorder recorder;
  EXPECT_EQ(run(request, *store, recorder), StudyEnd::concluded);
  return stored(*store);
}

/// A worker that comes back until the study has concluded, however often it is stopped.
class Stubborn {
 public:
  Stubborn(const PreparedStudy& study, StudyStore& store, bool tunes, const WorkOptions& options)
      : thread_([this, &study, &store, tunes, options] {
          StudyEnd end = StudyEnd::interrupted;
          while (end == StudyEnd::interrupted) {
            stop_ = false;
            Recorder recorder;
            end = tunes ? study.run(store, recorder, stop_, options)
                        : study.work(store, recorder, stop_, options);
            if (end != StudyEnd::interrupted) told_ = recorder.trials.size() + recorder.finished_before;
          }
        }) {}
  ~Stubborn() { join(); }

  void stop() { stop_ = true; }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  /// Trials that its last run knows to be finished.
  std::size_t told() const { return told_; }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> told_ = 0;
  std::thread thread_;
};

/// Strikes as the study goes on, however fast that is: at every so many calls that bring something, before
/// the store hears of it. In turns a victim is dismissed and a worker asked to stop.
class Trouble {
 public:
  enum class Victim { who_holds_trials, the_strategist };
  Trouble(StudyStore& store, std::uint32_t calls, Victim victim)
      : store_(store), calls_(calls), victim_(victim) {}

  void before(const std::string& call, const std::function<void(std::size_t)>& stop) {
    if (call != "save_checkpoints" && call != "finish_trial" && call != "plan_trials" && call != "conclude")
      return;
    const std::scoped_lock lock(mutex_);
    if (++seen_ % calls_ != 0) return;
    if (seen_ / calls_ % 2 == 0) return stop(random_());
    std::vector<std::uint64_t> victims;
    for (const WorkerRecord& seat : store_.workers(store_.list_studies().at(0).name))
      if (victim_ == Victim::the_strategist ? seat.strategist : seat.trials > 0)
        victims.push_back(seat.identity.id);
    if (!victims.empty() && store_.dismiss(victims[random_() % victims.size()])) ++dismissals_;
  }
  std::uint32_t dismissals() const { return dismissals_; }

 private:
  StudyStore& store_;
  const std::uint32_t calls_;
  const Victim victim_;
  std::mutex mutex_;
  std::minstd_rand random_{7};
  std::uint32_t seen_ = 0, dismissals_ = 0;
};

/// So many workers of one thread or several, the first of them `tunes`, until the study has concluded. One
/// that idles hears of its dismissal with its next beat, a twelfth of the lease later.
void work_together(StudyStore& store, const StudyRequest& request, std::size_t workers, std::size_t tunes,
                   Trouble* trouble = nullptr) {
  std::vector<std::unique_ptr<PreparedStudy>> prepared;
  for (const std::uint32_t threads : {1u, 3u, 2u}) {
    StudyRequest own = request;
    own.threads = threads;
    prepared.push_back(std::make_unique<PreparedStudy>(own));
  }
  prepared[0]->open(store);
  std::mutex starting;
  std::vector<std::unique_ptr<Stubborn>> all;
  ForwardingStore troubled(store);
  if (trouble)
    troubled.before = [&](const std::string& call) {
      trouble->before(call, [&](std::size_t random) {
        const std::scoped_lock lock(starting);
        all[random % workers]->stop();
      });
    };
  {
    const std::scoped_lock lock(starting);
    for (std::size_t i = 0; i < workers; ++i)
      all.push_back(
          std::make_unique<Stubborn>(*prepared[i % prepared.size()], troubled, i < tunes,
                                     WorkOptions{.checkpoint_seconds = 0.005, .lease_seconds = 12}));
  }
  for (const auto& worker : all) {
    worker->join();
    EXPECT_EQ(worker->told(), stored(store).trials.size());
  }
  EXPECT_TRUE(store.workers(prepared[0]->name()).empty());
}

std::uint32_t most_attempts(const StudySnapshot& study) {
  std::uint32_t most = 0;
  for (const TrialRecord& trial : study.trials) most = std::max(most, trial.times.attempts);
  return most;
}

TEST(Workers, sixteen_train_what_one_trains) {
  const auto store = open_store("memory:", StoreAccess::create);
  work_together(*store, shared_request(0), 16, 1);
  expect_same_results(undisturbed(shared_request(0)), stored(*store));
}

/// Refined, with few trials a round, so that roles change hands between rounds.
StudyRequest racing_request() {
  StudyRequest request = shared_request(0);
  request.plan.strategy = "race";
  request.plan.seeds = 3;
  request.plan.refine = true;
  request.plan.confirmation = 2;
  return request;
}

TEST(Workers, sixteen_run_the_race_that_one_runs) {
  const StudySnapshot alone = undisturbed(racing_request());
  ASSERT_GE(alone.trials.size(), 27u + 2u);
  const auto store = open_store("memory:", StoreAccess::create);
  work_together(*store, racing_request(), 16, 3);
  expect_same_results(alone, stored(*store));
}

TEST(Workers, take_over_a_race_in_any_round) {
  const auto store = open_store("memory:", StoreAccess::create);
  Trouble trouble(*store, 3, Trouble::Victim::the_strategist);
  work_together(*store, racing_request(), 3, 2, &trouble);
  expect_same_results(undisturbed(racing_request()), stored(*store));
  EXPECT_GT(trouble.dismissals(), 0u) << "nobody had to take the role over";
}

TEST(Workers, stopped_and_dismissed_at_random_moments_they_train_the_same) {
  const auto store = open_store("memory:", StoreAccess::create);
  Trouble trouble(*store, 4, Trouble::Victim::who_holds_trials);
  work_together(*store, shared_request(0), 4, 1, &trouble);
  const StudySnapshot study = stored(*store);
  expect_same_results(undisturbed(shared_request(0)), study);
  EXPECT_GT(trouble.dismissals(), 0u);
  EXPECT_GT(most_attempts(study), 1u) << "no trial ever changed hands";
}

TEST(Workers, take_over_the_strategists_role_and_come_to_the_same_rounds) {
  StudyRequest request = shared_request(0);
  request.plan.space.values = {{0.01, 0.1}, {0.03}};
  request.plan.strategy = "zooming";
  request.strategies = make_zooming;
  const StudySnapshot alone = undisturbed(request);
  ASSERT_EQ(alone.trials.size(), 8u + 3u + 3u);
  const auto store = open_store("memory:", StoreAccess::create);
  Trouble trouble(*store, 3, Trouble::Victim::the_strategist);
  work_together(*store, request, 3, 2, &trouble);
  expect_same_results(alone, stored(*store));
  EXPECT_GT(trouble.dismissals(), 0u) << "nobody had to take the role over";
  EXPECT_EQ(to_text(judge(alone).trials.at(0).verdict.status),
            to_text(judge(stored(*store)).trials.at(0).verdict.status));
}

TEST(Workers, go_on_with_the_trials_of_one_that_fell_silent) {
  const auto store = open_store("memory:", StoreAccess::create);
  const PreparedStudy prepared(shared_request(0));
  prepared.open(*store);
  const WorkerIdentity silent{77, this_process(), "silent"};
  store->enlist(prepared.name(), silent);
  ASSERT_TRUE(store->take_strategist(77));
  ASSERT_EQ(store->claim({77, 1, 0, 5, "class"})->size(), 5u);

  const std::atomic<bool> stop{false};
  Recorder recorder;
  EXPECT_EQ(prepared.run(*store, recorder, stop, {.lease_seconds = 0.6}), StudyEnd::concluded);
  expect_same_results(undisturbed(shared_request(0)), stored(*store));
  ASSERT_EQ(recorder.notes.size(), 1u);
  EXPECT_NE(recorder.notes[0].find("was silent for 0.6 s; its 5 trials wait again"), std::string::npos)
      << recorder.notes[0];
}

TEST(Workers, that_ask_for_different_plans_train_both) {
  const auto store = open_store("memory:", StoreAccess::create);
  StudyRequest one = small_request(), other = small_request();
  one.plan.space.values = {{0.01, 0.1}, {0.01}};
  other.plan.space.values = {{0.1}, {0.01, 0.1}};
  other.plan.seeds = 3;
  other.command = "second command";
  const PreparedStudy a(one), b(other);
  { Stubborn first(a, *store, true, {}), second(b, *store, true, {}); }
  const StudySnapshot study = stored(*store);
  EXPECT_EQ(study.trials.size(), 4u + 6u - 2u) << "two are in both";
  EXPECT_EQ(study.planned_trials, 8u);
  EXPECT_EQ(study.asked.size(), 2u);
  EXPECT_EQ(study.plan.seeds, 3u);
  EXPECT_TRUE(store->queue(study.name).concluded);
  const auto recommendation = judge(study).recommendations.at(0);
  ASSERT_TRUE(recommendation.setting);
  ASSERT_FALSE(study.tests.empty());
  EXPECT_EQ(study.tests[0].key.setting, *recommendation.setting);
}

TEST(Workers, many_tunes_at_once_make_one_study) {
  const auto store = open_store("memory:", StoreAccess::create);
  const PreparedStudy prepared(small_request());
  {
    std::vector<std::unique_ptr<Stubborn>> tunes;
    for (int i = 0; i < 16; ++i)
      tunes.push_back(std::make_unique<Stubborn>(prepared, *store, true, WorkOptions{}));
  }
  expect_same_results(undisturbed(small_request()), stored(*store));
  EXPECT_EQ(stored(*store).command, "first command");
}

TEST(Workers, share_a_file_that_each_opens_for_itself) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "etalon-workers";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const PreparedStudy prepared(shared_request(0));
  std::vector<std::unique_ptr<StudyStore>> stores;
  for (int i = 0; i < 6; ++i)
    stores.push_back(open_store((folder / "etalon.db").string(), StoreAccess::create));
  prepared.open(*stores[0]);
  {
    std::vector<std::unique_ptr<Stubborn>> workers;
    for (std::size_t i = 0; i < stores.size(); ++i)
      workers.push_back(
          std::make_unique<Stubborn>(prepared, *stores[i], i < 2, WorkOptions{.checkpoint_seconds = 0.01}));
  }
  expect_same_results(undisturbed(shared_request(0)), stored(*stores[0]));
  stores.clear();
  std::filesystem::remove_all(folder);
}

TEST(Workers, of_a_submitted_study_conclude_it) {
  const auto store = open_store("memory:", StoreAccess::create);
  const PreparedStudy prepared(small_request());
  prepared.open(*store);
  EXPECT_EQ(store->queue(prepared.name()).waiting, std::vector<std::uint32_t>{8});
  const std::atomic<bool> stop{false};
  Recorder recorder, late;
  EXPECT_EQ(prepared.work(*store, recorder, stop), StudyEnd::concluded);
  EXPECT_EQ(prepared.work(*store, late, stop), StudyEnd::already_complete);
  expect_same_results(undisturbed(small_request()), stored(*store));
}

}  // namespace
}  // namespace etalon
