/// Servers that stop and start, connections that are cut, answers that are late: nothing is lost, nothing
/// doubled.
#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/storage/postgresql/database.h"
#include "tests/storage/flaky_way.h"
#include "tests/storage/postgresql_server.h"

namespace etalon {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PostgresqlOutage : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_postgresql().empty()) GTEST_SKIP() << why_no_postgresql();
    server = std::make_unique<PostgresqlServer>();
  }

  const std::string& address() const { return server->address(); }
  void make_table() const {
    PostgresqlDatabase(address(), StoreAccess::create).write([](SqlSession& session) {
      session.run("CREATE TABLE added (worker bigint, number bigint, UNIQUE (worker, number))");
      session.run("CREATE TABLE total (counted bigint)");
      session.run("INSERT INTO total VALUES (0)");
    });
  }

  std::unique_ptr<PostgresqlServer> server;
};

/// As every call of a store must be: the second time it finds its work done.
void add(SqlDatabase& database, std::int64_t worker, std::int64_t number) {
  database.write([&](SqlSession& session) {
    const auto added =
        session.run("INSERT INTO added VALUES ($1, $2) ON CONFLICT DO NOTHING", {worker, number});
    session.run("UPDATE total SET counted = counted + $1", {static_cast<std::int64_t>(added)});
  });
}

void pause_millis(int millis) { ::usleep(static_cast<useconds_t>(millis) * 1000); }

/// Until it holds, however slow or busy the machine is; a few minutes are for ever.
void wait_until(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(3);
  while (!holds()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "waited in vain";
    pause_millis(10);
  }
}

/// Four threads that add one row after the other while `trouble` happens, which they are in the middle of
/// before, and go on after; then every row is there once, and the total agrees.
void expect_nothing_lost(const std::string& address, const std::string& way,
                         const std::function<void()>& trouble) {
  std::atomic<bool> stop = false;
  std::array<std::atomic<std::int64_t>, 4> told{};
  const auto all_add = [&](std::int64_t more) {
    std::array<std::int64_t, 4> before{};
    std::copy(told.begin(), told.end(), before.begin());
    wait_until([&] {
      return std::equal(before.begin(), before.end(), told.begin(),
                        [&](std::int64_t then, std::int64_t now) { return now >= then + more; });
    });
  };
  std::vector<std::jthread> threads;
  for (std::int64_t worker = 0; worker < 4; ++worker)
    threads.emplace_back([&, worker] {
      PostgresqlDatabase database(way, StoreAccess::create);
      std::atomic<std::int64_t>& count = told[static_cast<std::size_t>(worker)];
      for (; !stop; ++count) add(database, worker, count);
    });
  all_add(2);
  trouble();
  all_add(2);
  stop = true;
  threads.clear();
  std::int64_t all = 0;
  for (std::int64_t worker = 0; worker < 4; ++worker) {
    const auto count = told[static_cast<std::size_t>(worker)].load();
    EXPECT_EQ(execute(address, "SELECT count(DISTINCT number) FROM etalon.added WHERE worker = " +
                                   std::to_string(worker)),
              std::to_string(count));
    all += count;
  }
  EXPECT_EQ(execute(address, "SELECT count(*) FROM etalon.added"), std::to_string(all));
  EXPECT_EQ(execute(address, "SELECT counted FROM etalon.total"), std::to_string(all));
}

TEST_F(PostgresqlOutage, of_a_server_that_is_stopped_and_started_loses_nothing) {
  make_table();
  expect_nothing_lost(address(), address(), [&] {
    for (const std::string mode : {"fast", "immediate"}) {
      pause_millis(300);
      server->stop(mode);
      pause_millis(300);
      server->start();
    }
  });
}

TEST_F(PostgresqlOutage, of_connections_that_are_cut_again_and_again_loses_nothing) {
  make_table();
  expect_nothing_lost(address(), address(), [&] {
    for (int i = 0; i < 30; ++i) {
      pause_millis(50);
      execute(address(),
              "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
              "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
    }
  });
}

TEST_F(PostgresqlOutage, of_queries_that_somebody_cancels_loses_nothing) {
  make_table();
  expect_nothing_lost(address(), address(), [&] {
    for (int i = 0; i < 50; ++i) {
      pause_millis(20);
      execute(address(),
              "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
    }
  });
}

/// The way between: bytes are late, and connections end in the middle of any message, a commit's answer too.
TEST_F(PostgresqlOutage, of_a_way_that_delays_and_cuts_loses_nothing) {
  make_table();
  FlakyWay way(server->socket(), {.longest_delay_millis = 5, .longest_life_bytes = 20'000});
  expect_nothing_lost(address(), way.address(), [&] { wait_until([&] { return way.cuts() > 10; }); });
}

TEST_F(PostgresqlOutage, that_outlives_patience_is_a_failure_that_says_so) {
  ManualClock clock;
  std::vector<double> waits;
  PostgresqlPatience patience;
  patience.sleep = [&](double seconds) {
    waits.push_back(seconds);
    clock.now_unix_millis += static_cast<std::int64_t>(seconds * 1000) + 1;
  };
  PostgresqlDatabase database(address(), StoreAccess::create, clock, patience);
  server->stop();
  try {
    database.read([](SqlSession& session) { session.query("SELECT 1"); });
    FAIL() << "did not throw";
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(), AllOf(HasSubstr("store postgresql://"), HasSubstr("10 min"),
                                      HasSubstr("attempts"), HasSubstr("hint: ")));
  }
  EXPECT_GT(waits.size(), 60u);
  EXPECT_LE(waits.front(), 0.1);
  EXPECT_GE(waits.front(), 0.05);
  for (const double wait : waits) EXPECT_LE(wait, 10);
  server->start();
  database.read([](SqlSession& session) { session.query("SELECT 1"); });
}

TEST_F(PostgresqlOutage, before_the_first_answer_is_waited_out_for_less_long) {
  server->stop();
  ManualClock clock;
  double waited = 0;
  PostgresqlPatience patience;
  patience.sleep_opening = [&](double seconds) {
    waited += seconds;
    clock.now_unix_millis += static_cast<std::int64_t>(seconds * 1000) + 1;
  };
  EXPECT_THROW(PostgresqlDatabase(address(), StoreAccess::create, clock, patience), Failure);
  EXPECT_GT(waited, 20);
  EXPECT_LT(waited, 40);
}

TEST_F(PostgresqlOutage, before_the_first_answer_ends_where_the_sleeper_throws_and_only_there) {
  class Enough {};
  const Sleeper stop = [](double seconds) {
    if (seconds > 0) throw Enough();  // 0: a look while a connection is made
  };
  {
    PostgresqlDatabase database(address(), StoreAccess::create, system_clock(), {.sleep_opening = stop});
    execute(address(),
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
    database.read([](SqlSession& session) { session.query("SELECT 1"); });
  }
  server->stop();
  EXPECT_THROW(open_store(address(), StoreAccess::read, system_clock(), stop), Enough);
}

/// Calls of one database, as those of a study's threads: what patience one has used up is gone for all.
TEST_F(PostgresqlOutage, has_one_patience_for_all_calls_and_is_told_twice) {
  ManualClock clock;
  std::vector<StoreOutage> told;
  std::uint32_t waits = 0;
  PostgresqlPatience patience;
  patience.outages = [&](const StoreOutage& outage) { told.push_back(outage); };
  patience.sleep = [&](double seconds) {
    ++waits;
    clock.now_unix_millis += static_cast<std::int64_t>(seconds * 1000) + 1;
  };
  PostgresqlDatabase database(address(), StoreAccess::create, clock, patience);
  const auto ask = [&] { database.read([](SqlSession& session) { session.query("SELECT 1"); }); };
  server->stop();
  EXPECT_THROW(ask(), Failure);
  const std::uint32_t before = waits;
  for (int i = 0; i < 3; ++i) EXPECT_THROW(ask(), Failure);
  EXPECT_EQ(waits, before);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_FALSE(told[0].over);
  EXPECT_THAT(told[0].text, AllOf(HasSubstr("does not answer"), HasSubstr("up to 10 min 0 s")));
  server->start();
  ask();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[1].over);
  EXPECT_THAT(told[1].text, AllOf(HasSubstr("answers again, after 10 min")));
  server->stop();  // the next one is another
  EXPECT_THROW(ask(), Failure);
  EXPECT_EQ(told.size(), 3U);
  EXPECT_GT(waits, before + 60);
}

TEST_F(PostgresqlOutage, ends_for_every_waiting_call_as_soon_as_the_sleeper_throws) {
  class Enough {};
  std::atomic<bool> enough = false;
  std::atomic<int> asleep = 0, ended = 0;
  PostgresqlPatience patience;
  patience.sleep = [&](double seconds) {
    if (enough) throw Enough();
    if (seconds == 0) return;
    ++asleep;  // all of them at once: who waits holds no lock
    wait_until([&] { return enough.load(); });
    throw Enough();
  };
  PostgresqlDatabase database(address(), StoreAccess::create, system_clock(), patience);
  server->stop();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      try {
        database.read([](SqlSession& session) { session.query("SELECT 1"); });
      } catch (const Enough&) {
        ++ended;
      }
    });
  wait_until([&] { return asleep == 4; });
  enough = true;
  threads.clear();
  EXPECT_EQ(ended, 4);
}

TEST_F(PostgresqlOutage, of_a_moment_is_not_told) {
  std::uint32_t told = 0;
  PostgresqlPatience patience;
  patience.outages = [&](const StoreOutage&) { ++told; };
  PostgresqlDatabase database(address(), StoreAccess::create, system_clock(), patience);
  execute(address(),
          "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
          "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
  database.read([](SqlSession& session) { session.query("SELECT 1"); });
  EXPECT_EQ(told, 0U);
}

TEST_F(PostgresqlOutage, of_connections_that_are_all_taken_is_waited_out) {
  std::vector<std::unique_ptr<pqxx::connection>> taken;
  try {
    for (;;) taken.push_back(std::make_unique<pqxx::connection>(address()));
  } catch (const pqxx::failure&) {
  }
  PostgresqlPatience patience;
  std::uint32_t waits = 0;
  patience.sleep_opening = [&](double seconds) {
    if (++waits == 3) taken.clear();
    sleep_for_seconds(seconds);
  };
  PostgresqlDatabase(address(), StoreAccess::create, system_clock(), patience).read([](SqlSession& session) {
    session.query("SELECT 1");
  });
  EXPECT_GE(waits, 3u);
}

TEST_F(PostgresqlOutage, is_not_what_a_wrong_password_is) {
  execute(address(), "CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'right one'");
  server->add_access_rule("local all guarded scram-sha-256");
  const auto with_password = [&](const std::string& password) {
    return with_database(address(), "etalon", "user=guarded" + password);
  };
  for (const std::string password : {"", "&password=wrong%20one"}) try {
      PostgresqlDatabase(with_password(password), StoreAccess::create);
      ADD_FAILURE() << "was not refused";
    } catch (const RequestError& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr("guarded"), HasSubstr("PGPASSWORD"), Not(HasSubstr("wrong"))));
    }
  PostgresqlDatabase(with_password("&password=right%20one"), StoreAccess::create);
  ::setenv("PGPASSWORD", "right one", 1);
  PostgresqlDatabase(with_password(""), StoreAccess::create);
  ::unsetenv("PGPASSWORD");
  const TemporaryFolder folder;
  std::ofstream(folder.file("services"))
      << "[some]\nhost=" << std::filesystem::path(server->socket()).parent_path().string()
      << "\nuser=guarded\ndbname=etalon\npassword=right one\n";
  ::setenv("PGSERVICEFILE", folder.file("services").c_str(), 1);
  PostgresqlDatabase("postgresql:///?service=some", StoreAccess::create);
  ::unsetenv("PGSERVICEFILE");
}

TEST_F(PostgresqlOutage, is_not_what_a_long_wait_is) {
  make_table();
  execute(address(),
          "ALTER ROLE etalon SET statement_timeout = '100ms'; ALTER ROLE etalon SET lock_timeout = '100ms'");
  PostgresqlDatabase database(address(), StoreAccess::create);
  execute(address(), "SET statement_timeout = 0; ALTER ROLE etalon RESET ALL");  // of sessions from now on
  std::jthread holder(
      [&] { execute(address(), "BEGIN; LOCK TABLE etalon.added; SELECT pg_sleep(1.5); COMMIT"); });
  wait_until([&] {
    return execute(address(),
                   "SELECT count(*) FROM pg_locks WHERE relation = 'etalon.added'::regclass AND "
                   "mode = 'AccessExclusiveLock' AND granted") == "1";
  });
  add(database, 1, 1);
  EXPECT_EQ(execute(address(), "SELECT counted FROM etalon.total"), "1");
}

TEST_F(PostgresqlOutage, conflicts_are_tried_again_until_both_sides_are_done) {
  make_table();
  execute(address(),
          "CREATE TABLE etalon.pair (id bigint PRIMARY KEY, n bigint); INSERT INTO etalon.pair VALUES (0, "
          "0), (1, 0)");
  execute(address(), "ALTER SYSTEM SET deadlock_timeout = '20ms'; ");
  execute(address(), "SELECT pg_reload_conf()");
  std::barrier both_have_one(2);
  std::vector<std::jthread> threads;
  for (std::int64_t first = 0; first < 2; ++first)  // each takes the other's second row first
    threads.emplace_back([&, first] {
      PostgresqlDatabase database(address(), StoreAccess::create);
      bool met = false;
      for (int i = 0; i < 30; ++i)
        database.write([&](SqlSession& session) {
          session.run("UPDATE pair SET n = n + 1 WHERE id = $1", {first});
          if (!std::exchange(met, true)) both_have_one.arrive_and_wait();
          session.run("UPDATE pair SET n = n + 1 WHERE id = $1", {1 - first});
        });
    });
  threads.clear();
  EXPECT_EQ(execute(address(), "SELECT min(n) * 1000 + max(n) FROM etalon.pair"), "60060");
  wait_until([&] {  // the server counts when it comes to it
    return execute(address(), "SELECT deadlocks FROM pg_stat_database WHERE datname = 'etalon'") != "0";
  });
}

}  // namespace
}  // namespace etalon
