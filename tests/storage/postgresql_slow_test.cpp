/// What takes a PostgreSQL server's time limits to end.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "etalon/storage/postgresql/database.h"
#include "tests/storage/postgresql_server.h"

namespace etalon {
namespace {

/// A laptop that falls asleep in the middle of a transaction, with a row locked.
TEST(PostgresqlSlow, a_process_that_is_stopped_within_a_transaction_holds_nobody_up_for_ever) {
  if (!why_no_postgresql().empty()) GTEST_SKIP() << why_no_postgresql();
  const PostgresqlDatabaseForTest place;
  const auto count_one = [](SqlSession& session) { session.run("UPDATE total SET counted = counted + 1"); };
  PostgresqlDatabase database(place.address(), StoreAccess::create);
  database.write([](SqlSession& session) {
    session.run("CREATE TABLE total (counted bigint)");
    session.run("INSERT INTO total VALUES (0)");
  });
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t stopped = in_child([&] {
    PostgresqlDatabase own(place.address(), StoreAccess::create);
    int attempts = 0;
    own.write([&](SqlSession& session) {
      count_one(session);
      if (attempts++ == 0 && ::write(pipe[1], "x", 1) == 1) ::raise(SIGSTOP);
    });
    return attempts;
  });
  char letter = 0;
  ASSERT_EQ(::read(pipe[0], &letter, 1), 1);
  database.write(count_one);
  EXPECT_EQ(execute(place.address(), "SELECT counted FROM etalon.total"), "1");
  ::kill(stopped, SIGCONT);
  EXPECT_EQ(exit_status_of(stopped), 2);
  EXPECT_EQ(execute(place.address(), "SELECT counted FROM etalon.total"), "2");
}

}  // namespace
}  // namespace etalon
