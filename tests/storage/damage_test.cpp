/// Damage and full disks: a clear error, never a wrong number.
#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/base/random.h"
#include "etalon/storage/open.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;

class Damage : public testing::Test {
 protected:
  Damage() {
    const auto store = open_store(path(), StoreAccess::create);
    store->save_study(some_study());
    for (std::uint32_t number = 0; number < 6; ++number)
      store->add_trial("some study", some_trial(number, 500), some_weights(number));
    store->conclude("some study", {{some_trial(0).key, 0.5, 0.75}}, some_study().times, {some_trial(0).key});
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
      ADD_FAILURE() << "damage was not found";
    } catch (const Failure& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged"));
    }
  }

  TemporaryFolder folder;
};

TEST_F(Damage, of_any_column_that_makes_a_number_is_found) {
  const std::string intact = read_text(path());
  for (const char* statement :
       {"UPDATE trial SET curve = CAST(substr(curve, 1, 99) || x'5A' || substr(curve, 101) AS BLOB) WHERE id "
        "= 2",
        "UPDATE trial SET curve = substr(curve, 1, 99) WHERE id = 2",
        "UPDATE trial SET seconds = seconds * 2 WHERE id = 2", "UPDATE trial SET seconds = NULL WHERE id = 2",
        "UPDATE trial SET setting = '0.5 0.5' WHERE id = 2",
        "UPDATE trial SET seed_index = seed_index + 7 WHERE id = 2",
        "UPDATE trial SET set_index = set_index + 7 WHERE id = 2",
        "UPDATE trial SET samples_trained = 1 WHERE id = 2",
        "UPDATE trial SET numeric_class = 'x86-64' WHERE id = 2",
        "UPDATE trial SET started_unix_millis = 1 WHERE id = 2", "DELETE FROM trial WHERE id = 2",
        "UPDATE trial_weights SET floats = zeroblob(200)", "UPDATE test_result SET accuracy = 1",
        "UPDATE test_result SET setting = '1 1'", "UPDATE study SET training_seconds = 1",
        "UPDATE study SET planned_trials = 1",
        "UPDATE study SET definition = replace(definition, '\"epochs\":7', '\"epochs\":8')",
        "UPDATE study SET plan = replace(plan, '\"seeds\":3', '\"seeds\":4')",
        "UPDATE study SET facts = replace(facts, 'AVX2', 'AVX3')"}) {
    SCOPED_TRACE(statement);
    change(statement);
    expect_damage_found();
    write_atomically(path(), std::string_view(intact));
  }
}

/// Whatever bit flips: the same values, or an error.
TEST_F(Damage, of_any_bit_of_the_file_never_makes_a_wrong_number) {
  const Bytes intact = read_bytes(path());
  const auto store = open_store(path(), StoreAccess::read);
  const StudySnapshot study = store->load_study("some study").value();
  RandomSequence random({.study_seed = 2, .purpose = Purpose::resampling});
  int found = 0;
  const std::string copy = folder.file("copy.db");
  for (int round = 0; round < 250; ++round) {
    Bytes bytes = intact;
    bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] ^=
        static_cast<std::uint8_t>(1u << random.below(8));
    write_atomically(copy, bytes);
    try {
      const auto damaged = open_store(copy, StoreAccess::read);
      const auto loaded = damaged->load_study("some study");
      if (!loaded) continue;  // its name is another now
      expect_same_study(*loaded, study);
      ASSERT_EQ(loaded->trials.size(), study.trials.size());
      for (std::size_t i = 0; i < study.trials.size(); ++i)
        expect_same_trial(loaded->trials[i], study.trials[i]);
      ASSERT_EQ(loaded->tests.size(), 1u);
      EXPECT_EQ(loaded->tests[0].accuracy, 0.75);
    } catch (const Error&) {
      ++found;
    }
  }
  EXPECT_GT(found, 25);
}

TEST_F(Damage, of_a_file_that_was_removed_or_replaced_is_a_failure_and_spares_the_new_file) {
  auto store = open_store(path(), StoreAccess::create);
  store->add_trial("some study", some_trial(10), {});
  fs::rename(path(), folder.file("moved.db"));
  EXPECT_THROW(store->add_trial("some study", some_trial(11), {}), Failure);
  EXPECT_THROW(store->load_study("some study"), Failure);
  fs::rename(path() + "-wal", folder.file("moved.db-wal"));
  const auto other = open_store(path(), StoreAccess::create);
  other->save_study(some_study("new"));
  EXPECT_THROW(store->add_trial("some study", some_trial(11), {}), Failure);
  store.reset();
  EXPECT_TRUE(fs::exists(path() + "-wal"));  // the new file's log
  EXPECT_EQ(other->list_studies().size(), 1u);
}

/// The limit stands in for a full disk; both make a write fail in the middle of a transaction.
TEST_F(Damage, none_comes_of_a_full_disk_and_the_study_goes_on_when_there_is_room) {
  EXPECT_EQ(run_in_child([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              const auto store = open_store(path(), StoreAccess::create);
              rlimit limit{};
              ::getrlimit(RLIMIT_FSIZE, &limit);
              const rlim_t room = limit.rlim_cur;
              limit.rlim_cur = 300'000;
              ::setrlimit(RLIMIT_FSIZE, &limit);
              std::uint32_t number = 10;
              std::string reason;
              try {
                for (;; ++number) store->add_trial("some study", some_trial(number), some_weights(0, 10'000));
              } catch (const Failure& error) {
                reason = error.what();
              }
              if (reason.find("room") == std::string::npos) return 2;
              if (store->load_study("some study")->trials.size() != number - 10 + 6) return 3;
              limit.rlim_cur = room;
              ::setrlimit(RLIMIT_FSIZE, &limit);
              store->add_trial("some study", some_trial(number), some_weights(0, 10'000));
              return store->load_study("some study")->trials.size() == number - 10 + 7 ? 0 : 4;
            }),
            0);
  SQLite::Database database(path(), SQLite::OPEN_READONLY);
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
}

TEST_F(Damage, none_comes_of_a_disk_that_is_full_when_the_store_is_made) {
  const TemporaryFolder other;
  EXPECT_EQ(run_in_child([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              const rlimit limit{8192, 8192};
              ::setrlimit(RLIMIT_FSIZE, &limit);
              try {
                open_store(other.file("etalon.db"), StoreAccess::create);
              } catch (const RequestError&) {
                return 0;
              }
              return 1;
            }),
            0);
  EXPECT_TRUE(other.contents().empty());
}

TEST_F(Damage, of_nothing_a_concluded_study_gives_its_room_back) {
  const auto store = open_store(path(), StoreAccess::create);
  store->save_study(some_study("large"));
  for (std::uint32_t number = 0; number < 10; ++number)
    store->add_trial("large", some_trial(number), some_weights(number, 100'000));
  store->conclude("large", {}, {}, {});
  EXPECT_LT(fs::file_size(path()), 300'000u);
  EXPECT_EQ(fs::file_size(path() + "-wal"), 0u);
}

}  // namespace
}  // namespace etalon
