/// A PostgreSQL database behind the seam for SQL: values, transactions, schemas and refusals.
#include <bit>
#include <cmath>
#include <limits>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/storage/postgresql/database.h"
#include "tests/storage/postgresql_server.h"

namespace etalon {
namespace {

using testing::HasSubstr;
using testing::Not;

class Postgresql : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_postgresql().empty()) GTEST_SKIP() << why_no_postgresql();
    place = std::make_unique<PostgresqlDatabaseForTest>();
  }

  const std::string& address() const { return place->address(); }
  std::unique_ptr<PostgresqlDatabase> open(StoreAccess access = StoreAccess::create) const {
    return std::make_unique<PostgresqlDatabase>(address(), access);
  }
  std::string told(const std::string& statement) const { return execute(address(), statement); }

  /// The names and sizes of all that the schema holds.
  std::string dump() const {
    return told(
        "SELECT string_agg(relname || ' ' || pg_relation_size(c.oid) || ' ' || c.relfilenode, ',' ORDER BY "
        "relname) "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'etalon'");
  }

  std::unique_ptr<PostgresqlDatabaseForTest> place;
};

/// The complaint with which opening is refused.
std::string refusal(const std::string& address, StoreAccess access = StoreAccess::create) {
  try {
    PostgresqlDatabase database(address, access);
  } catch (const RequestError& error) {
    return error.what();
  }
  ADD_FAILURE() << "was not refused";
  return "";
}

std::vector<SqlRow> query(SqlDatabase& database, const std::string& statement,
                          const std::vector<SqlValue>& values = {}) {
  std::vector<SqlRow> rows;
  database.read([&](SqlSession& session) { rows = session.query(statement, values); });
  return rows;
}

std::uint64_t run(SqlDatabase& database, const std::string& statement,
                  const std::vector<SqlValue>& values = {}) {
  std::uint64_t changed = 0;
  database.write([&](SqlSession& session) { changed = session.run(statement, values); });
  return changed;
}

TEST_F(Postgresql, values_come_back_as_they_went) {
  const auto database = open();
  run(*database, "CREATE TABLE kept (id bigint, whole bigint, real float8, letters text, bytes bytea)");
  Bytes all(100'000);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  const double tiny = 5e-324, infinity = std::numeric_limits<double>::infinity();
  const std::vector<SqlRow> rows = {
      {std::int64_t{0}, std::numeric_limits<std::int64_t>::min(), 0.1 + 0.2, std::string("a'b\"\\x\n\u00e9"),
       all},
      {std::int64_t{1}, std::numeric_limits<std::int64_t>::max(), tiny, std::string(), Bytes()},
      {std::int64_t{2}, {}, {}, {}, {}},
      {std::int64_t{3}, std::int64_t{-1}, -infinity, std::string("NULL"), Bytes{0}},
      {std::int64_t{4}, std::int64_t{0}, 1.7976931348623157e308, std::string("\\x00"), Bytes{'\\', 'x'}}};
  for (const SqlRow& row : rows)
    EXPECT_EQ(run(*database, "INSERT INTO kept VALUES ($1, $2, $3, $4, $5)", row), 1u);
  EXPECT_EQ(query(*database, "SELECT * FROM kept ORDER BY id"), rows);
  EXPECT_EQ(run(*database, "UPDATE kept SET whole = 7 WHERE id > $1", {std::int64_t{1}}), 3u);
}

TEST_F(Postgresql, doubles_keep_their_sign_and_not_a_number) {
  const auto database = open();
  run(*database, "CREATE TABLE kept (real float8)");
  run(*database, "INSERT INTO kept VALUES ($1)", {-0.0});
  run(*database, "INSERT INTO kept VALUES ($1)", {std::nan("")});
  const auto rows = query(*database, "SELECT real FROM kept ORDER BY real");  // NaN sorts last
  EXPECT_TRUE(std::signbit(std::get<double>(rows.at(0).at(0))));
  EXPECT_TRUE(std::isnan(std::get<double>(rows.at(1).at(0))));
}

TEST_F(Postgresql, counts_sums_and_truths_are_whole_numbers) {
  const auto row =
      query(*open(),
            "SELECT count(*), sum(n), max(n) > 1, sum(n) / 2.0 FROM (VALUES (1::bigint), (2)) AS v (n)")
          .at(0);
  EXPECT_EQ(row, (SqlRow{std::int64_t{2}, std::int64_t{3}, std::int64_t{1}, 1.5}));
}

TEST_F(Postgresql, a_text_that_it_cannot_keep_is_a_failure) {
  const auto database = open();
  EXPECT_THROW(query(*database, "SELECT $1::text", {std::string("a\0b", 3)}), Failure);
  EXPECT_THROW(query(*database, "SELECT $1::text", {std::string("\xFF")}), Failure);
  EXPECT_EQ(query(*database, "SELECT $1::text", {std::string("ab")}).at(0).at(0),
            SqlValue(std::string("ab")));
}

TEST_F(Postgresql, what_throws_has_changed_nothing) {
  const auto database = open();
  run(*database, "CREATE TABLE kept (id bigint)");
  EXPECT_THROW(database->write([](SqlSession& session) {
    session.run("INSERT INTO kept VALUES (1)");
    throw Failure({"here", "this", "that", ""});
  }),
               Failure);
  EXPECT_TRUE(query(*database, "SELECT * FROM kept").empty());
}

TEST_F(Postgresql, a_mistake_in_sql_is_a_failure_at_once_that_says_which) {
  const auto database = open();
  try {
    query(*database, "SELECT nothing_like_it");
    FAIL() << "did not throw";
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("nothing_like_it"));
    EXPECT_THAT(failure.what(), HasSubstr("store postgresql://"));
  }
}

TEST_F(Postgresql, a_reader_sees_one_state_and_changes_nothing) {
  const auto reader = open(), writer = open();
  run(*writer, "CREATE TABLE kept (id bigint)");
  reader->read([&](SqlSession& session) {
    EXPECT_EQ(session.query("SELECT * FROM kept").size(), 0u);
    run(*writer, "INSERT INTO kept VALUES (1)");
    EXPECT_EQ(session.query("SELECT * FROM kept").size(), 0u);
  });
  EXPECT_EQ(query(*reader, "SELECT * FROM kept").size(), 1u);
  EXPECT_THAT([&] { reader->read([](SqlSession& session) { session.run("DELETE FROM kept"); }); },
              testing::Throws<Failure>());
}

TEST_F(Postgresql, a_store_that_is_opened_to_be_read_is_not_changed) {
  open();
  const auto database = open(StoreAccess::read);
  EXPECT_THROW(run(*database, "CREATE TABLE kept (id bigint)"), Failure);
}

TEST_F(Postgresql, many_statements_go_on_after_the_prepared_ones) {
  const auto database = open();
  for (std::int64_t i = 0; i < 300; ++i)
    EXPECT_EQ(query(*database, "SELECT $1::bigint + " + std::to_string(i), {i}).at(0).at(0), SqlValue(2 * i));
}

TEST_F(Postgresql, says_its_size_and_shrinks) {
  const auto database = open();
  const auto before = database->size_bytes();
  run(*database, "CREATE TABLE kept (bytes bytea)");
  run(*database,
      "INSERT INTO kept SELECT decode(repeat(md5(n::text), 10000), 'hex') FROM generate_series(1, 10) AS n");
  EXPECT_GT(database->size_bytes(), before + 10'000);
  database->shrink();
}

TEST_F(Postgresql, a_schema_of_another_program_is_refused_untouched) {
  for (const std::string foreign :
       {"CREATE TABLE etalon.trial (id int)", "CREATE TABLE etalon.meta (id int)",
        "CREATE TABLE etalon.meta (format text, version text)",
        "CREATE VIEW etalon.meta AS SELECT 'etalon studies' AS format, 1 AS version",
        "CREATE TABLE etalon.meta AS SELECT 'other'::text AS format, 1 AS version"}) {
    told("DROP SCHEMA IF EXISTS etalon CASCADE; CREATE SCHEMA etalon; " + foreign);
    const std::string before = dump();
    for (const StoreAccess access : {StoreAccess::read, StoreAccess::create})
      EXPECT_THAT(refusal(address(), access), HasSubstr("another program")) << foreign;
    EXPECT_EQ(dump(), before);
  }
}

TEST_F(Postgresql, a_newer_schema_is_refused_untouched) {
  open();
  told("UPDATE etalon.meta SET version = 99");
  const std::string before = dump();
  EXPECT_THAT(refusal(address()), HasSubstr("version 99"));
  EXPECT_EQ(dump(), before);
  EXPECT_EQ(told("SELECT version FROM etalon.meta"), "99");
}

TEST_F(Postgresql, reading_makes_no_schema) {
  EXPECT_THAT(refusal(address(), StoreAccess::read), HasSubstr("etalon"));
  EXPECT_EQ(told("SELECT count(*) FROM pg_namespace WHERE nspname = 'etalon'"), "0");
}

TEST_F(Postgresql, an_empty_schema_that_somebody_made_for_us_is_filled) {
  told("CREATE SCHEMA etalon");
  open();
  EXPECT_EQ(told("SELECT count(*) FROM etalon.meta"), "1");
}

TEST_F(Postgresql, processes_that_start_at_once_make_one_schema) {
  shared_postgresql();
  std::vector<pid_t> children;
  for (int process = 0; process < 16; ++process)
    children.push_back(in_child([&] {
      const auto database = open();
      run(*database, "CREATE TABLE IF NOT EXISTS own_" + std::to_string(::getpid()) + " (id bigint)");
      return 0;
    }));
  for (const pid_t child : children) EXPECT_EQ(exit_status_of(child), 0);
  EXPECT_EQ(told("SELECT count(*) FROM etalon.meta"), "1");
}

TEST_F(Postgresql, an_unknown_database_or_user_is_refused_at_once) {
  EXPECT_THAT(refusal(with_database(address(), "nowhere")), HasSubstr("\"nowhere\" does not exist"));
  EXPECT_THAT(refusal(with_database(address(), place->name(), "user=nobody_at_all")),
              HasSubstr("nobody_at_all"));
}

TEST_F(Postgresql, a_user_without_permission_is_refused_with_what_to_grant) {
  const std::string user = "poor_" + place->name();
  told("CREATE ROLE " + user + " LOGIN");
  EXPECT_THAT(refusal(with_database(address(), place->name(), "user=" + user)),
              HasSubstr("GRANT CREATE ON DATABASE"));
  told("DROP ROLE " + user);
}

TEST_F(Postgresql, addresses_that_cannot_be_read_are_refused_without_a_password) {
  for (const std::string bad :
       {"postgresql://u:se@cret@h/d", "postgresql://u:sec/ret@h/d", "postgresql://u:secret@h:port/d",
        "postgresql://u:secret@h/d?no_such_option=1", "postgres://u:%zzsecret@h/d",
        "postgresql://u@h/d?password=secret&sslmode=never"}) {
    EXPECT_THAT(refusal(bad), Not(HasSubstr("cret"))) << bad;
    EXPECT_THAT(refusal(bad), Not(HasSubstr("sec"))) << bad;
  }
  EXPECT_THAT(refusal("postgresql://u@h/d?no_such_option=1"), HasSubstr("no_such_option"));
  EXPECT_THAT(refusal("postgresql:///?service=no_such_service"), HasSubstr("no_such_service"));
}

TEST(PostgresqlAddress, is_shown_without_its_passwords) {
  EXPECT_EQ(shown_address("postgresql://u:p@h:5/d?a=b"), "postgresql://u:***@h:5/d?a=b");
  EXPECT_EQ(shown_address("postgres://u@h:5/d"), "postgres://u@h:5/d");
  EXPECT_EQ(shown_address("postgresql:///d?user=u&password=p&sslpassword=q&host=h"),
            "postgresql:///d?user=u&password=***&sslpassword=***&host=h");
  EXPECT_EQ(PostgresqlAddress("postgresql://u:secret%40@h/d").redacted("about secret@, secret@"),
            "about ***, ***");
  EXPECT_TRUE(is_postgresql_address("postgres://"));
  EXPECT_FALSE(is_postgresql_address("postgresql.db"));
}

}  // namespace
}  // namespace etalon
