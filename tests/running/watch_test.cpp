#include "etalon/running/watch.h"

#include <gtest/gtest.h>

namespace etalon {
namespace {

/// Beats are due every 5 seconds.
constexpr double lease = 60;
const double beat = beat_seconds(lease);

WorkerRecord seat(std::uint64_t id, std::uint64_t beats) {
  WorkerRecord record;
  record.identity.id = id;
  record.beats = beats;
  return record;
}

std::vector<std::uint64_t> ids(const std::vector<WorkerRecord>& seats) {
  std::vector<std::uint64_t> found;
  for (const WorkerRecord& one : seats) found.push_back(one.identity.id);
  return found;
}

TEST(Watch, names_whoever_is_silent_for_the_lease) {
  Watch watch(lease);
  std::uint64_t beats = 0;
  double now = 17;
  EXPECT_TRUE(watch.look({seat(1, 3), seat(2, beats)}, now).empty());
  for (int look = 1; look < 12; ++look)
    EXPECT_TRUE(watch.look({seat(1, 3), seat(2, ++beats)}, now += beat).empty()) << look;
  EXPECT_EQ(ids(watch.look({seat(1, 3), seat(2, ++beats)}, now += beat)), std::vector<std::uint64_t>{1});
}

TEST(Watch, one_sign_of_life_begins_the_lease_anew) {
  Watch watch(lease);
  double now = 0;
  watch.look({seat(1, 0)}, now);
  for (int look = 0; look < 11; ++look) watch.look({seat(1, 0)}, now += beat);
  EXPECT_TRUE(watch.look({seat(1, 1)}, now += beat).empty());
  for (int look = 1; look < 12; ++look) EXPECT_TRUE(watch.look({seat(1, 1)}, now += beat).empty());
  EXPECT_EQ(watch.look({seat(1, 1)}, now += beat).size(), 1u);
}

TEST(Watch, an_outage_is_nobodys_silence) {
  Watch watch(lease);
  double now = 0;
  watch.look({seat(1, 0)}, now);
  now += 10 * lease;  // the store was away, or this watcher slept
  EXPECT_TRUE(watch.look({seat(1, 0)}, now).empty()) << "it could not beat";
  for (int look = 1; look < 12; ++look) EXPECT_TRUE(watch.look({seat(1, 0)}, now += beat).empty()) << look;
  EXPECT_EQ(watch.look({seat(1, 0)}, now += beat).size(), 1u) << "but none lives for ever";
}

TEST(Watch, a_newcomer_has_its_whole_lease) {
  Watch watch(lease);
  double now = 0;
  watch.look({}, now);
  for (int look = 0; look < 20; ++look) watch.look({}, now += beat);
  watch.look({seat(1, 0)}, now += beat);
  for (int look = 1; look < 12; ++look) EXPECT_TRUE(watch.look({seat(1, 0)}, now += beat).empty());
  EXPECT_EQ(watch.look({seat(1, 0)}, now += beat).size(), 1u);
}

TEST(Watch, slow_looks_count_up_to_three_beats) {
  Watch watch(lease);
  double now = 0;
  watch.look({seat(1, 0)}, now);
  int looks = 0;
  while (watch.look({seat(1, 0)}, now += 2.9 * beat).empty()) ASSERT_LT(++looks, 10);
  EXPECT_GE(now, lease);
  EXPECT_LT(now, lease + 3 * beat);
}

TEST(Watch, a_long_lease_still_beats_as_others_expect) {
  EXPECT_EQ(beat_seconds(60), 5.0);
  EXPECT_EQ(beat_seconds(3600), 5.0);
  EXPECT_EQ(beat_seconds(6), 0.5);
}

}  // namespace
}  // namespace etalon
