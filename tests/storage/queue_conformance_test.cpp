/// Trials that wait, are claimed, checkpointed and finished, as every store keeps them.
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "tests/storage/conformance.h"

namespace etalon {
namespace {

std::vector<std::uint32_t> numbers_of(const std::vector<ClaimedTrial>& claimed) {
  std::vector<std::uint32_t> numbers;
  for (const ClaimedTrial& one : claimed) numbers.push_back(1000 - one.trial.key.seed_index);
  return numbers;
}

std::vector<std::uint32_t> numbers_of(const std::vector<RunningTrial>& trials) {
  std::vector<std::uint32_t> numbers;
  for (const RunningTrial& trial : trials) numbers.push_back(1000 - trial.key.seed_index);
  return numbers;
}

using Numbers = std::vector<std::uint32_t>;

TEST_P(StoreConformance, planned_trials_wait_in_their_order_and_once) {
  store->save_study(some_study());
  finish_some(9);
  plan({8, 2, 9, 2});
  plan({5, 8, 1}, 1);
  reopen();
  const auto waiting = store->running_trials("some study");
  EXPECT_EQ(numbers_of(waiting), (Numbers{8, 2, 5, 1}));
  EXPECT_EQ(waiting[0].worker, 0u);
  EXPECT_EQ(waiting[0].epochs, 4u);
  EXPECT_EQ(waiting[0].attempts, 0u);
  EXPECT_FALSE(waiting[0].curve);
  const QueueState queue = store->queue("some study");
  EXPECT_EQ(queue.waiting, (std::vector<std::uint32_t>{2, 2}));
  EXPECT_EQ(queue.held, 0u);
  EXPECT_EQ(queue.finished, 1u);
}

TEST_P(StoreConformance, a_study_without_trials_has_an_empty_queue) {
  store->save_study(some_study());
  EXPECT_EQ(store->queue("some study").waiting, (std::vector<std::uint32_t>{0, 0}));
  store->plan_trials("some study", {});
  EXPECT_TRUE(store->running_trials("some study").empty());
}

TEST_P(StoreConformance, many_trials_may_be_planned_at_once) {
  store->save_study(some_study());
  std::vector<PlannedTrial> trials;
  for (std::uint32_t number = 0; number < 950; ++number) trials.push_back(planned(some_trial(number, 1)));
  store->plan_trials("some study", std::span(trials).first(300));
  store->plan_trials("some study", trials);
  const auto waiting = store->running_trials("some study");
  ASSERT_EQ(waiting.size(), 950u);
  for (std::uint32_t number = 0; number < 950; ++number) EXPECT_EQ(waiting[number].key, trials[number].key);
}

TEST_P(StoreConformance, a_claim_gives_the_first_trials_of_its_set_and_holds_them) {
  store->save_study(some_study());
  plan({4, 1, 6, 0, 3}, 2);
  clock.now_unix_millis = 1234;
  Hand hand(*store, "some study"), other(*store, "some study");
  const auto claimed = hand.claim(0, 2);
  EXPECT_EQ(numbers_of(claimed), (Numbers{4, 6}));
  EXPECT_EQ(claimed[0].trial.key, some_trial(4).key);
  EXPECT_EQ(claimed[0].trial.epochs, 4u);
  EXPECT_EQ(claimed[0].trial.round, 2u);
  EXPECT_EQ(claimed[0].attempt, 1u);
  EXPECT_EQ(claimed[0].started_unix_millis, 1234);
  EXPECT_FALSE(claimed[0].checkpoint);
  EXPECT_EQ(numbers_of(other.claim(0, 9)), Numbers{0});
  EXPECT_TRUE(other.claim(0, 9).empty());
  EXPECT_TRUE(other.claim(7, 9).empty());
  EXPECT_TRUE(other.claim(1, 0).empty());
  reopen();
  const auto running = store->running_trials("some study");
  EXPECT_EQ(numbers_of(running), (Numbers{4, 1, 6, 0, 3}));
  EXPECT_EQ(running[2].worker, hand.worker());
  EXPECT_EQ(running[2].attempts, 1u);
  EXPECT_EQ(running[3].worker, other.worker());
  EXPECT_EQ(running[4].worker, 0u);
  EXPECT_EQ(store->queue("some study").held, 3u);
  EXPECT_EQ(store->queue("some study").waiting, (std::vector<std::uint32_t>{0, 2}));
}

TEST_P(StoreConformance, a_claim_made_again_under_its_number_gets_the_same_trials) {
  store->save_study(some_study());
  plan({0, 2, 4, 6, 8});
  const Hand hand(*store, "some study");
  const Claim first{hand.worker(), 1, 0, 2, "x86-64-fma"};
  EXPECT_EQ(numbers_of(store->claim(first).value()), (Numbers{0, 2}));
  store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(2)});
  reopen();
  const auto again = store->claim(first).value();
  EXPECT_EQ(numbers_of(again), (Numbers{0, 2}));
  EXPECT_EQ(again[1].attempt, 1u);
  ASSERT_TRUE(again[1].checkpoint);
  Claim second = first;
  second.number = 2;
  EXPECT_EQ(numbers_of(store->claim(second).value()), (Numbers{4, 6}));
  EXPECT_EQ(numbers_of(store->claim(first).value()), (Numbers{0, 2}));
}

TEST_P(StoreConformance, a_checkpoint_comes_back_bit_for_bit_to_who_claims_its_trial_next) {
  store->save_study(some_study());
  plan({0, 2});
  Hand hand(*store, "some study");
  hand.claim(0, 1);
  clock.now_unix_millis += 1000;
  EXPECT_TRUE(store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(0, 1)}));
  EXPECT_TRUE(store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(0, 5, 100'000)}));
  EXPECT_TRUE(same_bits(store->running_trials("some study")[0].curve.value(), some_checkpoint(0, 5).curve));
  store->dismiss(hand.worker());
  reopen();
  Hand next(*store, "some study");
  const auto claimed = next.claim(0, 1);
  ASSERT_EQ(numbers_of(claimed), Numbers{0});
  EXPECT_EQ(claimed[0].attempt, 2u);
  EXPECT_EQ(claimed[0].started_unix_millis, clock.now_unix_millis - 1000);
  expect_same_checkpoint(claimed[0].checkpoint.value(), some_checkpoint(0, 5, 100'000));
  EXPECT_TRUE(store->finish_trial(next.worker(), some_trial(0), {}));
  EXPECT_EQ(numbers_of(store->running_trials("some study")), Numbers{2});
}

TEST_P(StoreConformance, a_state_may_be_empty) {
  store->save_study(some_study());
  plan({0});
  Hand hand(*store, "some study");
  hand.claim(0, 1);
  store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(0, 0, 0)});
  store->dismiss(hand.worker());
  expect_same_checkpoint(Hand(*store, "some study").claim(0, 1).at(0).checkpoint.value(),
                         some_checkpoint(0, 0, 0));
}

TEST_P(StoreConformance, trials_with_and_without_checkpoints_are_claimed_in_their_order) {
  store->save_study(some_study());
  plan({0, 2, 4, 6});
  Hand hand(*store, "some study");
  hand.claim(0, 3);
  store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(0, 3), some_checkpoint(4, 7)});
  store->dismiss(hand.worker());
  const auto claimed = Hand(*store, "some study").claim(0, 9);
  EXPECT_EQ(numbers_of(claimed), (Numbers{0, 2, 4, 6}));
  EXPECT_TRUE(claimed[0].checkpoint);
  EXPECT_FALSE(claimed[1].checkpoint);
  EXPECT_TRUE(claimed[2].checkpoint);
}

TEST_P(StoreConformance, checkpoints_of_another_numeric_class_are_dropped_when_their_trials_are_claimed) {
  store->save_study(some_study());
  plan({0, 2, 4});
  Hand hand(*store, "some study");
  hand.claim(0, 2);
  store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(0, 3), some_checkpoint(2, 4)});
  store->dismiss(hand.worker());
  Hand other(*store, "some study");
  const auto claimed = other.claim(0, 9, "aarch64");
  EXPECT_EQ(numbers_of(claimed), (Numbers{0, 2, 4}));
  EXPECT_EQ(claimed[0].attempt, 2u);
  EXPECT_FALSE(claimed[0].checkpoint);
  EXPECT_FALSE(store->running_trials("some study")[1].curve);
  store->dismiss(other.worker());
  EXPECT_FALSE(Hand(*store, "some study").claim(0, 1).at(0).checkpoint);
}

TEST_P(StoreConformance, checkpoints_of_trials_that_a_worker_does_not_hold_are_passed_over) {
  store->save_study(some_study());
  plan({0, 2});
  Hand hand(*store, "some study"), other(*store, "some study");
  hand.claim(0, 1);
  other.claim(0, 1);
  EXPECT_TRUE(store->save_checkpoints(
      hand.worker(), std::vector{some_checkpoint(2), some_checkpoint(77), some_checkpoint(0)}));
  const auto running = store->running_trials("some study");
  EXPECT_TRUE(running[0].curve);
  EXPECT_FALSE(running[1].curve);
}

TEST_P(StoreConformance, a_trial_is_finished_once_by_who_holds_it) {
  store->save_study(some_study());
  plan({0, 2, 4});
  Hand hand(*store, "some study"), other(*store, "some study");
  hand.claim(0, 1);
  clock.now_unix_millis += 10;
  EXPECT_FALSE(store->finish_trial(other.worker(), some_trial(0), {}));
  EXPECT_FALSE(store->finish_trial(hand.worker(), some_trial(2), {}));
  EXPECT_FALSE(store->finish_trial(hand.worker(), some_trial(77), {}));
  EXPECT_EQ(store->queue("some study").finished, 0u);
  EXPECT_TRUE(store->finish_trial(hand.worker(), some_trial(0), some_weights(0)));
  TrialRecord changed = some_trial(4);
  changed.key = some_trial(0).key;
  clock.now_unix_millis += 10;
  EXPECT_TRUE(store->finish_trial(hand.worker(), changed, some_weights(4)));  // its answer was lost
  EXPECT_FALSE(store->finish_trial(other.worker(), changed, some_weights(4)));
  reopen();
  ASSERT_EQ(load().trials.size(), 1u);
  expect_same_trial(load().trials[0], some_trial(0));
  EXPECT_EQ(store->load_weights("some study", some_trial(0).key), some_weights(0));
  EXPECT_EQ(store->list_studies().at(0).last_change_unix_millis, clock.now_unix_millis - 10);
  EXPECT_EQ(store->queue("some study").held, 0u);
  plan({0});
  EXPECT_EQ(numbers_of(store->running_trials("some study")), (Numbers{2, 4}));
}

TEST_P(StoreConformance, concluding_waits_for_every_trial_and_lasts_until_more_are_planned) {
  store->save_study(some_study());
  finish_some(1);
  EXPECT_FALSE(store->queue("some study").concluded);
  plan({0});
  EXPECT_FALSE(store->conclude("some study", {{some_trial(1).key, 1, 1}}, 5, {})) << "one waits";
  Hand hand(*store, "some study");
  hand.claim(0, 1);
  store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(0)});
  EXPECT_FALSE(store->conclude("some study", {{some_trial(1).key, 1, 1}}, 5, {})) << "one is held";
  EXPECT_FALSE(store->queue("some study").concluded);
  EXPECT_TRUE(store->running_trials("some study")[0].curve);
  EXPECT_TRUE(load().tests.empty());
  EXPECT_TRUE(store->load_weights("some study", some_trial(1).key));
  EXPECT_TRUE(store->finish_trial(hand.worker(), some_trial(0), some_weights(0)));
  EXPECT_TRUE(store->conclude("some study", {}, 5, {}));
  EXPECT_TRUE(store->queue("some study").concluded);
  clock.now_unix_millis += 1;
  plan({1, 0});  // nothing new
  EXPECT_EQ(store->list_studies().at(0).last_change_unix_millis, clock.now_unix_millis - 1);
  EXPECT_TRUE(store->queue("some study").concluded);
  plan({1, 3});
  reopen();
  EXPECT_FALSE(store->queue("some study").concluded);
  EXPECT_EQ(load().times.finished_unix_millis, 5);
}

TEST_P(StoreConformance, of_threads_that_claim_at_once_each_trial_goes_to_one) {
  store->save_study(some_study());
  std::vector<PlannedTrial> trials;
  for (std::uint32_t number = 0; number < 200; number += 2) trials.push_back(planned(some_trial(number)));
  store->plan_trials("some study", trials);
  std::vector<Numbers> got(4);
  {
    std::vector<std::jthread> threads;
    for (Numbers& mine : got)
      threads.emplace_back([&] {
        Hand hand(*store, "some study");
        for (auto some = hand.claim(0, 3); !some.empty(); some = hand.claim(0, 3))
          for (const std::uint32_t number : numbers_of(some)) {
            mine.push_back(number);
            EXPECT_TRUE(store->finish_trial(hand.worker(), some_trial(number), {}));
          }
      });
  }
  std::multiset<std::uint32_t> all;
  for (const Numbers& mine : got) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 100u);
  EXPECT_EQ(std::set<std::uint32_t>(all.begin(), all.end()).size(), 100u);
  EXPECT_EQ(store->trials_after("some study", 0).size(), 100u);
}

}  // namespace
}  // namespace etalon
