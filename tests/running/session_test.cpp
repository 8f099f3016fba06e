#include "etalon/running/session.h"

#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace etalon {
namespace {

std::vector<TrialKey> trials(std::uint32_t count) {
  std::vector<TrialKey> keys;
  for (std::uint32_t i = 0; i < count; ++i) keys.push_back({0, {{0.1, 0.001 * (i + 1)}}, i});
  return keys;
}

class SessionTest : public testing::Test {
 protected:
  Session session(std::uint32_t count, std::uint32_t threads) {
    return Session(trials(count),
                   {.epochs = 3,
                    .threads = threads,
                    .numeric_class = "test",
                    .stop = &stop_,
                    .on_finished = [this](const auto& trial, const auto&) { done_.push_back(trial); },
                    .on_advanced = [this](std::uint64_t samples, double) { samples_ += samples; }});
  }

  std::atomic<bool> stop_{false};
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
  Session both = session(75, 2);
  EXPECT_EQ(pack_sizes(both, 16), (std::vector<std::size_t>{16, 16, 16, 14, 13}));
  Session few = session(5, 2);
  EXPECT_EQ(pack_sizes(few, 16), (std::vector<std::size_t>{5}));  // the other thread helps with it
  Session last = session(25, 2);
  EXPECT_EQ(pack_sizes(last, 16), (std::vector<std::size_t>{13, 12}));
  Session alone = session(20, 1);
  EXPECT_EQ(pack_sizes(alone, 8), (std::vector<std::size_t>{8, 8, 4}));
  Session none = session(0, 2);
  EXPECT_TRUE(pack_sizes(none, 8).empty());
}

TEST_F(SessionTest, KeepsThePlansOrder) {
  Session one = session(5, 1);
  std::vector<std::uint32_t> seeds;
  for (const Assignment& assignment : one.next_pack(3)) seeds.push_back(assignment.seed_index);
  while (const auto assignment = one.next()) seeds.push_back(assignment->seed_index);
  EXPECT_EQ(seeds, (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST_F(SessionTest, RecordsWhatComesBack) {
  Session one = session(2, 1);
  const auto pack = one.next_pack(2);
  ASSERT_EQ(pack.size(), 2u);
  EXPECT_EQ(pack[1].epochs, 3u);
  EXPECT_EQ(pack[1].eta, (std::vector<double>{0.1, 0.002}));
  one.finished({.ticket = pack[1].ticket, .curve = {}, .weights = {}, .samples_trained = 64, .seconds = 0.5});
  ASSERT_EQ(done_.size(), 1u);
  EXPECT_EQ(done_[0].key, trials(2)[1]);
  EXPECT_EQ(done_[0].numeric_class, "test");
  EXPECT_EQ(done_[0].samples_trained, 64u);
  EXPECT_FALSE(one.complete());
  one.finished({.ticket = pack[0].ticket, .curve = {}, .weights = {}});
  EXPECT_TRUE(one.complete());
}

TEST_F(SessionTest, ATrialThatCouldNotBeStoredIsNotDone) {
  Session one(trials(1),
              {.numeric_class = "test",
               .stop = &stop_,
               .on_finished = [](const auto&, const auto&) { throw std::runtime_error("disk full"); },
               .on_advanced = [](std::uint64_t, double) {}});
  const auto pack = one.next_pack(1);
  EXPECT_THROW(one.finished({.ticket = pack[0].ticket, .curve = {}, .weights = {}}), std::runtime_error);
  EXPECT_FALSE(one.complete());
}

TEST_F(SessionTest, CountsTheBusiestThreadsSeconds) {
  Session one = session(2, 2);
  one.advanced(64, 1.0);
  one.advanced(64, 0.5);
  std::thread([&] { one.advanced(64, 0.75); }).join();
  EXPECT_DOUBLE_EQ(one.training_seconds(), 1.5);
  EXPECT_EQ(samples_, 192u);
}

TEST_F(SessionTest, PassesOnTheWishToStop) {
  Session one = session(1, 1);
  EXPECT_FALSE(one.stop_requested());
  stop_ = true;
  EXPECT_TRUE(one.stop_requested());
}

TEST_F(SessionTest, ManyThreadsTakeEveryTrialOnce) {
  constexpr std::uint32_t count = 500, thread_count = 4;
  Session one = session(count, thread_count);
  std::vector<std::vector<std::uint64_t>> taken(thread_count);
  std::vector<std::thread> threads;
  for (auto& mine : taken)
    threads.emplace_back([&one, &mine] {
      for (auto pack = one.next_pack(7); !pack.empty(); pack = one.next_pack(7)) {
        if (const auto refill = one.next()) pack.push_back(*refill);
        for (const Assignment& assignment : pack) {
          mine.push_back(assignment.ticket);
          one.finished({.ticket = assignment.ticket, .curve = {}, .weights = {}});
        }
      }
    });
  for (auto& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  std::size_t sum = 0;
  for (const auto& mine : taken) {
    all.insert(mine.begin(), mine.end());
    sum += mine.size();
  }
  EXPECT_EQ(sum, count);
  EXPECT_EQ(all.size(), count);
  EXPECT_EQ(done_.size(), count);
  EXPECT_TRUE(one.complete());
}

}  // namespace
}  // namespace etalon
