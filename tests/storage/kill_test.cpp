/// What was reported survives kill -9, and processes share a store.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/base/random.h"
#include "etalon/storage/open.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

std::string integrity(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE);
  return database.execAndGet("PRAGMA integrity_check").getString();
}

/// Adds trials from `first` on and writes the number of each into the pipe once it is in the store.
int add_and_report(const std::string& path, std::uint32_t first, int pipe) {
  const auto store = open_store(path, StoreAccess::create);
  store->save_study(some_study());
  for (std::uint32_t number = first;; ++number) {
    store->add_trial("some study", some_trial(number, 1000), some_weights(number, 20'000));
    if (::write(pipe, &number, sizeof number) != sizeof number) return 1;
  }
}

/// Kills such a process so many microseconds after its first `trials` reports; the numbers of all that it
/// reported.
std::vector<std::uint32_t> reported_until_killed(const std::string& path, std::uint32_t first,
                                                 std::uint32_t trials, std::uint32_t micros) {
  int pipe[2];
  EXPECT_EQ(::pipe(pipe), 0);
  const pid_t child = in_child([&] { return add_and_report(path, first, pipe[1]); });
  ::close(pipe[1]);
  std::vector<std::uint32_t> reported;
  const auto read_one = [&] {
    std::uint32_t number = 0;
    if (::read(pipe[0], &number, sizeof number) != sizeof number) return false;
    reported.push_back(number);
    return true;
  };
  while (reported.size() < trials && read_one()) {
  }
  ::usleep(micros);
  ::kill(child, SIGKILL);
  EXPECT_EQ(exit_status_of(child), 128 + SIGKILL);
  while (read_one()) {
  }
  ::close(pipe[0]);
  return reported;
}

TEST(Kill, every_reported_trial_is_there_whenever_the_process_was_killed) {
  const TemporaryFolder folder;
  const std::string path = folder.file("etalon.db");
  open_store(path, StoreAccess::create)->save_study(some_study());
  RandomSequence random({.study_seed = 1, .purpose = Purpose::resampling});
  std::set<std::uint32_t> reported;
  for (std::uint32_t round = 0; round < 25; ++round) {
    for (const auto number : reported_until_killed(path, 1000 * round, round % 4, random.below(20'000)))
      reported.insert(number);
    const auto store = open_store(path, StoreAccess::read);
    const auto study = store->load_study("some study").value();
    std::set<std::uint32_t> found;
    for (const TrialRecord& trial : study.trials) {
      const std::uint32_t number = 1000 - trial.key.seed_index;
      found.insert(number);
      expect_same_trial(trial, some_trial(number, 1000));
      EXPECT_EQ(store->load_weights("some study", trial.key), some_weights(number, 20'000));
    }
    EXPECT_TRUE(std::includes(found.begin(), found.end(), reported.begin(), reported.end()));
    EXPECT_LE(found.size(), reported.size() + round + 1);  // each kill may have cut off one report
    EXPECT_EQ(integrity(path), "ok");
  }
  EXPECT_GE(reported.size(), 25u);  // 0 + 1 + 2 + 3 in every four rounds
}

TEST(Kill, killed_while_the_store_is_made_leaves_a_store_or_none) {
  for (int delay_micros = 0; delay_micros < 20'000; delay_micros += 1000) {
    const TemporaryFolder folder;
    const std::string path = folder.file("etalon.db");
    const pid_t child = in_child([&] {
      open_store(path, StoreAccess::create);
      return 0;
    });
    ::usleep(static_cast<useconds_t>(delay_micros));
    ::kill(child, SIGKILL);
    exit_status_of(child);
    EXPECT_NO_THROW(open_store(path, StoreAccess::create)->save_study(some_study()));
    EXPECT_EQ(integrity(path), "ok");
  }
}

TEST(Processes, that_start_at_once_make_one_store_and_lose_nothing) {
  const TemporaryFolder folder;
  const std::string path = folder.file("etalon.db");
  std::vector<pid_t> children;
  for (std::uint32_t process = 0; process < 8; ++process)
    children.push_back(in_child([&] {
      const auto store = open_store(path, StoreAccess::create);
      store->save_study(some_study());
      for (std::uint32_t i = 0; i < 10; ++i) {
        store->add_trial("some study", some_trial(8 * i + process), {});
        if (open_store(path, StoreAccess::read)->load_study("some study")->trials.size() <= i) return 1;
      }
      return 0;
    }));
  for (const pid_t child : children) EXPECT_EQ(exit_status_of(child), 0);
  EXPECT_EQ(open_store(path, StoreAccess::read)->load_study("some study")->trials.size(), 80u);
  EXPECT_EQ(integrity(path), "ok");
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    EXPECT_EQ(entry.path().filename(), "etalon.db");
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
  store->add_trial("some study", some_trial(0), {});
  EXPECT_EQ(open_store(path, StoreAccess::read)->list_studies().at(0).finished_trials, 1u);
}

}  // namespace
}  // namespace etalon
