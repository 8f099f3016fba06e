/// Finished trials that go on to more epochs, as every store keeps them.
#include <gtest/gtest.h>

#include "tests/storage/conformance.h"

namespace etalon {
namespace {

constexpr std::uint64_t roomy = 1'000'000;

Bytes some_state(std::uint32_t number, std::size_t size = 100) {
  return some_checkpoint(number, 9, size).state;
}

/// Trial `number` after so many epochs.
TrialRecord trial_of(std::uint32_t number, std::uint32_t epochs) {
  TrialRecord trial = some_trial(number, 10 * epochs);
  trial.curve.budget_epochs = epochs;
  trial.times.attempts = 1;
  return trial;
}

void finish(StudyStore& store, const TrialRecord& trial, const FinalState& state) {
  Hand hand(store, "some study");
  hand.plan_and_hold(trial);
  ASSERT_TRUE(store.finish_trial(hand.worker(), trial, some_weights(1), state));
  store.dismiss(hand.worker());
}

void ask_for(StudyStore& store, std::uint32_t number, std::uint32_t epochs) {
  store.plan_trials("some study", std::vector{planned(trial_of(number, epochs), 3)});
}

TEST_P(StoreConformance, a_finished_trial_goes_on_from_its_state_when_more_epochs_are_planned) {
  store->save_study(some_study());
  const TrialRecord trial = trial_of(0, 2);
  finish(*store, trial, {some_state(0), roomy});
  finish(*store, trial_of(2, 4), {});
  EXPECT_TRUE(store->conclude("some study", {}, 5, {trial.key}));
  ask_for(*store, 0, 4);
  reopen();
  EXPECT_FALSE(store->queue("some study").concluded);
  EXPECT_EQ(store->queue("some study").finished, 1u);
  EXPECT_EQ(store->queue("some study").last_number, 2u);
  EXPECT_EQ(store->queue("some study").waiting, (std::vector<std::uint32_t>{1, 0}));
  EXPECT_FALSE(store->load_weights("some study", trial.key));
  ASSERT_EQ(load().trials.size(), 1u);
  EXPECT_TRUE(same_bits(store->running_trials("some study").at(0).curve.value(), trial.curve));

  Hand hand(*store, "some study");
  const auto claimed = hand.claim(0, 1);
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(claimed[0].trial.epochs, 4u);
  EXPECT_EQ(claimed[0].trial.round, 3u);
  EXPECT_EQ(claimed[0].attempt, 2u);
  EXPECT_EQ(claimed[0].started_unix_millis, trial.times.started_unix_millis);
  expect_same_checkpoint(claimed[0].checkpoint.value(),
                         {trial.key, trial.curve, trial.numeric_class, some_state(0)});
  const TrialRecord longer = trial_of(0, 4);
  EXPECT_TRUE(store->finish_trial(hand.worker(), longer, some_weights(5), {}));
  reopen();
  const auto news = store->trials_after("some study", 2);
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].number, 3u);
  expect_same_trial(news[0], longer);
  EXPECT_EQ(store->load_weights("some study", trial.key), some_weights(5));
  EXPECT_EQ(store->queue("some study").finished, 2u);
  EXPECT_EQ(load().trials.size(), 2u);
  EXPECT_EQ(store->trials_after("some study", 0).front().number, 2u) << "numbers are never given again";
}

TEST_P(StoreConformance, as_many_epochs_or_fewer_change_nothing) {
  store->save_study(some_study());
  finish(*store, trial_of(0, 2), {some_state(0), roomy});
  EXPECT_TRUE(store->conclude("some study", {}, 5, {}));
  ask_for(*store, 0, 2);
  ask_for(*store, 0, 1);
  EXPECT_TRUE(store->queue("some study").concluded);
  EXPECT_EQ(store->queue("some study").finished, 1u);
}

TEST_P(StoreConformance, a_trial_that_waits_keeps_its_epochs_until_it_is_finished) {
  store->save_study(some_study());
  ask_for(*store, 0, 2);
  ask_for(*store, 0, 4);
  EXPECT_EQ(store->running_trials("some study").at(0).epochs, 2u);
}

TEST_P(StoreConformance, a_finished_trial_without_a_state_begins_anew) {
  store->save_study(some_study());
  finish(*store, trial_of(0, 2), {});
  finish(*store, trial_of(2, 2), {some_state(2), roomy});
  ask_for(*store, 0, 4);
  ask_for(*store, 2, 4);
  reopen();
  Hand hand(*store, "some study");
  const auto claimed = hand.claim(0, 2, "another class");
  ASSERT_EQ(claimed.size(), 2u);
  EXPECT_FALSE(claimed[0].checkpoint);
  EXPECT_FALSE(claimed[1].checkpoint) << "another class of numbers does not go on";
  EXPECT_EQ(claimed[0].attempt, 2u);
}

TEST_P(StoreConformance, states_are_kept_while_there_is_room) {
  store->save_study(some_study());
  finish(*store, trial_of(0, 2), {some_state(0, 100), 250});
  finish(*store, trial_of(2, 2), {some_state(2, 100), 250});
  finish(*store, trial_of(4, 2), {some_state(4, 100), 250});
  finish(*store, trial_of(6, 2), {some_state(6, 50), 250});
  for (const std::uint32_t number : {0u, 2u, 4u, 6u}) ask_for(*store, number, 4);
  reopen();
  const auto waiting = store->running_trials("some study");
  ASSERT_EQ(waiting.size(), 4u);
  EXPECT_TRUE(waiting[0].curve);
  EXPECT_TRUE(waiting[1].curve);
  EXPECT_FALSE(waiting[2].curve) << "300 bytes are more than 250";
  EXPECT_TRUE(waiting[3].curve);
  finish(*store, trial_of(8, 2), {some_state(8, 250), 250});
  ask_for(*store, 8, 4);
  EXPECT_TRUE(store->running_trials("some study").at(4).curve) << "those that went on take no room";
}

TEST_P(StoreConformance, states_are_dropped_but_for_the_first_that_there_is_room_for) {
  store->save_study(some_study());
  for (const std::uint32_t number : {0u, 2u, 4u, 6u})
    finish(*store, trial_of(number, 2), {some_state(number, 100), roomy});
  const std::vector<TrialKey> keep = {some_trial(4).key, some_trial(99).key, some_trial(0).key,
                                      some_trial(6).key};
  store->drop_states("some study", keep, 250);
  reopen();
  for (const std::uint32_t number : {0u, 2u, 4u, 6u}) ask_for(*store, number, 4);
  const auto waiting = store->running_trials("some study");
  EXPECT_TRUE(waiting[0].curve);
  EXPECT_FALSE(waiting[1].curve);
  EXPECT_TRUE(waiting[2].curve);
  EXPECT_FALSE(waiting[3].curve);
  finish(*store, trial_of(8, 2), {some_state(8, 250), 250});
  ask_for(*store, 8, 4);
  EXPECT_TRUE(store->running_trials("some study").at(4).curve) << "what was dropped takes no room";
}

TEST_P(StoreConformance, a_trial_that_goes_on_loses_its_test_result) {
  store->save_study(some_study());
  finish(*store, trial_of(0, 2), {some_state(0), roomy});
  finish(*store, trial_of(2, 2), {some_state(2), roomy});
  EXPECT_TRUE(
      store->conclude("some study", {{trial_of(0, 2).key, 1, 0.5}, {trial_of(2, 2).key, 2, 0.25}}, 5, {}));
  ask_for(*store, 0, 4);
  reopen();
  const StudySnapshot study = load();
  ASSERT_EQ(study.tests.size(), 1u);
  EXPECT_EQ(study.tests[0].key, trial_of(2, 2).key);
}

TEST_P(StoreConformance, a_plan_of_more_epochs_is_not_concluded) {
  StudySnapshot study = some_study();
  study.plan.epochs = 2;
  store->save_study(study);
  finish(*store, trial_of(0, 2), {});
  EXPECT_TRUE(store->conclude("some study", {}, 5, {}));
  study = load();
  study.planned_trials = 99;
  ASSERT_TRUE(store->save_study(study));
  EXPECT_TRUE(store->queue("some study").concluded);
  ++study.revision;
  study.plan.epochs = 4;
  ASSERT_TRUE(store->save_study(study));
  reopen();
  EXPECT_FALSE(store->queue("some study").concluded) << "whoever looks next plans what is missing";
}

TEST_P(StoreConformance, a_trial_is_finished_by_who_holds_it_for_as_many_epochs) {
  store->save_study(some_study());
  ask_for(*store, 0, 4);
  Hand hand(*store, "some study");
  hand.claim(0, 1);
  EXPECT_FALSE(store->finish_trial(hand.worker(), trial_of(0, 2), {}, {}));
  EXPECT_TRUE(store->finish_trial(hand.worker(), trial_of(0, 4), {}, {}));
  EXPECT_TRUE(store->finish_trial(hand.worker(), trial_of(0, 4), {}, {})) << "its answer was lost";
  EXPECT_FALSE(store->finish_trial(hand.worker(), trial_of(0, 2), {}, {}));
}

TEST_P(StoreConformance, a_copy_keeps_weights_and_states_each_by_itself) {
  store->save_study(some_study());
  finish(*store, trial_of(0, 2), {});
  finish(*store, trial_of(2, 2), {some_state(2), roomy});
  store->conclude("some study", {}, 5, {trial_of(0, 2).key});
  const auto copy = open_store("memory:", StoreAccess::create);
  copy_study(*store, *copy, "some study", {});
  EXPECT_EQ(copy->load_weights("some study", trial_of(0, 2).key), some_weights(1));
  EXPECT_FALSE(copy->load_weights("some study", trial_of(2, 2).key));
  EXPECT_EQ(copy->queue("some study").state_bytes, some_state(2).size());
  EXPECT_EQ(store->queue("some study").state_bytes, some_state(2).size());
}

TEST_P(StoreConformance, a_copy_goes_on_too) {
  store->save_study(some_study());
  finish(*store, trial_of(0, 2), {some_state(0), roomy});
  finish(*store, trial_of(2, 2), {some_state(2), roomy});
  ask_for(*store, 0, 4);
  const auto copy = open_store("memory:", StoreAccess::create);
  copy_study(*store, *copy, "some study", {});
  store->delete_study("some study");
  copy_study(*copy, *store, "some study", {});
  reopen();
  ask_for(*store, 2, 4);
  Hand hand(*store, "some study");
  const auto claimed = hand.claim(0, 2);
  ASSERT_EQ(claimed.size(), 2u);
  EXPECT_EQ(claimed[0].checkpoint.value().state, some_state(0));
  EXPECT_EQ(claimed[1].checkpoint.value().state, some_state(2));
}

}  // namespace
}  // namespace etalon
