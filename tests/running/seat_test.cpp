#include "etalon/running/seat.h"

#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include "etalon/base/version.h"
#include "etalon/storage/memory/store.h"
#include "tests/running/forwarding_store.h"
#include "tests/running/manual_clock.h"

namespace etalon {
namespace {

class SeatTest : public testing::Test {
 protected:
  SeatTest() {
    StudySnapshot study;
    study.name = "study";
    study.definition.sets = {{"shapes", "fingerprint"}};
    store_->save_study(study);
    std::vector<PlannedTrial> trials;
    for (std::uint32_t i = 0; i < 4; ++i) trials.push_back({{0, {{0.1, 0.1}}, i}, 1, 0});
    store_->plan_trials("study", trials);
  }

  std::unique_ptr<Seat> sit_down() {
    return std::make_unique<Seat>(
        *store_, "study",
        Seat::Options{
            .clock = &clock_,
            .liveness = [this](const ProcessIdentity&) { return liveness_; },
            .on_dismissed = [this](const auto&, const std::string& why) { dismissals_.push_back(why); }});
  }
  std::size_t claim(Seat& seat, std::uint32_t most) {
    const auto claimed = store_->claim({seat.id(), seat.next_claim(), 0, most, "class"});
    return claimed ? claimed->size() : 0;
  }
  std::uint32_t waiting() {
    return store_->queue("study").waiting.empty() ? 0 : store_->queue("study").waiting[0];
  }

  /// Lets `seconds` pass; those who are alive tick every 5.
  void pass(double seconds, std::vector<Seat*> alive) {
    for (double left = seconds; left > 0; left -= 5) {
      clock_.pass(5);
      for (Seat* seat : alive) seat->tick();
    }
  }

  ManualClock clock_;
  std::unique_ptr<StudyStore> store_ = make_memory_store(clock_);
  Liveness liveness_ = Liveness::unknown;
  std::vector<std::string> dismissals_;
};

TEST_F(SeatTest, enlists_and_gives_back) {
  {
    const auto seat = sit_down();
    const auto workers = store_->workers("study");
    ASSERT_EQ(workers.size(), 1u);
    EXPECT_EQ(workers[0].identity.id, seat->id());
    EXPECT_EQ(workers[0].identity.process, this_process());
    EXPECT_EQ(workers[0].identity.etalon_version, version);
    EXPECT_EQ(claim(*seat, 3), 3u);
    EXPECT_EQ(waiting(), 1u);
    seat->add_work({1.5, 64});
    seat->add_work({0.5, 64});
  }
  EXPECT_TRUE(store_->workers("study").empty());
  EXPECT_EQ(waiting(), 4u);
  EXPECT_EQ(store_->load_study("study")->times.samples_trained, 128u);
  EXPECT_EQ(store_->load_study("study")->times.training_seconds, 2.0);
}

TEST_F(SeatTest, the_silent_lose_their_trials_to_the_others_and_learn_of_it) {
  const auto silent = sit_down(), other = sit_down();
  claim(*silent, 2);
  ASSERT_TRUE(silent->take_strategist());
  EXPECT_FALSE(other->take_strategist());
  pass(55, {other.get()});
  EXPECT_EQ(waiting(), 2u);
  pass(5, {other.get()});
  EXPECT_EQ(waiting(), 4u);
  EXPECT_EQ(dismissals_, std::vector<std::string>{"was silent for 1 min 0 s"});
  EXPECT_TRUE(other->take_strategist());
  EXPECT_FALSE(silent->gone()) << "it has not heard of it";
  silent->tick();
  EXPECT_TRUE(silent->gone());
  EXPECT_FALSE(silent->take_strategist());
  EXPECT_FALSE(other->gone());
}

TEST_F(SeatTest, a_clock_that_is_set_steals_no_lease) {
  const auto a = sit_down(), b = sit_down();
  claim(*a, 2);
  for (const double hours : {5.0, -9.0, 1000.0, -1000.0}) {
    clock_.set_wall_clock_by(hours);
    pass(30, {a.get(), b.get()});
  }
  EXPECT_EQ(waiting(), 2u);
  EXPECT_TRUE(dismissals_.empty());
}

TEST_F(SeatTest, a_clock_that_is_set_lets_no_lease_live_for_ever) {
  const auto silent = sit_down(), other = sit_down();
  claim(*silent, 2);
  for (int step = 0; step < 12; ++step) {
    clock_.set_wall_clock_by(-5);
    pass(5, {other.get()});
  }
  EXPECT_EQ(waiting(), 4u);
}

TEST_F(SeatTest, a_dead_process_is_sent_away_at_once) {
  const auto dead = sit_down();
  claim(*dead, 4);
  liveness_ = Liveness::dead;  // all but its own are asked
  const auto next = sit_down();
  EXPECT_EQ(waiting(), 4u);
  EXPECT_EQ(dismissals_, std::vector<std::string>{"its process has ended"});
  EXPECT_EQ(claim(*next, 4), 4u);
}

TEST_F(SeatTest, an_outage_longer_than_the_lease_dismisses_nobody_who_beats_afterwards) {
  ForwardingStore restless(*store_);
  bool away = false;
  restless.before = [&](const std::string&) {
    if (away) throw std::runtime_error("the database is away");
  };
  const auto make = [&] {
    return std::make_unique<Seat>(
        restless, "study",
        Seat::Options{.clock = &clock_, .liveness = [](const auto&) { return Liveness::unknown; }});
  };
  const auto a = make(), b = make(), never_back = make();
  claim(*a, 1);
  claim(*b, 1);
  claim(*never_back, 1);
  pass(30, {a.get(), b.get()});
  away = true;
  for (int step = 0; step < 100; ++step) {
    clock_.pass(5);
    EXPECT_THROW(a->tick(), std::runtime_error);
    EXPECT_THROW(b->tick(), std::runtime_error);
  }
  away = false;
  for (int step = 0; step < 5; ++step) {  // b takes longer to come back
    clock_.pass(5);
    a->tick();
  }
  EXPECT_EQ(waiting(), 1u) << "half a lease before, half after the outage: not a whole one in sight";
  pass(60, {a.get(), b.get()});
  EXPECT_FALSE(a->gone());
  EXPECT_FALSE(b->gone());
  EXPECT_EQ(waiting(), 2u) << "of the one that did not come back";
}

}  // namespace
}  // namespace etalon
