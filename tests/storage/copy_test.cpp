/// Studies that move between stores keep every bit.
#include <bit>
#include <chrono>
#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "tests/storage/conformance.h"

namespace etalon {
namespace {

using testing::HasSubstr;

void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_EQ(std::bit_cast<std::uint32_t>(a[i]), std::bit_cast<std::uint32_t>(b[i]));
}

std::vector<float> awkward_weights() { return some_trial(0).curve.loss; }

/// A worker whose process has died.
std::uint64_t enlist_dead(StudyStore& store) {
  const pid_t child = in_child([] { return 0; });
  WorkerIdentity worker = some_worker(4711);
  worker.process.pid = child;
  exit_status_of(child);
  store.enlist("some study", worker);
  return worker.id;
}

/// With trials in every state: with weights and without, with a final state (in growth_conformance_test.cpp) and without.
void fill(StudyStore& store) {
  store.save_study(some_study());
  Hand hand(store, "some study");
  for (const std::uint32_t number : {3, 1, 2}) hand.finish(some_trial(number), awkward_weights());
  store.beat(hand.worker(), {0.1 + 0.2, 99});
  store.dismiss(hand.worker());
  const std::vector<TestResult> tests = {{some_trial(1).key, NAN, INFINITY}};
  store.conclude("some study", tests, 88, {some_trial(1).key});
  StudySnapshot grown = store.load_study("some study").value();
  grown.planned_trials = 99;
  store.save_study(grown);
  const PlannedTrial more[] = {planned(some_trial(6), 1), planned(some_trial(4), 2),
                               planned(some_trial(8), 3)};
  store.plan_trials("some study", more);
  Hand holder(store, "some study", enlist_dead(store));
  holder.claim(0, 2);
  const TrialCheckpoint checkpoints[] = {some_checkpoint(6, 2, 50'000), some_checkpoint(4, 5)};
  store.save_checkpoints(holder.worker(), checkpoints);
  store.beat(holder.worker(), {1, 1});
}

void expect_filled(StudyStore& store) {
  const StudySnapshot study = store.load_study("some study").value();
  StudySnapshot expected = saved_study();
  expected.planned_trials = 99;
  expected.times.finished_unix_millis = 88;
  expected.times.training_seconds = 0.1 + 0.2 + 1;
  expected.times.samples_trained = 100;
  expect_same_study(study, expected);
  EXPECT_EQ(study.revision, 2u);
  ASSERT_EQ(study.tests.size(), 1u);
  EXPECT_TRUE(std::isnan(study.tests[0].loss));
  EXPECT_EQ(study.tests[0].accuracy, INFINITY);
  const auto finished = store.trials_after("some study", 0);
  ASSERT_EQ(finished.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) expect_same_trial(finished[i], some_trial(std::vector{3u, 1u, 2u}[i]));
  EXPECT_FALSE(store.load_weights("some study", some_trial(3).key));
  expect_same_bits(store.load_weights("some study", some_trial(1).key).value(), awkward_weights());
}

void expect_waiting(StudyStore& store) {
  EXPECT_TRUE(store.workers("some study").empty());
  EXPECT_EQ(store.queue("some study").held, 0u);
  EXPECT_FALSE(store.queue("some study").concluded);
  Hand hand(store, "some study");
  auto claimed = hand.claim(0, 1);
  EXPECT_EQ(claimed.at(0).trial.round, 1u);
  EXPECT_EQ(claimed.at(0).attempt, 2u);
  EXPECT_EQ(claimed.at(0).started_unix_millis, ManualClock().now_unix_millis);
  expect_same_checkpoint(claimed.at(0).checkpoint.value(), some_checkpoint(6, 2, 50'000));
  claimed = hand.claim(0, 1);
  expect_same_checkpoint(claimed.at(0).checkpoint.value(), some_checkpoint(4, 5));
  claimed = hand.claim(0, 9);
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(claimed[0].trial.key, some_trial(8).key);
  EXPECT_EQ(claimed[0].attempt, 1u);
}

class Copy : public StoreConformance {};

TEST_P(Copy, keeps_every_bit_on_the_way_through_any_other_store) {
  fill(*store);
  expect_filled(*store);
  for (const std::string& kind : store_kinds) {
    SCOPED_TRACE(kind);
    const StorePlace other(kind);
    if (!other.why_missing().empty()) continue;
    const ManualClock now;
    const auto between = open_store(other.where(), StoreAccess::create, now);
    std::vector<std::uint32_t> told;
    copy_study(*store, *between, "some study", [&](std::uint32_t done, std::uint32_t all) {
      told.push_back(done);
      EXPECT_EQ(all, 6u);
    });
    EXPECT_EQ(told, (std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6}));
    expect_filled(*between);
    store->delete_study("some study");
    copy_study(*between, *store, "some study", {});
    expect_filled(*store);
    expect_waiting(*between);
  }
  reopen();
  expect_filled(*store);
  expect_waiting(*store);
}

/// Each copy holds both stores while it lasts, here long enough for the other to begin.
TEST_P(Copy, both_ways_at_once_do_not_wait_for_each_other) {
  const StorePlace there_too(GetParam());
  const auto other = open_store(there_too.where(), StoreAccess::create);
  const auto copy_again_and_again = [](StudyStore& from, StudyStore& to, const std::string& name) {
    from.save_study(some_study(name));
    Hand hand(from, name);
    hand.finish(some_trial(1), {});
    from.dismiss(hand.worker());
    for (int round = 0; round < 10; ++round) {
      copy_study(from, to, name,
                 [](auto, auto) { std::this_thread::sleep_for(std::chrono::milliseconds(5)); });
      to.delete_study(name);
    }
  };
  std::thread there([&] { copy_again_and_again(*store, *other, "there"); });
  copy_again_and_again(*other, *store, "back");
  there.join();
  EXPECT_EQ(store->list_studies().size(), 1u);
  EXPECT_EQ(other->list_studies().size(), 1u);
}

TEST_P(Copy, of_a_study_at_which_somebody_works_is_refused) {
  store->save_study(some_study());
  const Hand hand(*store, "some study");
  const auto other = open_store("memory:", StoreAccess::create);
  try {
    copy_study(*store, *other, "some study", {});
    FAIL() << "was not refused";
  } catch (const RequestError& error) {
    EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid())));
  }
  EXPECT_TRUE(other->list_studies().empty());
}

TEST_P(Copy, over_another_study_or_of_none_is_refused) {
  store->save_study(some_study());
  const auto other = open_store("memory:", StoreAccess::create);
  other->save_study(some_study());
  EXPECT_THROW(copy_study(*store, *other, "some study", {}), RequestError);
  EXPECT_THROW(copy_study(*other, *store, "some study", {}), RequestError);
  EXPECT_THROW(copy_study(*store, *store, "some study", {}), RequestError);
  EXPECT_THROW(copy_study(*store, *other, "nowhere", {}), Failure);
}

TEST_P(Copy, that_fails_midway_leaves_nothing) {
  const auto send_half = [](StudyReceiver& receiver) {
    receiver.head({some_study(), false, 2, 0});
    receiver.finished(some_trial(0), some_weights(0), {});
    throw Failure({"the other store", "a lost connection", "a whole study", ""});
  };
  EXPECT_THROW(store->receive_study(send_half), Failure);
  EXPECT_TRUE(store->list_studies().empty());
  EXPECT_TRUE(store->save_study(some_study()));
  EXPECT_TRUE(load().trials.empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, Copy, testing::ValuesIn(store_kinds),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace etalon
