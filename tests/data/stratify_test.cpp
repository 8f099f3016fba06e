#include "etalon/data/stratify.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace etalon {
namespace {

using Counts = std::vector<std::uint32_t>;

TEST(Stratify, rounds_by_the_largest_remainder) {
  EXPECT_EQ(stratified_counts({50, 30, 20}, 10), (Counts{5, 3, 2}));
  EXPECT_EQ(stratified_counts({47, 33, 20}, 10), (Counts{5, 3, 2})) << "4.7, 3.3, 2.0";
  EXPECT_EQ(stratified_counts({10, 10, 10}, 10), (Counts{4, 3, 3})) << "a tie goes to the smaller label";
}

TEST(Stratify, leaves_no_class_out_that_has_two) {
  EXPECT_EQ(stratified_counts({2940, 60}, 60), (Counts{59, 1}));
  EXPECT_EQ(stratified_counts({998, 2}, 10), (Counts{9, 1})) << "0.02 of an image is one";
  EXPECT_EQ(stratified_counts({998, 2}, 990), (Counts{989, 1})) << "and so is 1.98 of two";
  EXPECT_EQ(stratified_counts({99, 1}, 99), (Counts{98, 1})) << "the rest has one place";
  EXPECT_EQ(stratified_counts({99, 1}, 50), (Counts{50, 0})) << "a single image is trained on";
  EXPECT_EQ(stratified_counts({0, 5, 0, 5}, 4), (Counts{0, 2, 0, 2})) << "gaps between labels";
}

TEST(Stratify, takes_the_largest_where_not_every_class_fits) {
  EXPECT_EQ(stratified_counts({5, 40, 30, 25}, 2), (Counts{0, 1, 1, 0}));
  EXPECT_EQ(stratified_counts({90, 6, 4}, 2), (Counts{1, 1, 0})) << "two classes rather than 1.8 of one";
  EXPECT_EQ(stratified_counts({90, 6, 4}, 98), (Counts{89, 5, 4})) << "and so of the rest";
  EXPECT_EQ(stratified_counts({5, 5}, 0), (Counts{0, 0}));
  EXPECT_EQ(stratified_counts({}, 0), Counts{});
}

TEST(Stratify, holds_its_bounds_whatever_the_counts) {
  EXPECT_TRUE(rc::check([] {
    const auto counts = *rc::gen::nonEmpty(rc::gen::container<Counts>(rc::gen::inRange(0u, 40u)));
    const auto all = std::accumulate(counts.begin(), counts.end(), 0u);
    const auto take = *rc::gen::inRange(0u, all + 1);
    const Counts taken = stratified_counts(counts, take);
    RC_ASSERT(std::accumulate(taken.begin(), taken.end(), 0u) == take);
    std::uint32_t classes = 0;
    for (const std::uint32_t count : counts) classes += count >= 1;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      RC_ASSERT(taken[i] <= counts[i]);
      if (counts[i] >= 2 && take >= classes) RC_ASSERT(taken[i] >= 1);
      if (counts[i] >= 2 && all - take >= classes) RC_ASSERT(taken[i] < counts[i]);
    }
  }));
}

TEST(Stratify, is_within_one_image_of_every_share_that_exceeds_one) {
  EXPECT_TRUE(rc::check([] {
    const auto counts = *rc::gen::nonEmpty(rc::gen::container<Counts>(rc::gen::inRange(30u, 400u)));
    const auto all = std::accumulate(counts.begin(), counts.end(), 0u);
    const auto take = *rc::gen::inRange(all / 4, all / 2);
    const Counts taken = stratified_counts(counts, take);
    for (std::size_t i = 0; i < counts.size(); ++i)
      RC_ASSERT(std::abs(double(taken[i]) - double(counts[i]) * take / all) < 1);
  }));
}

}  // namespace
}  // namespace etalon
