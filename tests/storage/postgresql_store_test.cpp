/// Studies in PostgreSQL that processes share while its server has troubles.
#include <gtest/gtest.h>
#include <pqxx/pqxx>
#include <unistd.h>

#include "tests/storage/flaky_way.h"
#include "tests/storage/postgresql_server.h"
#include "tests/storage/shared_work.h"

namespace etalon {
namespace {

class PostgresqlStore : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_postgresql().empty()) GTEST_SKIP() << why_no_postgresql();
  }
};

/// So many processes on `store`, with `trouble` in the middle of it. All end well.
void work_through(std::uint32_t processes, const std::string& store, std::uint32_t train_millis,
                  const std::function<void()>& trouble, bool crashes = false) {
  std::vector<pid_t> children;
  for (std::uint32_t process = 0; process < processes; ++process)
    children.push_back(in_child([&] { return work_on(store, train_millis, crashes); }));
  trouble();
  for (const pid_t child : children) EXPECT_EQ(exit_status_of(child), 0);
}

TEST_F(PostgresqlStore, sixteen_processes_that_start_at_once_on_a_fresh_database_share_one_study) {
  const PostgresqlDatabaseForTest place;
  work_through(process_count, place.address(), 0, [] {});
  expect_all_work_done(place.address());
}

/// Until so many trials are finished: processes that are in the middle of it.
void wait_for_trials(const std::string& store, int count) {
  const auto finished = [&] {
    try {
      return std::stoi(execute(store, "SELECT count(*) FROM etalon.trial"));
    } catch (const pqxx::sql_error&) {  // there is no table yet
      return 0;
    }
  };
  for (int looks = 0; finished() < count; ++looks) {
    ASSERT_LT(looks, 18'000) << "waited in vain for " << count << " trials";
    ::usleep(10'000);
  }
}

TEST_F(PostgresqlStore, four_processes_go_on_when_the_server_was_stopped_and_started) {
  PostgresqlServer server;
  work_through(
      4, server.address(), 30,
      [&] {
        int trials = 0;
        for (const std::string mode : {"immediate", "fast"}) {
          wait_for_trials(server.address(), trials += 30);
          server.stop(mode);
          ::usleep(200'000);
          server.start();
        }
      },
      true);
  expect_all_work_done(server.address());
}

TEST_F(PostgresqlStore, four_processes_go_on_when_their_connections_are_cut) {
  const PostgresqlDatabaseForTest place;
  work_through(4, place.address(), 10, [&] {
    for (int i = 1; i <= 20; ++i) {
      wait_for_trials(place.address(), 5 * i);
      execute(place.address(),
              "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
              "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }
  });
  expect_all_work_done(place.address());
}

TEST_F(PostgresqlStore,
       a_process_goes_on_where_bytes_are_late_and_connections_end_in_the_middle_of_anything) {
  PostgresqlServer server;
  std::uint32_t cuts = 0;
  {
    FlakyWay way(server.socket(), {.longest_delay_millis = 1, .longest_life_bytes = 400'000});
    EXPECT_EQ(work_on(way.address()), 0);
    cuts = way.cuts();
  }
  EXPECT_GT(cuts, 5u);
  expect_all_work_done(server.address());
}

}  // namespace
}  // namespace etalon
