// A small version of `make calibration`: few replays, wide limits, so that a broken certificate is seen at
// once.

#include <cmath>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/calibration/replay.h"
#include "tests/calibration/simulation.h"
#include "tests/calibration/summary.h"

namespace etalon::calibration {
namespace {

const std::string tables = ETALON_SOURCE_DIR "/tests/calibration/tables/";

template <class MakeTable>
Summary summary(const std::string& name, std::uint64_t replays, MakeTable table) {
  std::vector<ReplayScore> scores;
  for (std::uint64_t number = 0; number < replays; ++number)
    scores.push_back(replay(table(number), {}, number));
  return summary_of(name, scores);
}

class DenseTable : public testing::TestWithParam<std::pair<const char*, std::size_t>> {};

TEST_P(DenseTable, small_studies_choose_well_and_say_how_sure_they_are) {
  const auto& [file, place] = GetParam();
  const Table table = read_tables(tables + file).at(place);
  ASSERT_EQ(table.settings.size(), 25u);
  ASSERT_EQ(table.seeds(), 60u);
  const Summary found = summary(table.name, 80, [&](auto) { return table; });
  EXPECT_LE(found.regret, 0.003);
  EXPECT_GE(found.coverage, 0.93);
  EXPECT_LE(std::abs(found.printed_error), 0.012);
  EXPECT_LE(std::abs(found.stated_within_point - found.within_point), 0.25);
  EXPECT_LE(found.set_size, 6);
}

INSTANTIATE_TEST_SUITE_P(engine, DenseTable,
                         testing::Values(std::pair{"generated.csv", 0}, std::pair{"generated.csv", 1},
                                         std::pair{"generated.csv", 2}, std::pair{"mnist.csv", 0}));

class Simulated : public testing::TestWithParam<const char*> {};

TEST_P(Simulated, the_certificate_is_about_as_often_right_as_it_says) {
  const Summary found =
      summary(GetParam(), 60, [&](std::uint64_t number) { return simulated_table(GetParam(), number); });
  EXPECT_GE(found.coverage, 0.85);
  EXPECT_LE(std::abs(found.stated - found.right), 0.15);
  EXPECT_LE(found.regret, 0.03);
}

INSTANTIATE_TEST_SUITE_P(all, Simulated,
                         testing::Values("equal-noise", "unequal-noise", "heavy-tails", "seed-effects",
                                         "stalls", "dies-late"));

TEST(Replay, is_a_function_of_its_number) {
  const Table table = simulated_table("unequal-noise", 3);
  const ReplayScore one = replay(table, {}, 5), other = replay(table, {}, 5);
  EXPECT_EQ(one.chosen, other.chosen);
  EXPECT_EQ(one.p_best, other.p_best);
  EXPECT_EQ(one.printed_error, other.printed_error);
}

TEST(Summary, holds_stated_against_right) {
  std::vector<ReplayScore> scores;
  for (int i = 0; i < 100; ++i)
    scores.push_back({.right = i % 2 == 0, .regret = i % 2 ? 0.02 : 0.0, .p_best = 0.75});
  const Summary found = summary_of("made up", scores);
  EXPECT_DOUBLE_EQ(found.right, 0.5);
  EXPECT_DOUBLE_EQ(found.regret, 0.01);
  EXPECT_NEAR(found.worst_bin(30).value(), 0.25, 1e-12);
  EXPECT_FALSE(found.worst_bin(101));
}

}  // namespace
}  // namespace etalon::calibration
