/// Damage: a clear error, never a wrong number.
#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/base/random.h"
#include "etalon/storage/open_store.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Damage : public testing::Test {
 protected:
  Damage() {
    const auto store = open_store(path(), StoreAccess::create);
    store->save_study(some_study());
    Hand hand(*store, "some study", 1);
    for (std::uint32_t number = 0; number < 6; ++number)
      hand.finish(some_trial(number, 500), some_weights(number), {Bytes(200, 7), 250});
    store->beat(1, {0.1 + 0.2, 77});
    store->dismiss(1);
    store->conclude("some study", {{some_trial(0).key, 0.5, 0.75}}, 88, {some_trial(0).key});
    store->plan_trials("some study", std::vector{planned(some_trial(10)), planned(some_trial(12)),
                                                 planned(some_trial(14)), planned(some_trial(16))});
    Hand holder(*store, "some study", 0x5A5A'5A5A);
    holder.claim(0, 2);
    store->save_checkpoints(holder.worker(),
                            std::vector{some_checkpoint(10, 3, 9000), some_checkpoint(12, 3)});
    store->beat(holder.worker(), {0.5, 5});
  }

  std::string path() const { return folder.file("etalon.db"); }
  void change(const std::string& statement) const {
    SQLite::Database(path(), SQLite::OPEN_READWRITE).exec(statement);
  }

  void expect_damage_found() const {
    const auto store = open_store(path(), StoreAccess::read);
    try {
      store->load_study("some study");
      store->load_weights("some study", some_trial(0).key);
      store->queue("some study");
      store->running_trials("some study");
      store->workers("some study");
      copy_study_of_dead(*store);
      ADD_FAILURE() << "damage was not found";
    } catch (const Failure& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged"));
    }
  }

  /// Reads the states of checkpoints too.
  static void copy_study_of_dead(StudyStore& store) {
    const auto other = open_store("memory:", StoreAccess::create);
    other->receive_study([&](StudyReceiver& receiver) { store.send_study("some study", receiver); });
  }

  TemporaryFolder folder;
};

TEST_F(Damage, of_any_column_that_makes_a_number_is_found) {
  const std::string intact = read_text(path());
  for (const char* statement :
       {"UPDATE trial SET curve = CAST(substr(curve, 1, 99) || x'5A' || substr(curve, 101) AS BLOB) WHERE id "
        "= 2",
        "UPDATE trial SET curve = substr(curve, 1, 99) WHERE id = 2",
        "UPDATE trial SET seconds = seconds * 2 WHERE id = 2",
        "UPDATE trial SET seconds = NULL WHERE id = 2",
        "UPDATE trial SET setting = '0.5 0.5' WHERE id = 2",
        "UPDATE trial SET seed_index = seed_index + 7 WHERE id = 2",
        "UPDATE trial SET set_index = set_index + 7 WHERE id = 2",
        "UPDATE trial SET samples_trained = 1 WHERE id = 2",
        "UPDATE trial SET numeric_class = 'x86-64' WHERE id = 2",
        "UPDATE trial SET started_unix_millis = 1 WHERE id = 2",
        "DELETE FROM trial WHERE id = 2",
        "UPDATE trial_weights SET floats = zeroblob(200)",
        "UPDATE test_result SET accuracy = 1",
        "UPDATE test_result SET setting = '1 1'",
        "UPDATE study SET training_seconds = 1",
        "UPDATE study SET planned_trials = 1",
        "UPDATE study SET sets = 1",
        "UPDATE study SET last_number = 3",
        "UPDATE trial_state SET state = zeroblob(200)",
        "UPDATE study SET definition = replace(definition, '\"epochs\":7', '\"epochs\":8')",
        "UPDATE study SET plan = replace(plan, '\"seeds\":3', '\"seeds\":4')",
        "UPDATE study SET facts = replace(facts, 'AVX2', 'AVX3')"}) {
    SCOPED_TRACE(statement);
    change(statement);
    expect_damage_found();
    write_atomically(path(), std::string_view(intact));
  }
}

/// All that can be read of the study; nothing if no study has its name.
struct AllRead {
  StudySnapshot study;
  std::vector<RunningTrial> running;
  std::vector<WorkerRecord> workers;
  QueueState queue;
  std::vector<ClaimedTrial> claimed;

  static std::optional<AllRead> of(StudyStore& store) {
    auto study = store.load_study("some study");
    if (!study) return std::nullopt;
    AllRead all{std::move(*study),
                store.running_trials("some study"),
                store.workers("some study"),
                store.queue("some study"),
                {}};
    // As the rest of a study's life would: the holder is dismissed and its trials go to somebody else.
    if (!store.dismiss(0x5A5A'5A5A)) throw Failure({"the test", "no such worker", "a worker", ""});
    all.claimed = Hand(store, "some study", 3).claim(0, 9);
    return all;
  }
};

void expect_same(const AllRead& a, const AllRead& b) {
  expect_same_study(a.study, b.study);
  ASSERT_EQ(a.study.trials.size(), b.study.trials.size());
  for (std::size_t i = 0; i < b.study.trials.size(); ++i)
    expect_same_trial(a.study.trials[i], b.study.trials[i]);
  ASSERT_EQ(a.study.tests.size(), 1u);
  EXPECT_EQ(a.study.tests[0].accuracy, 0.75);
  ASSERT_EQ(a.running.size(), b.running.size());
  for (std::size_t i = 0; i < b.running.size(); ++i) {
    EXPECT_EQ(a.running[i].key, b.running[i].key);
    EXPECT_EQ(a.running[i].worker, b.running[i].worker);
    EXPECT_EQ(a.running[i].attempts, b.running[i].attempts);
    EXPECT_TRUE(!b.running[i].curve || same_bits(a.running[i].curve.value(), *b.running[i].curve));
  }
  ASSERT_EQ(a.workers.size(), 1u);
  EXPECT_EQ(a.workers[0].identity.process, b.workers[0].identity.process);
  EXPECT_EQ(a.queue.waiting, b.queue.waiting);
  ASSERT_EQ(a.claimed.size(), b.claimed.size());
  for (std::size_t i = 0; i < b.claimed.size(); ++i) {
    EXPECT_EQ(a.claimed[i].trial.key, b.claimed[i].trial.key);
    EXPECT_EQ(a.claimed[i].attempt, b.claimed[i].attempt);
    if (a.claimed[i].checkpoint &&
        b.claimed[i].checkpoint)  // dropped: the trial starts anew, to the same bits
      expect_same_checkpoint(*a.claimed[i].checkpoint, *b.claimed[i].checkpoint);
  }
}

/// Whatever bit flips: the same values, or an error.
TEST_F(Damage, of_any_bit_of_the_file_never_makes_a_wrong_number) {
  const Bytes intact = read_bytes(path());
  const std::string copy = folder.file("copy.db");
  write_atomically(copy, intact);
  const AllRead all = AllRead::of(*open_store(copy, StoreAccess::create)).value();
  RandomSequence random({.study_seed = 2, .purpose = Purpose::resampling});
  int found = 0;
  for (int round = 0; round < 200; ++round) {
    Bytes bytes = intact;
    bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] ^=
        static_cast<std::uint8_t>(1u << random.below(8));
    for (const char* end : {"-wal", "-shm"}) fs::remove(copy + end);
    write_atomically(copy, bytes);
    try {
      const auto damaged = AllRead::of(*open_store(copy, StoreAccess::create));
      if (damaged) expect_same(*damaged, all);  // otherwise its name is another now
    } catch (const Error&) {
      ++found;
    }
  }
  EXPECT_GT(found, 20);
}

TEST_F(Damage, of_a_file_that_was_removed_or_replaced_is_a_failure_and_spares_the_new_file) {
  auto store = open_store(path(), StoreAccess::create);
  Hand hand(*store, "some study");
  hand.plan_and_hold(some_trial(20));
  fs::rename(path(), folder.file("moved.db"));
  EXPECT_THROW(store->finish_trial(hand.worker(), some_trial(20), {}), Failure);
  EXPECT_THROW(store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(20)}), Failure);
  EXPECT_THROW(store->beat(hand.worker(), {}), Failure);
  EXPECT_THROW(store->load_study("some study"), Failure);
  EXPECT_THROW(store->size_bytes(), Failure);
  fs::rename(path() + "-wal", folder.file("moved.db-wal"));
  const auto other = open_store(path(), StoreAccess::create);
  other->save_study(some_study("new"));
  EXPECT_THROW(store->finish_trial(hand.worker(), some_trial(20), {}), Failure);
  store.reset();
  EXPECT_TRUE(fs::exists(path() + "-wal"));  // the new file's log
  EXPECT_EQ(other->list_studies().size(), 1u);
}

}  // namespace
}  // namespace etalon
