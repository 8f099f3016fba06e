#include "tests/storage/shared_work.h"

#include <set>
#include <stdexcept>

#include <gtest/gtest.h>
#include <unistd.h>

#include "etalon/storage/open_store.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

std::vector<PlannedTrial> all_trials() {
  std::vector<PlannedTrial> trials;
  for (std::uint32_t number = 0; number < trial_count; ++number)
    trials.push_back(planned(some_trial(number)));
  return trials;
}

/// Trains one trial that was claimed: checkpoints, beats, a result.
void train(StudyStore& store, Hand& hand, const ClaimedTrial& claimed, std::uint32_t millis, bool crashes) {
  const std::uint32_t number = 1000 - claimed.trial.key.seed_index;
  ::usleep(millis * 1000);
  store.save_checkpoints(hand.worker(), std::vector{some_checkpoint(number, 0, 20'000)});
  store.beat(hand.worker(), {1, 1});
  if (!store.finish_trial(hand.worker(), some_trial(number), some_weights(number, 1000)) && !crashes)
    throw std::runtime_error("a result was refused");
}

}  // namespace

int work_on(const std::string& where, std::uint32_t train_millis, bool crashes) {
  const auto store = open_store(where, StoreAccess::create);
  store->save_study(some_study());
  Hand hand(*store, "some study");
  if (store->take_strategist(hand.worker())) store->plan_trials("some study", all_trials());
  std::uint32_t seen = 0;
  while (store->queue("some study").finished < trial_count) {
    for (const std::uint32_t set : {0u, 1u})
      for (const ClaimedTrial& claimed : hand.claim(set, 4))
        train(*store, hand, claimed, train_millis, crashes);
    seen += static_cast<std::uint32_t>(store->trials_after("some study", seen).size());
  }
  seen += static_cast<std::uint32_t>(store->trials_after("some study", seen).size());
  return store->dismiss(hand.worker()) && seen == trial_count ? 0 : 1;
}

void expect_all_work_done(const std::string& where) {
  const auto store = open_store(where, StoreAccess::read);
  const auto finished = store->trials_after("some study", 0);
  ASSERT_EQ(finished.size(), trial_count);
  std::set<TrialKey> keys;
  for (const TrialRecord& trial : finished) {
    keys.insert(trial.key);
    expect_same_trial(trial, some_trial(1000 - trial.key.seed_index));
  }
  EXPECT_EQ(keys.size(), trial_count);
  EXPECT_EQ(store->load_study("some study").value().revision, 1u);
  EXPECT_TRUE(store->running_trials("some study").empty());
  EXPECT_TRUE(store->workers("some study").empty());
}

}  // namespace etalon
