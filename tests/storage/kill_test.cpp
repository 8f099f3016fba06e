/// What was reported survives kill -9.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/base/random.h"
#include "etalon/storage/open_store.h"
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
  Hand hand(*store, "some study");
  for (std::uint32_t number = first;; ++number) {
    hand.plan_and_hold(some_trial(number, 1000));
    store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(number, 1, 50'000)});
    if (!store->finish_trial(hand.worker(), some_trial(number, 1000), some_weights(number, 20'000))) return 2;
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
    for (const RunningTrial& trial : store->running_trials("some study")) {
      const Curve curve = trial.curve.value_or(Curve{});
      EXPECT_TRUE(!trial.curve || same_bits(curve, some_checkpoint(1000 - trial.key.seed_index, 1).curve));
    }
    EXPECT_EQ(integrity(path), "ok");
  }
  EXPECT_GE(reported.size(), 25u);  // 0 + 1 + 2 + 3 in every four rounds
}

TEST(Kill, killed_while_the_store_is_made_leaves_a_store_or_none) {
  const auto begin_in = [](const TemporaryFolder& folder) {
    return in_child([&] {
      open_store(folder.file("etalon.db"), StoreAccess::create);
      return 0;
    });
  };
  const TemporaryFolder whole;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(exit_status_of(begin_in(whole)), 0);
  const std::chrono::duration<double> usual = std::chrono::steady_clock::now() - began;
  for (int part = 0; part < 20; ++part) {
    const TemporaryFolder folder;
    const std::string path = folder.file("etalon.db");
    const pid_t child = begin_in(folder);
    std::this_thread::sleep_for(part * usual / 20);
    ::kill(child, SIGKILL);
    exit_status_of(child);
    EXPECT_NO_THROW(open_store(path, StoreAccess::create)->save_study(some_study()));
    EXPECT_EQ(integrity(path), "ok");
  }
}

}  // namespace
}  // namespace etalon
