/// What every store must do. A new store is held to it by one more line at the end.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/storage/open.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

using testing::HasSubstr;

class StoreConformance : public testing::TestWithParam<std::string> {
 protected:
  StoreConformance() : store(open_store(where(), StoreAccess::create, clock)) {}

  std::string where() const { return GetParam() == "memory" ? "memory:" : folder.file("etalon.db"); }

  /// The same content, from the disk where there is one.
  void reopen() {
    if (GetParam() == "memory") return;
    store.reset();
    store = open_store(where(), StoreAccess::create, clock);
  }

  void add_some(const std::string& study, std::uint32_t number) {
    store->add_trial(study, some_trial(number), some_weights(number));
  }

  StudySnapshot load(const std::string& name = "some study") { return store->load_study(name).value(); }

  TemporaryFolder folder;
  ManualClock clock;
  std::unique_ptr<StudyStore> store;
};

TEST_P(StoreConformance, a_new_store_is_empty) {
  EXPECT_TRUE(store->list_studies().empty());
  EXPECT_FALSE(store->load_study("some study"));
  EXPECT_FALSE(store->load_weights("some study", some_trial(0).key));
}

TEST_P(StoreConformance, a_saved_study_comes_back_whole) {
  StudySnapshot study = some_study();
  study.trials = {some_trial(0)};  // both are ignored
  study.tests = {{some_trial(0).key, 1, 1}};
  store->save_study(study);
  reopen();
  expect_same_study(load(), study);
  EXPECT_TRUE(load().trials.empty());
  EXPECT_TRUE(load().tests.empty());
}

TEST_P(StoreConformance, names_may_hold_anything) {
  for (const std::string name : {"", "a'b\"; DROP TABLE study; --", "\u00e9", "a\nb"}) {
    store->save_study(some_study(name));
    add_some(name, 0);
    EXPECT_EQ(load(name).trials.size(), 1u) << name;
  }
  EXPECT_EQ(store->list_studies().size(), 4u);
}

TEST_P(StoreConformance, trials_come_back_bit_for_bit_in_the_order_of_their_keys) {
  store->save_study(some_study());
  for (std::uint32_t number = 0; number < 20; ++number) add_some("some study", number);
  reopen();
  const auto trials = load().trials;
  ASSERT_EQ(trials.size(), 20u);
  EXPECT_TRUE(std::is_sorted(trials.begin(), trials.end(),
                             [](const TrialRecord& a, const TrialRecord& b) { return a.key < b.key; }));
  for (std::uint32_t number = 0; number < 20; ++number) {
    const TrialRecord expected = some_trial(number);
    const auto found = std::find_if(trials.begin(), trials.end(),
                                    [&](const TrialRecord& trial) { return trial.key == expected.key; });
    ASSERT_NE(found, trials.end());
    expect_same_trial(*found, expected);
  }
}

TEST_P(StoreConformance, etas_one_bit_apart_are_two_settings_and_sort_as_numbers) {
  store->save_study(some_study());
  TrialRecord trial = some_trial(0);
  for (const double eta : {10.0, 9.0, std::nextafter(0.1, 1), 0.1, 1e-5, 5e-324}) {
    trial.key.setting.eta = {eta, eta};
    store->add_trial("some study", trial, {});
  }
  reopen();
  std::vector<double> etas;
  for (const TrialRecord& loaded : load().trials) etas.push_back(loaded.key.setting.eta.at(1));
  EXPECT_EQ(etas, std::vector({5e-324, 1e-5, 0.1, std::nextafter(0.1, 1), 9.0, 10.0}));
}

TEST_P(StoreConformance, curves_may_be_empty_or_per_epoch) {
  store->save_study(some_study());
  TrialRecord trial = some_trial(0);
  trial.curve = {};
  trial.curve.resolution = Resolution::epoch;
  trial.curve.reference_loss = std::nan("");
  store->add_trial("some study", trial, {});
  reopen();
  expect_same_trial(load().trials.at(0), trial);
  EXPECT_EQ(store->load_weights("some study", trial.key), std::vector<float>{});
}

TEST_P(StoreConformance, a_second_result_of_a_trial_is_a_failure_and_changes_nothing) {
  store->save_study(some_study());
  add_some("some study", 1);
  clock.now_unix_millis += 1000;
  TrialRecord other = some_trial(2);
  other.key = some_trial(1).key;
  EXPECT_THROW(store->add_trial("some study", other, some_weights(2)), Failure);
  reopen();
  expect_same_trial(load().trials.at(0), some_trial(1));
  EXPECT_EQ(store->load_weights("some study", other.key), some_weights(1));
  EXPECT_EQ(store->list_studies().at(0).finished_trials, 1u);
  EXPECT_EQ(store->list_studies().at(0).last_change_unix_millis, clock.now_unix_millis - 1000);
}

TEST_P(StoreConformance, an_eta_that_is_no_number_is_a_failure_and_changes_nothing) {
  store->save_study(some_study());
  TrialRecord trial = some_trial(1);
  trial.key.setting.eta = {std::nan(""), 1};
  EXPECT_THROW(store->add_trial("some study", trial, {}), Failure);
  EXPECT_TRUE(load().trials.empty());
  EXPECT_EQ(store->list_studies().at(0).finished_trials, 0u);
}

TEST_P(StoreConformance, studies_that_are_not_there_are_failures) {
  EXPECT_THROW(add_some("nowhere", 0), Failure);
  EXPECT_THROW(store->conclude("nowhere", {}, {}, {}), Failure);
  EXPECT_TRUE(store->list_studies().empty());
}

TEST_P(StoreConformance, another_definition_is_refused_naming_what_differs) {
  store->save_study(some_study());
  StudySnapshot other = some_study();
  other.definition.epochs = 8;
  other.plan.seeds = 99;
  try {
    store->save_study(other);
    FAIL() << "was not refused";
  } catch (const RequestError& error) {
    EXPECT_THAT(error.what(), HasSubstr("some study"));
    EXPECT_THAT(error.what(), HasSubstr("epochs = 8 (stored: 7)"));
  }
  reopen();
  expect_same_study(load(), some_study());
}

TEST_P(StoreConformance, a_study_grows_and_keeps_trials_tests_and_weights) {
  store->save_study(some_study());
  add_some("some study", 0);
  store->conclude("some study", {{some_trial(0).key, 0.25, 0.75}}, {}, {some_trial(0).key});
  StudySnapshot grown = some_study();
  grown.plan.seeds = 9;
  grown.plan.space.values.at(0).push_back(1);
  grown.planned_trials = 240;
  grown.command = "etalon tune --seeds 9";
  grown.times.training_seconds = 99;
  store->save_study(grown);
  reopen();
  expect_same_study(load(), grown);
  expect_same_trial(load().trials.at(0), some_trial(0));
  EXPECT_EQ(load().tests.at(0).accuracy, 0.75);
  EXPECT_EQ(store->load_weights("some study", some_trial(0).key), some_weights(0));
}

TEST_P(StoreConformance, concluding_keeps_the_named_weights_alone) {
  store->save_study(some_study());
  store->save_study(some_study("other"));
  for (std::uint32_t number = 0; number < 4; ++number) add_some("some study", number);
  add_some("other", 0);
  const StudyTimes times{1, 2, 3.5, 4};
  const std::vector<TestResult> tests = {{some_trial(3).key, std::nan(""), 0.5},
                                         {some_trial(1).key, INFINITY, 1.0 / 3}};
  store->conclude("some study", tests, times, {some_trial(3).key, some_trial(1).key, some_trial(77).key});
  reopen();
  for (std::uint32_t number = 0; number < 4; ++number)
    EXPECT_EQ(store->load_weights("some study", some_trial(number).key).has_value(), number % 2 == 1);
  EXPECT_EQ(store->load_weights("some study", some_trial(3).key), some_weights(3));
  EXPECT_TRUE(store->load_weights("other", some_trial(0).key));
  const StudySnapshot study = load();
  EXPECT_EQ(study.trials.size(), 4u);
  EXPECT_EQ(study.times.training_seconds, 3.5);
  EXPECT_EQ(study.times.samples_trained, 4u);
  ASSERT_EQ(study.tests.size(), 2u);
  EXPECT_EQ(study.tests[0].key, some_trial(3).key);
  EXPECT_TRUE(std::isnan(study.tests[0].loss));
  EXPECT_EQ(study.tests[1].loss, INFINITY);
  EXPECT_EQ(study.tests[1].accuracy, 1.0 / 3);
}

TEST_P(StoreConformance, concluding_again_replaces_the_tests) {
  store->save_study(some_study());
  add_some("some study", 0);
  store->conclude("some study", {{some_trial(0).key, 1, 1}, {some_trial(1).key, 2, 1}}, {}, {});
  store->conclude("some study", {{some_trial(2).key, 3, 1}}, {}, {});
  reopen();
  ASSERT_EQ(load().tests.size(), 1u);
  EXPECT_EQ(load().tests[0].loss, 3);
}

TEST_P(StoreConformance, lists_studies_by_name_with_counts_and_last_change) {
  store->save_study(some_study("b"));
  store->save_study(some_study("a"));
  clock.now_unix_millis += 5;
  add_some("b", 0);
  add_some("b", 1);
  reopen();
  const auto studies = store->list_studies();
  ASSERT_EQ(studies.size(), 2u);
  EXPECT_EQ(studies[0].name, "a");
  EXPECT_EQ(studies[0].finished_trials, 0u);
  EXPECT_EQ(studies[1].finished_trials, 2u);
  EXPECT_EQ(studies[1].planned_trials, 24u);
  EXPECT_EQ(studies[1].last_change_unix_millis - studies[0].last_change_unix_millis, 5);
}

TEST_P(StoreConformance, a_study_is_locked_once_until_the_lock_goes) {
  auto lock = store->lock_study("some study");  // before the study is there
  const auto other = store->lock_study("other");
  try {
    store->lock_study("some study");
    FAIL() << "was not refused";
  } catch (const RequestError& error) {
    EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid())));
    EXPECT_THAT(error.what(), HasSubstr("host"));
  }
  store->save_study(some_study());
  lock.reset();
  lock = store->lock_study("some study");
  EXPECT_THROW(store->lock_study("some study"), RequestError);
}

TEST_P(StoreConformance, a_lock_may_outlive_its_store) {
  const auto lock = store->lock_study("some study");
  store.reset();
}

TEST_P(StoreConformance, threads_may_share_a_store) {
  store->save_study(some_study());
  std::vector<std::jthread> threads;
  for (std::uint32_t thread = 0; thread < 4; ++thread)
    threads.emplace_back([this, thread] {
      for (std::uint32_t i = 0; i < 10; ++i) {
        add_some("some study", 4 * i + thread);
        EXPECT_GE(load().trials.size(), i + 1);
        EXPECT_EQ(store->list_studies().size(), 1u);
      }
    });
  threads.clear();
  EXPECT_EQ(load().trials.size(), 40u);
}

TEST_P(StoreConformance, of_threads_that_add_the_same_trial_one_wins) {
  store->save_study(some_study());
  std::atomic<int> failures = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      try {
        add_some("some study", 0);
      } catch (const Failure&) {
        ++failures;
      }
    });
  threads.clear();
  EXPECT_EQ(failures, 3);
  EXPECT_EQ(load().trials.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance, testing::Values("memory", "sqlite"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace etalon
