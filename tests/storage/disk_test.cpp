/// Full disks: a clear error, nothing lost, and the study goes on when there is room again.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/storage/open_store.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;

/// Finishes trials from `number` on until that fails; the number that failed.
std::uint32_t finish_until_it_fails(StudyStore& store, Hand& hand, std::uint32_t number,
                                    std::string& reason) {
  try {
    for (;; ++number) {
      hand.plan_and_hold(some_trial(number));
      if (!store.finish_trial(hand.worker(), some_trial(number), some_weights(0, 10'000))) return 0;
    }
  } catch (const Failure& error) {
    reason = error.what();
  }
  return number;
}

/// Fills the place at `path`, sees errors, calls `make_room` and goes on. 0 if all was well.
int meet_a_full_disk(const std::string& path, const std::function<void()>& fill,
                     const std::function<void()>& make_room) {
  const auto store = open_store(path, StoreAccess::create);
  store->save_study(some_study());
  Hand hand(*store, "some study");
  hand.finish(some_trial(0), some_weights(0));
  fill();
  std::string reason;
  const std::uint32_t failed = finish_until_it_fails(*store, hand, 1, reason);
  if (reason.find("room") == std::string::npos) return 2;
  if (store->load_study("some study")->trials.size() != failed) return 3;
  for (const std::size_t size : {1'000'000, 2'000'000}) try {
      store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(failed, 1, size)});
      store->plan_trials("some study", std::vector{planned(some_trial(failed))});
      hand.claim(failed % 2, 1);
      store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(failed, 1, size)});
      return 4;
    } catch (const Failure&) {
    }
  if (store->trials_after("some study", 0).size() != failed) return 5;
  make_room();
  Hand next(*store, "some study");
  store->dismiss(hand.worker());
  next.finish(some_trial(failed), some_weights(0, 10'000));
  const auto trials = store->trials_after("some study", 0);
  for (std::uint32_t number = 0; number <= failed; ++number)
    expect_same_trial(trials.at(number), some_trial(number));
  return trials.size() == failed + 1 && !testing::Test::HasFailure() ? 0 : 6;
}

void expect_sound(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE);
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
}

void set_file_limit(rlim_t bytes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

TEST(Disk, a_file_size_limit_fails_calls_until_it_is_lifted) {
  const TemporaryFolder folder;
  const std::string path = folder.file("etalon.db");
  EXPECT_EQ(run_in_child([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              return meet_a_full_disk(
                  path, [] { set_file_limit(400'000); }, [] { set_file_limit(RLIM_INFINITY); });
            }),
            0);
  expect_sound(path);
}

TEST(Disk, a_full_file_system_fails_calls_until_there_is_room) {
  const TemporaryFolder folder;
  const fs::path mount = folder.path() / "small";
  fs::create_directory(mount);
  if (::mount("etalon-test", mount.c_str(), "tmpfs", 0, "size=3m") != 0)
    GTEST_SKIP() << "a small file system cannot be mounted here: " << std::strerror(errno);
  const fs::path filler = mount / "filler";
  EXPECT_EQ(run_in_child([&] {
              return meet_a_full_disk((mount / "etalon.db").string(),
                                      [&] { std::ofstream(filler) << std::string(1'500'000, 'x'); },
                                      [&] { fs::remove(filler); });
            }),
            0);
  expect_sound((mount / "etalon.db").string());
  EXPECT_EQ(::umount(mount.c_str()), 0);
}

TEST(Disk, that_is_full_when_the_store_is_made_leaves_nothing) {
  const TemporaryFolder folder;
  EXPECT_EQ(run_in_child([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              set_file_limit(8192);
              try {
                open_store(folder.file("etalon.db"), StoreAccess::create);
              } catch (const RequestError&) {
                return 0;
              }
              return 1;
            }),
            0);
  EXPECT_TRUE(folder.contents().empty());
}

TEST(Disk, that_is_full_when_an_older_store_is_brought_up_to_date_leaves_it_as_it_was) {
  const TemporaryFolder folder;
  const std::string path = folder.file("etalon.db");
  fs::copy_file(fs::path(ETALON_SOURCE_DIR) / "tests/storage/golden/schema-1.db", path);
  EXPECT_EQ(run_in_child([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              set_file_limit(16'384);
              try {
                open_store(path, StoreAccess::create);
              } catch (const RequestError&) {
                return 0;
              }
              return 1;
            }),
            0);
  const auto store = open_store(path, StoreAccess::create);
  EXPECT_EQ(store->load_study("golden").value().trials.size(), 3u);
}

/// A small file system that is full to its last byte, with what `prepare` left in it; skips where none can be
/// made.
class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(mount_);
    mounted_ = ::mount("etalon-test", mount_.c_str(), "tmpfs", 0, "size=3m") == 0;
    if (!mounted_) GTEST_SKIP() << "a small file system cannot be mounted here: " << std::strerror(errno);
  }
  void TearDown() override {
    if (!mounted_) return;
    EXPECT_EQ(::umount(mount_.c_str()), 0);
  }

  std::string path() const { return (mount_ / "etalon.db").string(); }
  void fill() const {
    std::ofstream filler(mount_ / "filler", std::ios::binary);
    filler.rdbuf()->pubsetbuf(nullptr, 0);
    const std::string page(4096, 'x');
    while (filler.write(page.data(), static_cast<std::streamsize>(page.size()))) {
    }
  }
  /// A store with one finished trial; killed at once where its log is to stay.
  void make_store(bool log_stays) const {
    EXPECT_EQ(run_in_child([&] {
                const auto store = open_store(path(), StoreAccess::create);
                store->save_study(some_study());
                Hand hand(*store, "some study");
                hand.finish(some_trial(0), some_weights(0));
                if (log_stays) ::_exit(0);
                return 0;
              }),
              0);
    fs::remove(path() + "-shm");
    EXPECT_EQ(fs::exists(path() + "-wal"), log_stays);
  }
  void expect_readable() const {
    std::vector<std::string> before;
    for (const auto& entry : fs::directory_iterator(mount_)) before.push_back(entry.path().string());
    {
      const auto store = open_store(path(), StoreAccess::read);
      EXPECT_EQ(store->list_studies().at(0).finished_trials, 1U);
      expect_same_trial(store->load_study("some study").value().trials.at(0), some_trial(0));
      EXPECT_TRUE(store->load_weights("some study", some_trial(0).key).has_value());
      EXPECT_THROW(store->delete_study("some study"), Failure);
    }
    for (const std::string& file : before) EXPECT_TRUE(fs::exists(file)) << file;
  }

  const TemporaryFolder folder_;
  const fs::path mount_ = folder_.path() / "small";
  bool mounted_ = false;
};

TEST_F(FullDisk, does_not_keep_a_store_from_being_read) {
  make_store(false);
  fill();
  expect_readable();
}

TEST_F(FullDisk, does_not_keep_a_store_from_being_read_that_a_killed_process_left_with_its_log) {
  make_store(true);
  fill();
  expect_readable();
}

TEST_F(FullDisk, refuses_to_be_written_to_and_says_why) {
  make_store(false);
  fill();
  try {
    open_store(path(), StoreAccess::create)->delete_study("some study");
    FAIL() << "was not refused";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("room"));
  }
}

TEST_F(FullDisk, that_is_read_only_does_not_keep_a_store_from_being_read_with_or_without_a_log) {
  for (const bool log_stays : {false, true}) {
    make_store(log_stays);
    ASSERT_EQ(::mount("etalon-test", mount_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=3m"), 0);
    expect_readable();
    ASSERT_EQ(::mount("etalon-test", mount_.c_str(), "tmpfs", MS_REMOUNT, "size=3m"), 0);
    for (const char* end : {"", "-wal", "-shm"}) fs::remove(path() + end);
  }
}

TEST_F(FullDisk, with_no_room_for_a_copy_of_the_log_either_is_refused_with_what_helps) {
  make_store(true);
  fill();
  EXPECT_EQ(run_in_child([&] {
              ::setenv("TMPDIR", mount_.c_str(), 1);
              try {
                open_store(path(), StoreAccess::read);
              } catch (const RequestError& error) {
                return std::string(error.what()).find("TMPDIR") != std::string::npos ? 0 : 2;
              }
              return 1;
            }),
            0);
}

}  // namespace
}  // namespace etalon
