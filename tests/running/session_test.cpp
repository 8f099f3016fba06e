#include "etalon/running/session.h"

#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "etalon/storage/memory/store.h"
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

/// A curve of all epochs that are planned.
Curve whole() {
  Curve curve;
  curve.budget_epochs = 3;
  return curve;
}

TrialState some_state() {
  TrialState state;
  state.values = {1.0f, 2.0f};
  return state;
}

/// Up to `most` trials, one after the other.
std::vector<Assignment> take(Session& session, std::size_t most) {
  std::vector<Assignment> taken;
  while (taken.size() < most) {
    auto trial = session.next();
    if (!trial) break;
    taken.push_back(std::move(*trial));
  }
  return taken;
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
    const std::vector<Assignment> taken = take(*leaving, count);
    leaving->checkpoint({taken[0].ticket, state_after(5)});
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

TEST_F(SessionTest, claims_a_few_trials_at_a_time_and_the_last_ones_one_by_one) {
  const auto claims = [](std::uint32_t count, std::uint32_t threads) {
    ManualClock clock;
    const auto memory = make_memory_store(clock);
    ForwardingStore store(*memory);
    StudySnapshot study;
    study.name = "study";
    study.definition.sets = {{"shapes", "fingerprint"}};
    memory->save_study(study);
    memory->plan_trials("study", trials(count));
    Seat seat(store, "study", {.clock = &clock});
    const std::atomic<bool> stop{false};
    Session one(
        store, seat,
        {.study = "study", .threads = threads, .numeric_class = "test", .stop = &stop, .clock = &clock});
    std::uint32_t made = 0;
    store.before = [&](const std::string& call) { made += call == "claim"; };
    EXPECT_EQ(take(one, count).size(), count);
    return made;
  };
  EXPECT_EQ(claims(8, 2), 8u);
  EXPECT_EQ(claims(16, 1), 10u) << "4, 3, 2, and 7 by ones";
  EXPECT_LT(claims(200, 1), 45u);
}

TEST_F(SessionTest, claims_large_states_singly) {
  plan(64);
  const auto seat = sit_down();
  const std::atomic<bool> stop{false};
  Session one(*memory_, *seat,
              {.study = "study",
               .numeric_class = "test",
               .trial_state_bytes = 5u << 20,
               .stop = &stop,
               .clock = &clock_});
  EXPECT_TRUE(one.next());
  EXPECT_EQ(memory_->queue("study").waiting.at(0), 63u);
}

TEST_F(SessionTest, keeps_final_states_within_their_room) {
  plan(2);
  const auto seat = sit_down();
  const std::atomic<bool> stop{false};
  Session one(
      *memory_, *seat,
      {.study = "study", .numeric_class = "test", .state_bytes = 100, .stop = &stop, .clock = &clock_});
  EXPECT_TRUE(one.keeps_states());
  const auto taken = take(one, 2);
  for (const Assignment& trial : taken) {
    Outcome outcome{.ticket = trial.ticket, .curve = whole(), .weights = {1.0f}};
    outcome.state = some_state();
    one.finished(outcome);
  }
  EXPECT_EQ(memory_->queue("study").state_bytes, to_bytes(some_state()).size())
      << "there is no room for a second one";
}

TEST_F(SessionTest, leaves_the_other_workers_their_share) {
  plan(64);
  const auto mine = sit_down(), yours = sit_down();
  const auto a = session(*mine, 2), b = session(*yours, 2);
  EXPECT_TRUE(a->next());
  EXPECT_EQ(memory_->queue("study").waiting.at(0), 60u) << "a sixteenth of 64";
  EXPECT_TRUE(b->next());
  EXPECT_EQ(memory_->queue("study").waiting.at(0), 57u);
}

TEST_F(SessionTest, keeps_the_plans_order) {
  plan(5);
  const auto seat = sit_down();
  const auto one = session(*seat);
  std::vector<std::uint32_t> seeds;
  while (const auto assignment = one->next()) {
    EXPECT_EQ(assignment->epochs, 3u);
    EXPECT_FALSE(assignment->state);
    seeds.push_back(assignment->seed_index);
  }
  EXPECT_EQ(seeds, (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST_F(SessionTest, stores_what_comes_back_before_anyone_hears_of_it) {
  plan(2);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto taken = take(*one, 2);
  ASSERT_EQ(taken.size(), 2u);
  clock_.pass(8);
  one->finished({.ticket = taken[1].ticket,
                 .curve = whole(),
                 .weights = {2.5f},
                 .samples_trained = 64,
                 .seconds = 0.5});
  ASSERT_EQ(done_.size(), 1u);
  EXPECT_EQ(done_[0].key, trials(2)[1].key);
  EXPECT_EQ(done_[0].numeric_class, "test");
  EXPECT_EQ(done_[0].samples_trained, 64u);
  EXPECT_EQ(done_[0].times.finished_unix_millis - done_[0].times.started_unix_millis, 8000);
  EXPECT_EQ(done_[0].times.attempts, 1u);
  EXPECT_EQ(done_[0].times.host, this_process().host);
  EXPECT_EQ(memory_->load_weights("study", done_[0].key), std::vector<float>{2.5f});
}

TEST_F(SessionTest, a_trial_that_could_not_be_stored_is_not_done) {
  plan(1);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto taken = take(*one, 1);
  store_.before = [](const std::string& call) {
    if (call == "finish_trial") throw std::runtime_error("disk full");
  };
  EXPECT_THROW(one->finished({.ticket = taken[0].ticket, .curve = whole(), .weights = {}}),
               std::runtime_error);
  EXPECT_TRUE(done_.empty());
  EXPECT_EQ(finished(), 0u);
}

TEST_F(SessionTest, counts_the_busiest_threads_seconds) {
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

TEST_F(SessionTest, passes_on_the_wish_to_stop) {
  plan(2);
  const auto seat = sit_down();
  const auto one = session(*seat);
  EXPECT_FALSE(one->stop_requested());
  stop_ = true;
  EXPECT_TRUE(one->stop_requested());
  EXPECT_FALSE(one->next());
}

TEST_F(SessionTest, checkpoints_are_there_for_whoever_goes_on) {
  plan(3);
  {
    const auto seat = sit_down();
    const auto one = session(*seat);
    EXPECT_FALSE(one->checkpoint_due(9.9));
    EXPECT_TRUE(one->checkpoint_due(10.0));
    const auto taken = take(*one, 3);
    for (const std::uint64_t steps : {5u, 6u})
      for (const std::size_t trial : {0u, 1u}) one->checkpoint({taken[trial].ticket, state_after(steps)});
    one->close();
  }
  const auto seat = sit_down();
  const auto next = session(*seat);
  const auto taken = take(*next, 3);
  ASSERT_EQ(taken.size(), 3u);
  ASSERT_TRUE(taken[1].state);
  EXPECT_EQ(taken[1].state->step, 6u);
  EXPECT_EQ(taken[1].state->values, (std::vector<float>{1, 6}));
  EXPECT_EQ(taken[1].state->curve.loss.size(), 6u);
  EXPECT_FALSE(taken[2].state);
}

TEST_F(SessionTest, another_numeric_class_begins_anew) {
  plan(1);
  keep_one_and_leave(1);
  const auto seat = sit_down();
  const auto next = session(*seat, 1, "another");
  const auto taken = take(*next, 1);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_FALSE(taken[0].state);
}

TEST_F(SessionTest, a_finished_trial_needs_no_checkpoint) {
  plan(1);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto taken = take(*one, 1);
  one->checkpoint({taken[0].ticket, state_after(5)});
  one->finished({.ticket = taken[0].ticket, .curve = whole(), .weights = {}});
  one->close();
  EXPECT_TRUE(memory_->running_trials("study").empty());
}

TEST_F(SessionTest, what_writing_a_checkpoint_throws_surfaces_where_it_trains) {
  plan(1);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto taken = take(*one, 1);
  store_.before = [](const std::string& call) {
    if (call == "save_checkpoints") throw std::runtime_error("disk full");
  };
  one->checkpoint({taken[0].ticket, state_after(5)});
  EXPECT_THROW(one->close(), std::runtime_error);
  EXPECT_THROW(one->checkpoint({taken[0].ticket, state_after(6)}), std::runtime_error);
}

TEST_F(SessionTest, who_lost_its_seat_drops_everything) {
  plan(3);
  const auto seat = sit_down();
  const auto one = session(*seat);
  const auto taken = take(*one, 3);
  memory_->dismiss(seat->id());
  const auto other_seat = sit_down();
  const auto other = session(*other_seat);
  const auto again = take(*other, 3);
  EXPECT_EQ(again.size(), 3u);

  one->finished({.ticket = taken[0].ticket, .curve = whole(), .weights = {}});
  EXPECT_TRUE(one->stop_requested());
  EXPECT_TRUE(done_.empty());
  EXPECT_EQ(finished(), 0u);
  one->checkpoint({taken[1].ticket, state_after(5)});
  one->close();
  for (const RunningTrial& trial : memory_->running_trials("study")) EXPECT_FALSE(trial.curve);

  other->finished({.ticket = again[0].ticket, .curve = whole(), .weights = {}});
  EXPECT_EQ(finished(), 1u);
  EXPECT_EQ(done_.at(0).times.attempts, 2u);
}

TEST_F(SessionTest, many_threads_of_two_workers_take_every_trial_once) {
  constexpr std::uint32_t count = 300;
  plan(count);
  const auto mine = sit_down(), yours = sit_down();
  const auto a = session(*mine, 2), b = session(*yours, 2);
  std::vector<std::vector<std::uint32_t>> taken(4);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < taken.size(); ++thread)
    threads.emplace_back([&one = thread < 2 ? *a : *b, &seeds = taken[thread]] {
      for (auto some = take(one, 7); !some.empty(); some = take(one, 7))
        for (const Assignment& assignment : some) {
          seeds.push_back(assignment.seed_index);
          one.finished({.ticket = assignment.ticket, .curve = whole(), .weights = {}});
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
