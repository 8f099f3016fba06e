/// Processes share a store.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/storage/open.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

constexpr std::uint32_t process_count = 16, trial_count = 160;

std::vector<PlannedTrial> all_trials() {
  std::vector<PlannedTrial> trials;
  for (std::uint32_t number = 0; number < trial_count; ++number)
    trials.push_back(planned(some_trial(number)));
  return trials;
}

/// Trains one trial that was claimed: checkpoints, beats, a result.
void train(StudyStore& store, Hand& hand, const ClaimedTrial& claimed) {
  const std::uint32_t number = 1000 - claimed.trial.key.seed_index;
  store.save_checkpoints(hand.worker(), std::vector{some_checkpoint(number, 0, 20'000)});
  store.beat(hand.worker(), {1, 1});
  if (!store.finish_trial(hand.worker(), some_trial(number), some_weights(number, 1000)))
    throw std::runtime_error("a result was refused");
}

/// What `tune` does, but for the training: makes the study, joins, plans, works until nothing is left.
int work_on(const std::string& path) {
  const auto store = open_store(path, StoreAccess::create);
  store->save_study(some_study());
  Hand hand(*store, "some study");
  if (store->take_strategist(hand.worker())) store->plan_trials("some study", all_trials());
  std::uint32_t seen = 0;
  while (store->queue("some study").finished < trial_count) {
    for (const std::uint32_t set : {0u, 1u})
      for (const ClaimedTrial& claimed : hand.claim(set, 4)) train(*store, hand, claimed);
    seen += static_cast<std::uint32_t>(store->trials_after("some study", seen).size());
  }
  seen += static_cast<std::uint32_t>(store->trials_after("some study", seen).size());
  return store->dismiss(hand.worker()) && seen == trial_count ? 0 : 1;
}

TEST(Processes, sixteen_that_start_at_once_on_a_fresh_store_share_one_study) {
  const TemporaryFolder folder;
  const std::string path = folder.file("etalon.db");
  std::vector<pid_t> children;
  for (std::uint32_t process = 0; process < process_count; ++process)
    children.push_back(in_child([&] { return work_on(path); }));
  for (const pid_t child : children) EXPECT_EQ(exit_status_of(child), 0);
  const auto store = open_store(path, StoreAccess::read);
  const auto finished = store->trials_after("some study", 0);
  ASSERT_EQ(finished.size(), trial_count);
  std::set<TrialKey> keys;
  for (const TrialRecord& trial : finished) {
    keys.insert(trial.key);
    expect_same_trial(trial, some_trial(1000 - trial.key.seed_index));
  }
  EXPECT_EQ(keys.size(), trial_count);
  const StudySnapshot study = store->load_study("some study").value();
  EXPECT_EQ(study.revision, 1u);
  EXPECT_TRUE(store->running_trials("some study").empty());
  EXPECT_TRUE(store->workers("some study").empty());
  SQLite::Database database(path, SQLite::OPEN_READWRITE);
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    EXPECT_EQ(entry.path().filename().string().rfind("etalon.db", 0), 0u) << entry.path();
  EXPECT_TRUE(std::filesystem::directory_iterator(folder.path()) != std::filesystem::directory_iterator());
}

/// Run by the test below in a program of its own: after a fork alone, SQLite would take itself for its
/// parent.
TEST(Processes, DISABLED_open_and_close) {
  open_store(std::getenv("ETALON_TEST_STORE"), StoreAccess::create)->list_studies();
}

/// A second connection of one process that comes and goes must not free the locks of the first, on which
/// other processes rely (POSIX locks belong to a process, not to a descriptor).
TEST(Processes, keep_their_locks_when_the_store_is_opened_again_and_closed) {
  const TemporaryFolder folder;
  const std::string path = folder.file("etalon.db");
  const auto store = open_store(path, StoreAccess::create);
  store->save_study(some_study());
  open_store(path, StoreAccess::read)->list_studies();
  const int status = run_in_child([&] {
    ::setenv("ETALON_TEST_STORE", path.c_str(), 1);
    ::execl("/proc/self/exe", "test", "--gtest_also_run_disabled_tests", "--gtest_brief=1",
            "--gtest_filter=Processes.DISABLED_open_and_close", nullptr);
    return 97;
  });
  EXPECT_EQ(status, 0);
  // A process that takes itself for the last one removes the log on closing.
  EXPECT_TRUE(std::filesystem::exists(path + "-wal"));
  Hand(*store, "some study").finish(some_trial(0), {});
  EXPECT_EQ(open_store(path, StoreAccess::read)->list_studies().at(0).finished_trials, 1u);
}

}  // namespace
}  // namespace etalon
