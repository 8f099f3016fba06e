/// Studies and finished trials, as every store keeps them.
#include "tests/storage/conformance.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {

using testing::HasSubstr;

TEST_P(StoreConformance, a_new_store_is_empty) {
  EXPECT_TRUE(store->list_studies().empty());
  EXPECT_FALSE(store->load_study("some study"));
  EXPECT_FALSE(store->load_weights("some study", some_trial(0).key));
}

TEST_P(StoreConformance, a_saved_study_comes_back_whole) {
  StudySnapshot study = some_study();
  study.trials = {some_trial(0)};  // both are ignored
  study.tests = {{some_trial(0).key, 1, 1}};
  EXPECT_TRUE(store->save_study(study));
  reopen();
  expect_same_study(load(), saved_study());
  EXPECT_EQ(load().revision, 1u);
  EXPECT_TRUE(load().trials.empty());
  EXPECT_TRUE(load().tests.empty());
}

TEST_P(StoreConformance, names_may_hold_anything_that_can_be_printed) {
  for (const std::string name : {"a", "a'b\"; DROP TABLE study; --", "\u00e9", "a b"}) {
    store->save_study(some_study(name));
    finish_some(0, name);
    EXPECT_EQ(load(name).trials.size(), 1u) << name;
  }
  EXPECT_EQ(store->list_studies().size(), 4u);
}

TEST_P(StoreConformance, trials_come_back_bit_for_bit_in_the_order_of_their_keys) {
  store->save_study(some_study());
  for (std::uint32_t number = 0; number < 20; ++number) finish_some(number);
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
    trial.key.setting.values = {eta, eta};
    Hand(*store, "some study").finish(trial, {});
  }
  reopen();
  std::vector<double> etas;
  for (const TrialRecord& loaded : load().trials) etas.push_back(loaded.key.setting.values.at(1));
  EXPECT_EQ(etas, std::vector({5e-324, 1e-5, 0.1, std::nextafter(0.1, 1), 9.0, 10.0}));
}

TEST_P(StoreConformance, curves_may_be_empty_or_per_epoch) {
  store->save_study(some_study());
  TrialRecord trial = some_trial(0);
  trial.curve = {};
  trial.curve.resolution = Resolution::epoch;
  trial.curve.reference_loss = std::nan("");
  Hand(*store, "some study").finish(trial, {});
  reopen();
  expect_same_trial(load().trials.at(0), trial);
  EXPECT_EQ(store->load_weights("some study", trial.key), std::vector<float>{});
}

TEST_P(StoreConformance, an_eta_that_is_no_number_is_a_failure_and_changes_nothing) {
  store->save_study(some_study());
  TrialRecord trial = some_trial(1);
  trial.key.setting.values = {std::nan(""), 1};
  const PlannedTrial plan[] = {planned(some_trial(0)), planned(trial)};
  EXPECT_THROW(store->plan_trials("some study", plan), Failure);
  EXPECT_TRUE(store->running_trials("some study").empty());
  EXPECT_THROW(store->conclude("some study", {{trial.key, 1, 1}}, 5, {}), Failure);
  EXPECT_FALSE(store->queue("some study").concluded);
}

TEST_P(StoreConformance, studies_that_are_not_there_are_failures) {
  EXPECT_THROW(store->enlist("nowhere", some_worker(1)), Failure);
  EXPECT_THROW(store->plan_trials("nowhere", {}), Failure);
  EXPECT_THROW(store->conclude("nowhere", {}, {}, {}), Failure);
  EXPECT_THROW(store->queue("nowhere"), Failure);
  EXPECT_THROW(store->running_trials("nowhere"), Failure);
  EXPECT_THROW(store->workers("nowhere"), Failure);
  EXPECT_THROW(store->trials_after("nowhere", 0), Failure);
  EXPECT_THROW(store->delete_study("nowhere"), Failure);
  StudySnapshot deleted = some_study("nowhere");
  deleted.revision = 3;
  EXPECT_FALSE(store->save_study(deleted));
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
  expect_same_study(load(), saved_study());
}

TEST_P(StoreConformance, a_study_grows_and_keeps_trials_tests_times_and_weights) {
  store->save_study(some_study());
  finish_some(0);
  store->conclude("some study", {{some_trial(0).key, 0.25, 0.75}}, 77, {some_trial(0).key});
  StudySnapshot grown = load();
  grown.plan.seeds = 9;
  grown.plan.space.values.at(0).push_back(1);
  grown.planned_trials = 240;
  grown.command = "etalon tune --seeds 9";
  grown.times = {1, 2, 3, 4};  // ignored
  EXPECT_TRUE(store->save_study(grown));
  reopen();
  grown.times = saved_study().times;
  grown.times.finished_unix_millis = 77;
  expect_same_study(load(), grown);
  EXPECT_EQ(load().revision, 2u);
  expect_same_trial(load().trials.at(0), some_trial(0));
  EXPECT_EQ(load().tests.at(0).accuracy, 0.75);
  EXPECT_EQ(store->load_weights("some study", some_trial(0).key), some_weights(0));
}

TEST_P(StoreConformance, of_two_who_change_a_study_the_second_is_told_so) {
  store->save_study(some_study());
  StudySnapshot mine = load(), theirs = load();
  theirs.planned_trials = 30;
  EXPECT_TRUE(store->save_study(theirs));
  mine.planned_trials = 40;
  EXPECT_FALSE(store->save_study(mine));
  EXPECT_EQ(load().planned_trials, 30u);
  mine.revision = 7;
  EXPECT_FALSE(store->save_study(mine));
  mine.revision = 0;
  EXPECT_FALSE(store->save_study(mine));
  mine.revision = load().revision;
  EXPECT_TRUE(store->save_study(mine));
  reopen();
  EXPECT_EQ(load().planned_trials, 40u);
  EXPECT_EQ(load().revision, 3u);
}

TEST_P(StoreConformance, a_save_that_is_made_again_after_its_answer_was_lost_finds_its_work_done) {
  EXPECT_TRUE(store->save_study(some_study()));
  EXPECT_TRUE(store->save_study(some_study()));
  StudySnapshot grown = load();
  grown.planned_trials = 30;
  EXPECT_TRUE(store->save_study(grown));
  EXPECT_TRUE(store->save_study(grown));
  EXPECT_EQ(load().revision, 2u);
}

TEST_P(StoreConformance, of_threads_that_create_or_change_a_study_each_change_is_counted_once) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      store->save_study(some_study());
      for (int i = 0; i < 10; ++i)
        for (bool saved = false; !saved;) {
          StudySnapshot next = load();
          ++next.planned_trials;
          next.command += "x" + std::to_string(::gettid());
          saved = store->save_study(next);
        }
    });
  threads.clear();
  EXPECT_EQ(load().planned_trials, 24u + 40u);
  EXPECT_EQ(load().revision, 41u);
}

TEST_P(StoreConformance, a_deleted_study_is_gone_with_all_that_hangs_on_it) {
  store->save_study(some_study());
  store->save_study(some_study("other"));
  finish_some(0);
  finish_some(0, "other");
  plan({1, 2});
  Hand hand(*store, "some study");
  hand.claim(0, 1);
  store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(2)});
  store->delete_study("some study");
  reopen();
  EXPECT_FALSE(store->load_study("some study"));
  EXPECT_FALSE(store->load_weights("some study", some_trial(0).key));
  EXPECT_FALSE(store->beat(hand.worker(), {}));
  EXPECT_FALSE(store->finish_trial(hand.worker(), some_trial(2), {}));
  EXPECT_EQ(store->list_studies().size(), 1u);
  EXPECT_EQ(load("other").trials.size(), 1u);
  EXPECT_TRUE(store->save_study(some_study()));
  EXPECT_TRUE(load().trials.empty());
  EXPECT_TRUE(store->running_trials("some study").empty());
}

TEST_P(StoreConformance, concluding_keeps_the_named_weights_alone) {
  store->save_study(some_study());
  store->save_study(some_study("other"));
  for (std::uint32_t number = 0; number < 4; ++number) finish_some(number);
  finish_some(0, "other");
  const std::vector<TestResult> tests = {{some_trial(3).key, std::nan(""), 0.5},
                                         {some_trial(1).key, INFINITY, 1.0 / 3}};
  store->conclude("some study", tests, 99, {some_trial(3).key, some_trial(1).key, some_trial(77).key});
  reopen();
  for (std::uint32_t number = 0; number < 4; ++number)
    EXPECT_EQ(store->load_weights("some study", some_trial(number).key).has_value(), number % 2 == 1);
  EXPECT_EQ(store->load_weights("some study", some_trial(3).key), some_weights(3));
  EXPECT_TRUE(store->load_weights("other", some_trial(0).key));
  const StudySnapshot study = load();
  EXPECT_EQ(study.trials.size(), 4u);
  EXPECT_EQ(study.times.finished_unix_millis, 99);
  ASSERT_EQ(study.tests.size(), 2u);
  EXPECT_EQ(study.tests[0].key, some_trial(3).key);
  EXPECT_TRUE(std::isnan(study.tests[0].loss));
  EXPECT_EQ(study.tests[1].loss, INFINITY);
  EXPECT_EQ(study.tests[1].accuracy, 1.0 / 3);
}

TEST_P(StoreConformance, what_was_asked_for_is_kept_in_its_order) {
  StudySnapshot study = some_study();
  study.asked = {study.plan, StudyPlan{}, study.plan};
  study.asked[2].space.settings = {{{0.1 + 0.2, 1e-4}}};
  store->save_study(study);
  reopen();
  EXPECT_EQ(load().asked, study.asked);
}

TEST_P(StoreConformance, concluding_again_replaces_the_tests) {
  store->save_study(some_study());
  finish_some(0);
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
  finish_some(0, "b");
  finish_some(1, "b");
  reopen();
  const Hand hand(*store, "b");
  store->conclude("a", {}, 1, {});
  clock.now_unix_millis -= 5;
  store->conclude("a", {}, 1, {});
  const auto studies = store->list_studies();
  ASSERT_EQ(studies.size(), 2u);
  EXPECT_EQ(studies[0].name, "a");
  EXPECT_EQ(studies[0].finished_trials, 0u);
  EXPECT_TRUE(studies[0].concluded);
  EXPECT_EQ(studies[0].workers, 0u);
  EXPECT_EQ(studies[1].finished_trials, 2u);
  EXPECT_FALSE(studies[1].concluded);
  EXPECT_EQ(studies[1].workers, 1u);
  EXPECT_EQ(studies[1].planned_trials, 24u);
  EXPECT_EQ(studies[1].last_change_unix_millis - studies[0].last_change_unix_millis, 5);
}

TEST_P(StoreConformance, tells_finished_trials_in_the_order_in_which_they_were) {
  store->save_study(some_study());
  store->save_study(some_study("other"));
  for (const std::uint32_t number : {3, 1, 4, 0, 2}) {
    finish_some(number);
    finish_some(number + 10, "other");
  }
  reopen();
  for (const std::uint32_t known : {0, 2, 4}) {
    const auto news = store->trials_after("some study", known);
    ASSERT_EQ(news.size(), 5u - known);
    const std::vector<std::uint32_t> order = {3, 1, 4, 0, 2};
    for (std::size_t i = 0; i < news.size(); ++i) expect_same_trial(news[i], some_trial(order[known + i]));
  }
  EXPECT_TRUE(store->trials_after("some study", 5).empty());
  EXPECT_TRUE(store->trials_after("some study", 6).empty());
}

TEST_P(StoreConformance, says_its_size) {
  const std::uint64_t empty = store->size_bytes();
  store->save_study(some_study());
  Hand(*store, "some study").finish(some_trial(0), some_weights(0, 100'000));
  if (GetParam() == "memory")
    EXPECT_EQ(store->size_bytes(), 0u);
  else
    EXPECT_GE(store->size_bytes(), empty + 400'000);
}

TEST_P(StoreConformance, threads_may_share_a_store) {
  store->save_study(some_study());
  std::vector<std::jthread> threads;
  for (std::uint32_t thread = 0; thread < 4; ++thread)
    threads.emplace_back([this, thread] {
      Hand hand(*store, "some study");
      for (std::uint32_t i = 0; i < 10; ++i) {
        plan({4 * i + thread});
        for (const std::uint32_t set : {0u, 1u})
          for (const ClaimedTrial& claimed : hand.claim(set, 99)) {
            const TrialRecord trial = some_trial(1000 - claimed.trial.key.seed_index);
            EXPECT_TRUE(store->finish_trial(hand.worker(), trial, {}));
          }
        EXPECT_LE(load().trials.size(), 40u);
        EXPECT_EQ(store->list_studies().size(), 1u);
      }
    });
  threads.clear();
  EXPECT_EQ(load().trials.size(), 40u);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance, testing::ValuesIn(store_kinds),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace etalon
