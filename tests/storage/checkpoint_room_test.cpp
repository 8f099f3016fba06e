/// The room that checkpoints and weights take stays bounded, and goes back when a study has concluded.
#include <filesystem>

#include <gtest/gtest.h>

#include "etalon/storage/open_store.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;

TEST(Room, hundreds_of_checkpoints_of_the_same_trials_take_the_room_of_one) {
  const TemporaryFolder folder;
  const auto store = open_store(folder.file("etalon.db"), StoreAccess::create);
  store->save_study(some_study());
  std::vector<PlannedTrial> trials;
  for (std::uint32_t number = 0; number < 16; number += 2) trials.push_back(planned(some_trial(number)));
  store->plan_trials("some study", trials);
  Hand hand(*store, "some study");
  ASSERT_EQ(hand.claim(0, 99).size(), 8u);
  std::uint64_t after_some = 0;
  for (std::uint32_t round = 0; round < 300; ++round) {
    std::vector<TrialCheckpoint> checkpoints;
    for (std::uint32_t number = 0; number < 16; number += 2)
      checkpoints.push_back(some_checkpoint(number, round, 50'000 + 100 * (round % 7)));
    EXPECT_TRUE(store->save_checkpoints(hand.worker(), checkpoints));
    if (round == 20) after_some = store->size_bytes();
  }
  EXPECT_LT(store->size_bytes(), after_some + after_some / 2);
  EXPECT_LT(store->size_bytes(), 20'000'000u);  // 0.4 MB of checkpoints and a log of at most 16 MiB
  EXPECT_LT(fs::file_size(folder.file("etalon.db")), 1'000'000u);
}

TEST(Room, of_a_concluded_or_deleted_study_goes_back) {
  const TemporaryFolder folder;
  const std::string path = folder.file("etalon.db");
  const auto store = open_store(path, StoreAccess::create);
  for (const std::string name : {"concluded", "deleted"}) {
    store->save_study(some_study(name));
    Hand hand(*store, name);
    for (std::uint32_t number = 0; number < 10; ++number)
      hand.finish(some_trial(number), some_weights(number, 100'000));
    hand.plan_and_hold(some_trial(10));
    store->save_checkpoints(hand.worker(), std::vector{some_checkpoint(10, 1, 1'000'000)});
    if (name == "concluded") store->finish_trial(hand.worker(), some_trial(10), some_weights(10, 100'000));
  }
  EXPECT_TRUE(store->conclude("concluded", {}, 5, {}));
  store->delete_study("deleted");
  EXPECT_LT(fs::file_size(path), 300'000u);
  EXPECT_EQ(fs::file_size(path + "-wal"), 0u);
}

}  // namespace
}  // namespace etalon
