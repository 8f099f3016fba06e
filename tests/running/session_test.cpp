#include "etalon/running/session.h"

#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "etalon/storage/memory_store.h"
#include "tests/running/forwarding_store.h"
#include "tests/running/manual_clock.h"

namespace etalon {
namespace {

std::vector<PlannedTrial> trials(std::uint32_t count) {
  std::vector<PlannedTrial> planned;
  for (std::uint32_t i = 0; i < count; ++i) planned.push_back({{0, {{0.1, 0.001 * (i + 1)}}, i}, 3, 0});
  return planned;
}

TrialState state_after(std::uint64_t steps) {
  TrialState state;
  state.curve.steps_per_epoch = 4;
  state.curve.budget_epochs = 3;
  state.curve.loss.assign(steps, 1.0f);
  state.curve.epochs.assign(steps / 4, {});
  state.step = steps;
  state.values = {1.0f, static_cast<float>(steps)};
  return state;
}

/// Two workers, each with a seat and a session.
class SessionTest : public testing::Test {
 protected:
  void plan(std::uint32_t count) {
    StudySnapshot study;
    study.name = "study";
    study.definition.sets = {{"shapes", "fingerprint"}};
    memory_->save_study(study);
    memory_->plan_trials("study", trials(count));
  }

  std::unique_ptr<Seat> sit_down() {
    return std::make_unique<Seat>(
        store_, "study",
        Seat::Options{.clock = &clock_, .liveness = [](const auto&) { return Liveness::unknown; }});
  }

  std::unique_ptr<Session> session(Seat& seat, std::uint32_t threads = 1,
                                   const std::string& numeric_class = "test") {
    return std::make_unique<Session>(
        store_, seat,
        Session::Options{.study = "study",
                         .threads = threads,
                         .numeric_class = numeric_class,
                         .stop = &stop_,
                         .clock = &clock_,
                         .on_finished =
                             [this](const auto& trial) {
                               const std::scoped_lock lock(mutex_);  // two sessions tell at once
                               done_.push_back(trial);
                             },
                         .on_advanced = [this](std::uint64_t samples) { samples_ += samples; }});
  }

  /// A worker that takes `count` trials, keeps the state of the first after five steps, and is gone.
  void keep_one_and_leave(std::uint32_t count) {
    const auto seat = sit_down();
    const auto leaving = session(*seat);
    leaving->checkpoint({{leaving->next_pack(count)[0].ticket, state_after(5)}});
    leaving->close();
  }

  std::uint32_t finished() { return memory_->queue("study").finished; }

  ManualClock clock_;
  std::unique_ptr<StudyStore> memory_ = make_memory_store(clock_);
  ForwardingStore store_{*memory_};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::vector<TrialRecord> done_;
  std::uint64_t samples_ = 0;
};

std::vector<std::size_t> pack_sizes(Session& session, std::uint32_t most) {
  std::vector<std::size_t> sizes;
  for (auto pack = session.next_pack(most); !pack.empty(); pack = session.next_pack(most))
    sizes.push_back(pack.size());
  return sizes;
}

TEST_F(SessionTest, HandsOutFullPacksAndFillsTheLastOnesEvenly) {
  const auto sizes = [](std::uint32_t count, std::uint32_t threads, std::uint32_t most) {
    ManualClock clock;
    const auto store = make_memory_store(clock);
    StudySnapshot study;
    study.name = "study";
    study.definition.sets = {{"shapes", "fingerprint"}};
    store->save_study(study);
    store->plan_trials("study", trials(count));
    Seat seat(*store, "study", {.clock = &clock});
    const std::atomic<bool> stop{false};
    Session one(
        *store, seat,
        {.study = "study", .threads = threads, .numeric_class = "test", .stop = &stop, .clock = &clock});
    return pack_sizes(one, most);
  };
  EXPECT_EQ(sizes(75, 2, 16), (std::vector<std::size_t>{16, 16, 16, 14, 13}));
  EXPECT_EQ(sizes(5, 2, 16), (std::vector<std::size_t>{5})) << "the other thread helps with it";
  EXPECT_EQ(sizes(25, 2, 16), (std::vector<std::size_t>{13, 12}));
  EXPECT_EQ(sizes(20, 1, 8), (std::vector<std::size_t>{8, 8, 4}));
  EXPECT_TRUE(sizes(0, 2, 8).empty());
}

TEST_F(SessionTest, DividesTheLastTrialsAmongAllWorkers) {
  plan(24);
  const auto mine = sit_down(), yours = sit_down();
  const auto a = session(*mine, 2), b = session(*yours, 2);
  EXPECT_EQ(a->next_pack(16).size(), 12u);
  EXPECT_EQ(b->next_pack(16).size(), 6u) << "half of what is left: it cannot know that the first has enough";
  EXPECT_EQ(a->next_pack(16).size(), 3u);
}

TEST_F(SessionTest, KeepsThePlansOrder) {
  plan(5);
  const auto seat = sit_down();
  const auto one = session(*seat);
  std::vector<std::uint32_t> seeds;
  for (const Assignment& assignment : one->next_pack(3)) {
    EXPECT_EQ(assignment.epochs, 3u);
    EXPECT_FALSE(assignment.state);
    seeds.push_back(assignment.seed_index);
  }
  while (const auto assignment = one->next()) seeds.push_back(assignment->seed_index);
  EXPECT_EQ(seeds, (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST_F(SessionTest, StoresWhatComesBackBeforeAnyoneHearsOfIt) {
  plan(2);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto pack = one->next_pack(2);
  ASSERT_EQ(pack.size(), 2u);
  clock_.pass(8);
  one->finished(
      {.ticket = pack[1].ticket, .curve = {}, .weights = {2.5f}, .samples_trained = 64, .seconds = 0.5});
  ASSERT_EQ(done_.size(), 1u);
  EXPECT_EQ(done_[0].key, trials(2)[1].key);
  EXPECT_EQ(done_[0].numeric_class, "test");
  EXPECT_EQ(done_[0].samples_trained, 64u);
  EXPECT_EQ(done_[0].times.finished_unix_millis - done_[0].times.started_unix_millis, 8000);
  EXPECT_EQ(done_[0].times.attempts, 1u);
  EXPECT_EQ(done_[0].times.host, this_process().host);
  EXPECT_EQ(memory_->load_weights("study", done_[0].key), std::vector<float>{2.5f});
}

TEST_F(SessionTest, ATrialThatCouldNotBeStoredIsNotDone) {
  plan(1);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto pack = one->next_pack(1);
  store_.before = [](const std::string& call) {
    if (call == "finish_trial") throw std::runtime_error("disk full");
  };
  EXPECT_THROW(one->finished({.ticket = pack[0].ticket, .curve = {}, .weights = {}}), std::runtime_error);
  EXPECT_TRUE(done_.empty());
  EXPECT_EQ(finished(), 0u);
}

TEST_F(SessionTest, CountsTheBusiestThreadsSeconds) {
  plan(1);
  {
    const auto seat = sit_down();
    const auto one = session(*seat, 2);
    one->advanced(64, 1.0);
    one->advanced(64, 0.5);
    std::thread([&] { one->advanced(64, 0.75); }).join();
  }
  EXPECT_DOUBLE_EQ(memory_->load_study("study")->times.training_seconds, 1.5);
  EXPECT_EQ(memory_->load_study("study")->times.samples_trained, 192u);
  EXPECT_EQ(samples_, 192u);
}

TEST_F(SessionTest, PassesOnTheWishToStop) {
  plan(2);
  const auto seat = sit_down();
  const auto one = session(*seat);
  EXPECT_FALSE(one->stop_requested());
  stop_ = true;
  EXPECT_TRUE(one->stop_requested());
  EXPECT_TRUE(one->next_pack(1).empty());
  EXPECT_FALSE(one->next());
}

TEST_F(SessionTest, CheckpointsAreThereForWhoeverGoesOn) {
  plan(3);
  {
    const auto seat = sit_down();
    const auto one = session(*seat);
    EXPECT_FALSE(one->checkpoint_due(9.9));
    EXPECT_TRUE(one->checkpoint_due(10.0));
    const auto pack = one->next_pack(3);
    one->checkpoint({{pack[0].ticket, state_after(5)}, {pack[1].ticket, state_after(5)}});
    one->checkpoint({{pack[0].ticket, state_after(6)}, {pack[1].ticket, state_after(6)}});
    one->close();
  }
  const auto seat = sit_down();
  const auto next = session(*seat);
  const auto pack = next->next_pack(3);
  ASSERT_EQ(pack.size(), 2u) << "a pack shares its phase";
  ASSERT_TRUE(pack[1].state);
  EXPECT_EQ(pack[1].state->step, 6u);
  EXPECT_EQ(pack[1].state->values, (std::vector<float>{1, 6}));
  EXPECT_EQ(pack[1].state->curve.loss.size(), 6u);
  const auto other = next->next_pack(3);
  ASSERT_EQ(other.size(), 1u);
  EXPECT_FALSE(other[0].state);
}

TEST_F(SessionTest, ALaneThatFallsFreeTakesOnlyTrialsAtAnEpochsStart) {
  plan(2);
  keep_one_and_leave(2);
  const auto seat = sit_down();
  const auto next = session(*seat);
  const auto refill = next->next();
  ASSERT_TRUE(refill);
  EXPECT_EQ(refill->seed_index, 1u);
  EXPECT_FALSE(next->next());
}

TEST_F(SessionTest, AnotherNumericClassBeginsAnew) {
  plan(1);
  keep_one_and_leave(1);
  const auto seat = sit_down();
  const auto next = session(*seat, 1, "another");
  const auto pack = next->next_pack(1);
  ASSERT_EQ(pack.size(), 1u);
  EXPECT_FALSE(pack[0].state);
}

TEST_F(SessionTest, AFinishedTrialNeedsNoCheckpoint) {
  plan(1);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto pack = one->next_pack(1);
  one->checkpoint({{pack[0].ticket, state_after(5)}});
  one->finished({.ticket = pack[0].ticket, .curve = {}, .weights = {}});
  one->close();
  EXPECT_TRUE(memory_->running_trials("study").empty());
}

TEST_F(SessionTest, WhatWritingACheckpointThrowsSurfacesWhereItTrains) {
  plan(1);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto pack = one->next_pack(1);
  store_.before = [](const std::string& call) {
    if (call == "save_checkpoints") throw std::runtime_error("disk full");
  };
  one->checkpoint({{pack[0].ticket, state_after(5)}});
  EXPECT_THROW(one->close(), std::runtime_error);
  EXPECT_THROW(one->checkpoint({{pack[0].ticket, state_after(6)}}), std::runtime_error);
}

TEST_F(SessionTest, WhoLostItsSeatDropsEverything) {
  plan(3);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto pack = one->next_pack(3);
  memory_->dismiss(seat->id());
  const auto other_seat = sit_down();
  const auto other = session(*other_seat);
  const auto again = other->next_pack(3);
  EXPECT_EQ(again.size(), 3u);

  one->finished({.ticket = pack[0].ticket, .curve = {}, .weights = {}});
  EXPECT_TRUE(one->stop_requested());
  EXPECT_TRUE(done_.empty());
  EXPECT_EQ(finished(), 0u);
  one->checkpoint({{pack[1].ticket, state_after(5)}});
  one->close();
  for (const RunningTrial& trial : memory_->running_trials("study")) EXPECT_FALSE(trial.curve);

  other->finished({.ticket = again[0].ticket, .curve = {}, .weights = {}});
  EXPECT_EQ(finished(), 1u);
  EXPECT_EQ(done_.at(0).times.attempts, 2u);
}

TEST_F(SessionTest, ManyThreadsOfTwoWorkersTakeEveryTrialOnce) {
  constexpr std::uint32_t count = 300;
  plan(count);
  const auto mine = sit_down(), yours = sit_down();
  const auto a = session(*mine, 2), b = session(*yours, 2);
  std::vector<std::vector<std::uint32_t>> taken(4);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < taken.size(); ++thread)
    threads.emplace_back([&one = thread < 2 ? *a : *b, &seeds = taken[thread]] {
      for (auto pack = one.next_pack(7); !pack.empty(); pack = one.next_pack(7)) {
        if (auto refill = one.next()) pack.push_back(std::move(*refill));
        for (const Assignment& assignment : pack) {
          seeds.push_back(assignment.seed_index);
          one.finished({.ticket = assignment.ticket, .curve = {}, .weights = {}});
        }
      }
    });
  for (auto& thread : threads) thread.join();
  std::set<std::uint32_t> all;
  std::size_t sum = 0;
  for (const auto& seeds : taken) {
    all.insert(seeds.begin(), seeds.end());
    sum += seeds.size();
  }
  EXPECT_EQ(sum, count);
  EXPECT_EQ(all.size(), count);
  EXPECT_EQ(finished(), count);
}

}  // namespace
}  // namespace etalon
