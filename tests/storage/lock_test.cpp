/// Locks on studies between processes.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/storage/open.h"
#include "etalon/storage/process.h"
#include "etalon/storage/sqlite_lock.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Lock : public testing::Test {
 protected:
  std::string path() const { return folder.file("etalon.db"); }
  std::unique_ptr<StudyStore> open() const { return open_store(path(), StoreAccess::create, clock); }

  void change_row(const std::string& change) const {
    SQLite::Database(path(), SQLite::OPEN_READWRITE).exec("UPDATE study_lock SET " + change);
  }

  /// A process that holds a lock on study "a" until it is killed.
  pid_t start_holder() const {
    int pipe[2];
    EXPECT_EQ(::pipe(pipe), 0);
    const pid_t child = in_child([&] {
      const auto store = open_store(path(), StoreAccess::create, clock);
      const auto lock = store->lock_study("a");
      if (::write(pipe[1], "x", 1) != 1) return 1;
      for (;;) ::pause();
    });
    ::close(pipe[1]);
    char byte = 0;
    EXPECT_EQ(::read(pipe[0], &byte, 1), 1);
    ::close(pipe[0]);
    return child;
  }

  TemporaryFolder folder;
  ManualClock clock;
};

TEST_F(Lock, of_a_living_process_is_refused_naming_it_and_void_once_it_was_killed) {
  const pid_t holder = start_holder();
  const auto store = open();
  clock.now_unix_millis += 100 * heartbeat_limit_millis;  // no matter while the process can be seen to live
  try {
    store->lock_study("a");
    ADD_FAILURE() << "was not refused";
  } catch (const RequestError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("study 'a'"), HasSubstr("process " + std::to_string(holder)),
                                    HasSubstr("host '" + this_process().host + "'")));
  }
  const auto other = store->lock_study("b");
  ::kill(holder, SIGKILL);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(holder), &info, WEXITED | WNOWAIT);  // killed, and still a zombie
  const auto lock = store->lock_study("a");
  EXPECT_EQ(exit_status_of(holder), 128 + SIGKILL);
}

TEST_F(Lock, of_a_process_whose_pid_was_used_again_is_void) {
  const auto store = open();
  const auto lock = store->lock_study("a");
  change_row("start_ticks = start_ticks - 1");
  EXPECT_NO_THROW(store->lock_study("a"));
}

TEST_F(Lock, of_another_machine_holds_while_its_heartbeat_is_young) {
  const auto store = open();
  const auto lock = store->lock_study("a");
  change_row("host = 'elsewhere', pid = 4711, boot = 'another'");
  clock.now_unix_millis += heartbeat_limit_millis - 1;
  try {
    store->lock_study("a");
    ADD_FAILURE() << "was not refused";
  } catch (const RequestError& error) {
    EXPECT_THAT(error.what(), HasSubstr("process 4711 on host 'elsewhere'"));
  }
  clock.now_unix_millis += 1;
  EXPECT_NO_THROW(store->lock_study("a"));
}

TEST_F(Lock, of_another_container_is_not_judged_by_its_pid) {
  const auto store = open();
  const auto lock = store->lock_study("a");
  change_row("pid = 999999999, pid_namespace = 'pid:[1]'");
  EXPECT_THROW(store->lock_study("a"), RequestError);
}

TEST_F(Lock, from_the_future_does_not_live_for_ever) {
  const auto store = open();
  const auto lock = store->lock_study("a");
  change_row("boot = 'another'");
  clock.now_unix_millis -= 2 * heartbeat_limit_millis;
  EXPECT_NO_THROW(store->lock_study("a"));
}

TEST_F(Lock, that_was_taken_over_is_not_released_by_the_old_holder) {
  const auto store = open();
  auto lock = store->lock_study("a");
  change_row("host = 'elsewhere', pid = 4711, boot = 'another'");
  lock.reset();
  EXPECT_THROW(store->lock_study("a"), RequestError);
}

TEST_F(Lock, is_got_by_one_of_many_processes) {
  open();
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i)
    children.push_back(in_child([&] {
      const auto store = open();
      try {
        const auto lock = store->lock_study("a");
        ::usleep(500'000);
        return 1;
      } catch (const RequestError&) {
        return 0;
      }
    }));
  int holders = 0;
  for (const pid_t child : children) holders += exit_status_of(child);
  EXPECT_EQ(holders, 1);
}

TEST(Process, is_alive_dead_or_unknown) {
  const ProcessIdentity here = this_process();
  EXPECT_EQ(liveness_of(here), Liveness::alive);
  ProcessIdentity other = here;
  other.boot = "another";
  EXPECT_EQ(liveness_of(other), Liveness::unknown);
  other = here;
  other.pid_namespace = "pid:[1]";
  EXPECT_EQ(liveness_of(other), Liveness::unknown);
  other = here;
  other.pid = 999999999;
  EXPECT_EQ(liveness_of(other), Liveness::dead);
  other = here;
  other.start_ticks += 1;
  EXPECT_EQ(liveness_of(other), Liveness::dead);
}

}  // namespace
}  // namespace etalon
