/// A store of every schema version that was ever released still opens, with the same values.
///
/// golden/schema-N.db is written once, when version N is the newest, and never again:
///   test_storage --gtest_also_run_disabled_tests --gtest_filter=Golden.DISABLED_write
#include <filesystem>

#include <gtest/gtest.h>

#include "etalon/storage/open.h"
#include "etalon/storage/sqlite_schema.h"
#include "tests/storage/fixtures.h"

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

void expect_golden(StudyStore& store) {
  const StudySnapshot study = store.load_study("golden").value();
  expect_same_study(study, some_study("golden"));
  ASSERT_EQ(study.trials.size(), 3u);
  for (const TrialRecord& trial : study.trials)
    expect_same_trial(trial, some_trial(1000 - trial.key.seed_index));
  ASSERT_EQ(study.tests.size(), 1u);
  EXPECT_EQ(study.tests[0].key, golden_tests()[0].key);
  EXPECT_EQ(study.tests[0].loss, golden_tests()[0].loss);
  EXPECT_EQ(store.load_weights("golden", some_trial(1).key), some_weights(1));
  EXPECT_FALSE(store.load_weights("golden", some_trial(0).key));
}

TEST(Golden, every_schema_version_opens) {
  for (std::uint32_t version = 1; version <= newest_schema_version(); ++version)
    for (const StoreAccess access : {StoreAccess::read, StoreAccess::create}) {
      SCOPED_TRACE(version);
      const TemporaryFolder folder;
      fs::copy_file(golden_file(version), folder.file("etalon.db"));
      const auto store = open_store(folder.file("etalon.db"), access);
      expect_golden(*store);
      if (access == StoreAccess::create) store->add_trial("golden", some_trial(7), some_weights(7));
    }
}

TEST(Golden, DISABLED_write) {
  const fs::path path = golden_file(newest_schema_version());
  ASSERT_FALSE(fs::exists(path)) << "a golden file is never replaced";
  const ManualClock clock;
  const auto store = open_store(path.string(), StoreAccess::create, clock);
  store->save_study(some_study("golden"));
  for (std::uint32_t number = 0; number < 3; ++number)
    store->add_trial("golden", some_trial(number), some_weights(number));
  store->conclude("golden", golden_tests(), some_study().times, {some_trial(1).key});
}

}  // namespace
}  // namespace etalon
