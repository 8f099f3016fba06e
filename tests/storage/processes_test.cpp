/// Processes share a store.
#include <cstdlib>
#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "etalon/storage/open_store.h"
#include "tests/storage/fixtures.h"
#include "tests/storage/shared_work.h"

namespace etalon {
namespace {

TEST(Processes, sixteen_that_start_at_once_on_a_fresh_store_share_one_study) {
  const TemporaryFolder folder;
  const std::string path = folder.file("etalon.db");
  std::vector<pid_t> children;
  for (std::uint32_t process = 0; process < process_count; ++process)
    children.push_back(in_child([&] { return work_on(path); }));
  for (const pid_t child : children) EXPECT_EQ(exit_status_of(child), 0);
  expect_all_work_done(path);
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
