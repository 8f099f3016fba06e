/// A store of every schema version that was ever released still opens, with the same values.
///
/// golden/schema-N.db is written once, when version N is the newest, and never again:
///   test_storage --gtest_also_run_disabled_tests --gtest_filter=Golden.DISABLED_write
/// and so is golden/postgresql-N.sql, what pg_dump makes of the same studies:
/// Golden.DISABLED_write_postgresql.
#include <filesystem>

#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/storage/open_store.h"
#include "etalon/storage/postgresql/schema.h"
#include "etalon/storage/sqlite/schema.h"
#include "tests/storage/fixtures.h"
#include "tests/storage/postgresql_server.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;

fs::path golden_file(std::uint32_t version) {
  return fs::path(ETALON_SOURCE_DIR) / "tests/storage/golden" / ("schema-" + std::to_string(version) + ".db");
}

const std::vector<TestResult>& golden_tests() {
  static const std::vector<TestResult> tests = {{some_trial(1).key, 0.1 + 0.2, 0.9875}};
  return tests;
}

/// Attempts and host came with version 2.
TrialRecord golden_trial(std::uint32_t number, std::uint32_t version) {
  TrialRecord trial = some_trial(number);
  if (version < 2) trial.times.attempts = 1, trial.times.host = "";
  return trial;
}

void expect_golden(StudyStore& store, std::uint32_t version) {
  const StudySnapshot study = store.load_study("golden").value();
  expect_same_study(study, some_study("golden"));
  ASSERT_EQ(study.trials.size(), 3u);
  for (const TrialRecord& trial : study.trials)
    expect_same_trial(trial, golden_trial(1000 - trial.key.seed_index, version));
  ASSERT_EQ(study.tests.size(), 1u);
  EXPECT_EQ(study.tests[0].key, golden_tests()[0].key);
  EXPECT_EQ(study.tests[0].loss, golden_tests()[0].loss);
  EXPECT_EQ(store.load_weights("golden", some_trial(1).key), some_weights(1));
  EXPECT_FALSE(store.load_weights("golden", some_trial(0).key));
  const auto finished = store.trials_after("golden", 0);
  for (std::uint32_t number = 0; number < 3; ++number)
    expect_same_trial(finished.at(number), golden_trial(number, version));
  EXPECT_TRUE(store.queue("golden").concluded);
}

/// Versions before 3 hold checkpoints of an older engine, with which none goes on: they are dropped.
constexpr std::uint32_t first_with_checkpoints = 3;

/// What came with version 2, in a study of its own.
void expect_growing(StudyStore& store, std::uint32_t version) {
  const StudySnapshot study = store.load_study("growing").value();
  EXPECT_EQ(study.revision, 1u);
  EXPECT_EQ(study.times.training_seconds, 1.5);
  EXPECT_EQ(study.times.samples_trained, 5u);
  ASSERT_EQ(study.trials.size(), 1u);
  expect_same_trial(study.trials[0], some_trial(5));
  const auto workers = store.workers("growing");
  ASSERT_EQ(workers.size(), 1u);
  EXPECT_EQ(workers[0].identity.id, 4711u);
  EXPECT_EQ(workers[0].identity.process.host, "a host");
  EXPECT_EQ(workers[0].beats, 1u);
  EXPECT_TRUE(workers[0].strategist);
  const auto running = store.running_trials("growing");
  ASSERT_EQ(running.size(), 2u);
  EXPECT_EQ(running[0].worker, 4711u);
  EXPECT_EQ(running[0].attempts, 1u);
  ASSERT_EQ(running[0].curve.has_value(), version >= first_with_checkpoints);
  if (running[0].curve) {
    EXPECT_TRUE(same_bits(*running[0].curve, some_checkpoint(6).curve));
  }
  EXPECT_EQ(running[1].key, some_trial(8).key);
  EXPECT_EQ(running[1].worker, 0u);
  EXPECT_FALSE(store.queue("growing").concluded);
}

/// A trial that its worker left waits with its checkpoint.
void expect_claimed(StudyStore& store, std::uint32_t version) {
  store.dismiss(4711);
  const auto checkpoint = Hand(store, "growing").claim(0, 1).at(0).checkpoint;
  ASSERT_EQ(checkpoint.has_value(), version >= first_with_checkpoints);
  if (checkpoint) expect_same_checkpoint(*checkpoint, some_checkpoint(6));
}

constexpr std::uint32_t first_with_states = 4;

/// After two of four epochs.
TrialRecord half_trial() {
  TrialRecord trial = some_trial(3, 20);
  trial.curve.budget_epochs = 2;
  return trial;
}

void write_states(StudyStore& store) {
  store.save_study(some_study("states"));
  {
    Hand hand(store, "states");
    hand.finish(half_trial(), some_weights(3), {Bytes(40, 9), 1000});
    hand.finish(some_trial(5), some_weights(5), {Bytes(30, 8), 1000});
    store.dismiss(hand.worker());
  }
  store.plan_trials("states", std::vector{PlannedTrial{half_trial().key, 4, 1}});
}

/// What came with version 4: a trial that goes on, whose number is free, and a final state.
void expect_states(StudyStore& store) {
  const QueueState queue = store.queue("states");
  EXPECT_EQ(queue.last_number, 2u);
  EXPECT_EQ(queue.state_bytes, 30u);
  EXPECT_EQ(queue.finished, 1u);
  const auto running = store.running_trials("states");
  ASSERT_EQ(running.size(), 1u);
  EXPECT_EQ(running[0].epochs, 4u);
  EXPECT_TRUE(same_bits(running[0].curve.value(), half_trial().curve));
  const auto finished = store.trials_after("states", 0);
  ASSERT_EQ(finished.size(), 1u);
  EXPECT_EQ(finished[0].number, 2u);
  expect_same_trial(finished[0], some_trial(5));
}

void write_growing(StudyStore& store) {
  store.save_study(some_study("growing"));
  WorkerIdentity worker;
  worker.id = 4711;
  worker.process = {"a host", 12, 34, "boot", "pid:[56]"};
  worker.etalon_version = "0.1.0";
  store.enlist("growing", worker);
  store.beat(worker.id, {1.5, 5});
  store.take_strategist(worker.id);
  Hand hand(store, "growing", worker.id);
  hand.finish(some_trial(5), some_weights(5));
  store.plan_trials("growing", std::vector{planned(some_trial(6)), planned(some_trial(8), 1)});
  hand.claim(0, 1);
  store.save_checkpoints(worker.id, std::vector{some_checkpoint(6)});
}

TEST(Golden, every_schema_version_opens) {
  for (std::uint32_t version = 1; version <= newest_schema_version(); ++version)
    for (const StoreAccess access : {StoreAccess::read, StoreAccess::create}) {
      SCOPED_TRACE(version);
      const TemporaryFolder folder;
      fs::copy_file(golden_file(version), folder.file("etalon.db"));
      const auto store = open_store(folder.file("etalon.db"), access);
      expect_golden(*store, version);
      if (version >= 2) expect_growing(*store, version);
      if (version >= first_with_states) expect_states(*store);
      if (access == StoreAccess::read) continue;
      Hand(*store, "golden").finish(some_trial(7), some_weights(7));
      EXPECT_EQ(store->trials_after("golden", 3).size(), 1u);
      if (version >= 2) expect_claimed(*store, version);
    }
}

void write_golden(StudyStore& store) {
  store.save_study(some_study("golden"));
  {
    Hand hand(store, "golden");
    for (std::uint32_t number = 0; number < 3; ++number)
      hand.finish(some_trial(number), some_weights(number));
    store.beat(hand.worker(), {some_study().times.training_seconds, some_study().times.samples_trained});
    store.dismiss(hand.worker());
  }
  store.conclude("golden", golden_tests(), some_study().times.finished_unix_millis, {some_trial(1).key});
  write_growing(store);
  write_states(store);
}

TEST(Golden, DISABLED_write) {
  const fs::path path = golden_file(newest_schema_version());
  ASSERT_FALSE(fs::exists(path)) << "a golden file is never replaced";
  const ManualClock clock;
  write_golden(*open_store(path.string(), StoreAccess::create, clock));
}

std::string golden_dump(std::uint32_t version) {
  return std::string(ETALON_SOURCE_DIR) + "/tests/storage/golden/postgresql-" + std::to_string(version) +
         ".sql";
}

TEST(Golden, every_schema_version_of_postgresql_opens) {
  if (!why_no_postgresql().empty()) GTEST_SKIP() << why_no_postgresql();
  for (std::uint32_t version = 1; version <= newest_postgresql_version(); ++version)
    for (const StoreAccess access : {StoreAccess::read, StoreAccess::create}) {
      SCOPED_TRACE(version);
      const PostgresqlDatabaseForTest place;
      ASSERT_EQ(run_postgresql_program("psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --file='" +
                                       golden_dump(version) + "' '" + place.address() + "'"),
                0);
      const auto store = open_store(place.address(), access);
      const std::uint32_t version_of_sqlite =
          version + 1;  // PostgreSQL begins with what SQLite keeps since 2
      expect_golden(*store, version_of_sqlite);
      expect_growing(*store, version_of_sqlite);
      if (version_of_sqlite >= first_with_states) expect_states(*store);
      if (access == StoreAccess::read) continue;
      Hand(*store, "golden").finish(some_trial(7), some_weights(7));
      EXPECT_EQ(store->trials_after("golden", 3).size(), 1u);
      expect_claimed(*store, version_of_sqlite);
    }
}

TEST(Golden, an_older_schema_of_postgresql_is_brought_up_to_date_by_its_owner_alone) {
  if (!why_no_postgresql().empty()) GTEST_SKIP() << why_no_postgresql();
  const PostgresqlDatabaseForTest place;
  ASSERT_EQ(run_postgresql_program("psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --file='" +
                                   golden_dump(1) + "' '" + place.address() + "'"),
            0);
  const std::string reader = "reader_" + place.name();
  execute(place.address(), "CREATE ROLE " + reader + " LOGIN; GRANT USAGE ON SCHEMA etalon TO " + reader +
                               "; GRANT SELECT ON ALL TABLES IN SCHEMA etalon TO " + reader);
  const std::string as_reader = with_database(place.address(), place.name(), "user=" + reader);
  try {
    open_store(as_reader, StoreAccess::read);
    ADD_FAILURE() << "was not refused";
  } catch (const RequestError& error) {
    EXPECT_NE(std::string(error.what()).find("a schema of version 1, whose tables belong to another user"),
              std::string::npos)
        << error.what();
  }
  open_store(place.address(), StoreAccess::read);
  EXPECT_EQ(open_store(as_reader, StoreAccess::read)->list_studies().size(), 2u);
  execute(place.address(), "DROP OWNED BY " + reader + "; DROP ROLE " + reader);
}

TEST(Golden, DISABLED_write_postgresql) {
  const std::string path = golden_dump(newest_postgresql_version());
  ASSERT_FALSE(fs::exists(path)) << "a golden file is never replaced";
  const PostgresqlDatabaseForTest place;
  const ManualClock clock;
  write_golden(*open_store(place.address(), StoreAccess::create, clock));
  ASSERT_EQ(run_postgresql_program("pg_dump --schema=etalon --no-owner --no-privileges --file='" + path +
                                   "' '" + place.address() + "'"),
            0);
}

}  // namespace
}  // namespace etalon
