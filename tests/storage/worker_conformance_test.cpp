/// Workers, their seats and the strategist's role, as every store keeps them.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "tests/storage/conformance.h"

namespace etalon {
namespace {

TEST_P(StoreConformance, a_worker_has_one_seat_and_shows_who_it_is) {
  store->save_study(some_study());
  plan({0, 2});
  WorkerIdentity worker = some_worker(0x7FFF'FFFF'FFFF'FFFF);
  worker.process.host = "a host";
  clock.now_unix_millis = 1000;
  store->enlist("some study", worker);
  clock.now_unix_millis = 2000;
  store->enlist("some study", some_worker(5));
  store->enlist("some study", worker);  // its answer was lost
  Hand hand(*store, "some study", 5);
  hand.claim(0, 2);
  EXPECT_TRUE(store->beat(worker.id, {}));
  reopen();
  const auto workers = store->workers("some study");
  ASSERT_EQ(workers.size(), 2u);
  EXPECT_EQ(workers[0].identity.id, worker.id);
  EXPECT_EQ(workers[0].identity.process, worker.process);
  EXPECT_EQ(workers[0].identity.etalon_version, "0.1.0");
  EXPECT_EQ(workers[0].beats, 1u);
  EXPECT_EQ(workers[0].trials, 0u);
  EXPECT_EQ(workers[0].enlisted_unix_millis, 1000);
  EXPECT_EQ(workers[0].last_beat_unix_millis, 2000);
  EXPECT_FALSE(workers[0].strategist);
  EXPECT_EQ(workers[1].identity.id, 5u);
  EXPECT_EQ(workers[1].beats, 0u);
  EXPECT_EQ(workers[1].trials, 2u);
  EXPECT_EQ(store->list_studies().at(0).workers, 2u);
}

TEST_P(StoreConformance, the_work_of_workers_is_counted_while_they_sit_and_after) {
  store->save_study(some_study());
  store->enlist("some study", some_worker(1));
  store->enlist("some study", some_worker(2));
  store->beat(1, {7, 70});
  store->beat(1, {0.5, 10});  // replaces
  store->beat(2, {0.25, 1});
  EXPECT_EQ(load().times.training_seconds, 0.75);
  EXPECT_EQ(load().times.samples_trained, 11u);
  EXPECT_TRUE(store->dismiss(1));
  reopen();
  EXPECT_EQ(load().times.training_seconds, 0.75);
  EXPECT_TRUE(store->dismiss(2));
  store->enlist("some study", some_worker(3));
  store->beat(3, {2, 2});
  EXPECT_EQ(load().times.training_seconds, 2.75);
  EXPECT_EQ(load().times.samples_trained, 13u);
  EXPECT_EQ(load().times.started_unix_millis, some_study().times.started_unix_millis);
}

TEST_P(StoreConformance, a_seat_is_taken_away_only_if_nobody_beat_since) {
  store->save_study(some_study());
  plan({0, 2});
  Hand hand(*store, "some study", 7);
  hand.claim(0, 1);
  store->beat(7, {});
  store->beat(7, {});
  EXPECT_FALSE(store->dismiss(7, 1));
  EXPECT_FALSE(store->dismiss(7, 3));
  EXPECT_TRUE(store->beat(7, {}));
  EXPECT_EQ(store->queue("some study").held, 1u);
  clock.now_unix_millis += 7;
  EXPECT_TRUE(store->dismiss(7, 3));
  EXPECT_EQ(store->list_studies().at(0).last_change_unix_millis, clock.now_unix_millis);
  EXPECT_FALSE(store->dismiss(7, 3));
  EXPECT_FALSE(store->dismiss(7));
  EXPECT_FALSE(store->dismiss(99));
  reopen();
  EXPECT_TRUE(store->workers("some study").empty());
  EXPECT_EQ(store->queue("some study").held, 0u);
  EXPECT_EQ(store->queue("some study").waiting[0], 2u);
}

TEST_P(StoreConformance, a_worker_whose_seat_is_gone_changes_nothing) {
  store->save_study(some_study());
  plan({0, 2});
  Hand slow(*store, "some study");
  slow.claim(0, 2);
  store->save_checkpoints(slow.worker(), std::vector{some_checkpoint(0, 3)});
  store->dismiss(slow.worker());
  Hand next(*store, "some study");
  ASSERT_EQ(next.claim(0, 1).size(), 1u);
  EXPECT_FALSE(store->beat(slow.worker(), {5, 5}));
  EXPECT_FALSE(
      store->save_checkpoints(slow.worker(), std::vector{some_checkpoint(0, 9), some_checkpoint(2)}));
  EXPECT_FALSE(store->finish_trial(slow.worker(), some_trial(0), {}));
  EXPECT_FALSE(store->finish_trial(slow.worker(), some_trial(2), {}));
  EXPECT_FALSE(store->claim({slow.worker(), 1, 0, 9, "x86-64-fma"}));
  EXPECT_FALSE(store->take_strategist(slow.worker()));
  reopen();
  EXPECT_EQ(load().times.training_seconds, 0);
  EXPECT_TRUE(load().trials.empty());
  const auto running = store->running_trials("some study");
  EXPECT_TRUE(same_bits(running[0].curve.value(), some_checkpoint(0, 3).curve));
  EXPECT_FALSE(running[1].curve);
  EXPECT_TRUE(store->finish_trial(next.worker(), some_trial(0), {}));
  EXPECT_FALSE(store->finish_trial(slow.worker(), some_trial(0), {}));
  EXPECT_EQ(load().trials.size(), 1u);
}

TEST_P(StoreConformance, trials_of_a_dismissed_worker_keep_their_places) {
  store->save_study(some_study());
  plan({0, 2, 4});
  Hand first(*store, "some study"), second(*store, "some study"), third(*store, "some study");
  first.claim(0, 1);
  second.claim(0, 1);
  store->dismiss(second.worker());
  store->dismiss(first.worker());
  const auto claimed = third.claim(0, 3);
  ASSERT_EQ(claimed.size(), 3u);
  EXPECT_EQ(claimed[0].trial.key, some_trial(0).key);
  EXPECT_EQ(claimed[1].trial.key, some_trial(2).key);
  EXPECT_EQ(claimed[0].attempt, 2u);
  EXPECT_EQ(claimed[2].attempt, 1u);
}

TEST_P(StoreConformance, one_worker_at_a_time_is_the_strategist) {
  store->save_study(some_study());
  store->save_study(some_study("other"));
  store->enlist("some study", some_worker(1));
  store->enlist("some study", some_worker(2));
  store->enlist("other", some_worker(3));
  EXPECT_TRUE(store->take_strategist(1));
  EXPECT_TRUE(store->take_strategist(1));
  EXPECT_FALSE(store->take_strategist(2));
  EXPECT_TRUE(store->take_strategist(3));  // of another study
  reopen();
  EXPECT_TRUE(store->workers("some study").at(0).strategist);
  EXPECT_FALSE(store->workers("some study").at(1).strategist);
  EXPECT_FALSE(store->take_strategist(2));
  store->dismiss(1);
  EXPECT_FALSE(store->take_strategist(1));
  EXPECT_TRUE(store->take_strategist(2));
  EXPECT_FALSE(store->take_strategist(99));
}

TEST_P(StoreConformance, of_threads_that_want_the_role_one_gets_it) {
  store->save_study(some_study());
  std::atomic<int> strategists = 0;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t worker = 1; worker <= 8; ++worker)
      threads.emplace_back([&, worker] {
        store->enlist("some study", some_worker(worker));
        strategists += store->take_strategist(worker);
      });
  }
  EXPECT_EQ(strategists, 1);
}

TEST_P(StoreConformance, of_threads_that_dismiss_a_worker_one_does) {
  store->save_study(some_study());
  store->enlist("some study", some_worker(1));
  store->beat(1, {2, 3});
  std::atomic<int> dismissed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { dismissed += store->dismiss(1, 1); });
  }
  EXPECT_EQ(dismissed, 1);
  EXPECT_EQ(load().times.training_seconds, 2);
}

}  // namespace
}  // namespace etalon
