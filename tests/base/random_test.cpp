#include "etalon/base/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

namespace etalon {
namespace {

using Words = std::array<std::uint32_t, 4>;

/// Philox4x32-10 itself: random_words takes the counter words as (counter, stream, seed index, purpose) and
/// the key words as the two halves of the study seed, the lower one first.
Words philox(const Words& counter, std::uint32_t key_low, std::uint32_t key_high) {
  const std::uint64_t study_seed = std::uint64_t{key_high} << 32 | key_low;
  return random_words({study_seed, counter[2], Purpose{counter[3]}}, counter[1], counter[0]);
}

// Known answers published with Random123 (Salmon et al. 2011), file kat_vectors.
TEST(random, is_philox_4x32_10) {
  EXPECT_EQ(philox({0, 0, 0, 0}, 0, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({ones, ones, ones, ones}, ones, ones),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

RandomSequence sequence(std::uint32_t stream = 0) { return RandomSequence({7, 1, Purpose::dropout}, stream); }

TEST(random, a_sequence_walks_the_counters_from_0) {
  RandomSequence walker = sequence(5);
  for (std::uint32_t counter = 0; counter < 3; ++counter)
    for (const std::uint32_t word : random_words({7, 1, Purpose::dropout}, 5, counter))
      EXPECT_EQ(walker.next(), word);
}

TEST(random, a_copy_walks_on_its_own) {
  RandomSequence original = sequence();
  original.next();
  RandomSequence copy = original;
  const std::uint32_t expected = original.next();
  original.next();
  EXPECT_EQ(copy.next(), expected);
}

TEST(random, every_part_of_the_key_and_the_stream_makes_other_numbers) {
  const RandomKey key{7, 1, Purpose::dropout};
  std::set<Words> seen{random_words(key, 0, 0)};
  EXPECT_TRUE(seen.insert(random_words({8, 1, Purpose::dropout}, 0, 0)).second);
  EXPECT_TRUE(seen.insert(random_words({7 + (1ull << 32), 1, Purpose::dropout}, 0, 0)).second);
  EXPECT_TRUE(seen.insert(random_words({7, 2, Purpose::dropout}, 0, 0)).second);
  EXPECT_TRUE(seen.insert(random_words({7, 1, Purpose::batch_order}, 0, 0)).second);
  EXPECT_TRUE(seen.insert(random_words(key, 1, 0)).second);
  EXPECT_TRUE(seen.insert(random_words(key, 0, 1)).second);
}

TEST(random, purposes_and_streams_are_uncorrelated) {
  const auto correlation = [](RandomSequence a, RandomSequence b) {
    constexpr int count = 20'000;
    double sum = 0;
    for (int i = 0; i < count; ++i) sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    return sum / count * 12;  // 1/12 is the variance of a uniform number
  };
  const double five_deviations = 5 / std::sqrt(20'000.0);
  EXPECT_LT(std::abs(correlation(sequence(0), sequence(1))), five_deviations);
  EXPECT_LT(std::abs(correlation(RandomSequence({7, 1, Purpose::dropout}),
                                 RandomSequence({7, 1, Purpose::augmentation}))),
            five_deviations);
  EXPECT_GT(correlation(sequence(0), sequence(0)), 0.9);
}

TEST(random, uniform_is_in_its_range_and_even) {
  RandomSequence numbers = sequence();
  constexpr int count = 100'000;
  std::array<int, 10> bins{};
  for (int i = 0; i < count; ++i) {
    const double value = numbers.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    ASSERT_EQ(value * 0x1p53, std::floor(value * 0x1p53)) << "a multiple of 2^-53";
    ++bins[static_cast<std::size_t>(value * 10)];
  }
  double chi_square = 0;
  for (const int bin : bins) chi_square += std::pow(bin - count / 10.0, 2) / (count / 10.0);
  EXPECT_LT(chi_square, 33.7) << "9 degrees of freedom, P < 1e-4";
}

TEST(random, uniform_between_bounds_stays_between_them) {
  RandomSequence numbers = sequence();
  double smallest = 3, largest = -2;
  for (int i = 0; i < 10'000; ++i) {
    const double value = numbers.uniform(-2, 3);
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
  EXPECT_GE(smallest, -2);
  EXPECT_LT(smallest, -1.99);
  EXPECT_GT(largest, 2.99);
  EXPECT_LE(largest, 3);
}

TEST(random, below_is_unbiased) {
  // With plain multiplication and no rejection, a bound of 3 * 2^30 would give every third result twice.
  constexpr std::uint32_t bound = 3u << 30;
  RandomSequence numbers = sequence();
  std::array<int, 3> remainders{};
  constexpr int count = 30'000;
  for (int i = 0; i < count; ++i) {
    const std::uint32_t value = numbers.below(bound);
    ASSERT_LT(value, bound);
    ++remainders[value % 3];
  }
  const double five_deviations = 5 * std::sqrt(count * (1.0 / 3) * (2.0 / 3));
  for (const int remainder : remainders) EXPECT_NEAR(remainder, count / 3.0, five_deviations);
}

TEST(random, below_reaches_every_result) {
  RandomSequence numbers = sequence();
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 300; ++i) seen.insert(numbers.below(10));
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(*seen.rbegin(), 9u);
  EXPECT_EQ(numbers.below(1), 0u);
}

TEST(random, normal_has_the_moments_of_the_normal_distribution) {
  RandomSequence numbers = sequence();
  constexpr int count = 200'000;
  std::array<double, 5> moment{};
  int beyond_two = 0;
  for (int i = 0; i < count; ++i) {
    const double value = numbers.normal();
    for (int power = 1; power <= 4; ++power) moment[power] += std::pow(value, power) / count;
    beyond_two += std::abs(value) > 2 ? 1 : 0;
  }
  const double deviation = 1 / std::sqrt(static_cast<double>(count));  // five of them for each moment
  EXPECT_NEAR(moment[1], 0, 5 * deviation);
  EXPECT_NEAR(moment[2], 1, 5 * std::sqrt(2.0) * deviation);
  EXPECT_NEAR(moment[3], 0, 5 * std::sqrt(15.0) * deviation);
  EXPECT_NEAR(moment[4], 3, 5 * std::sqrt(96.0) * deviation);
  EXPECT_NEAR(beyond_two / static_cast<double>(count), 0.0455, 5 * std::sqrt(0.0455) * deviation);
}

TEST(random, normal_numbers_keep_their_bits) {
  RandomSequence numbers({2026, 0, Purpose::initial_weights}, 3);
  EXPECT_EQ(numbers.normal(), 0x1.5639eb1ef8b8ap-2);
  EXPECT_EQ(numbers.normal(), -0x1.42adaf1d6f6c4p+0);
  EXPECT_EQ(numbers.normal(), 0x1.38adf51b8c8b1p-1);
}

TEST(random, a_permutation_holds_everything_once) {
  std::vector<std::uint32_t> order = permutation(1000, sequence());
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(order[i], i);
  EXPECT_TRUE(permutation(0, sequence()).empty());
  EXPECT_EQ(permutation(1, sequence()), std::vector<std::uint32_t>{0});
}

TEST(random, all_permutations_are_equally_likely) {
  std::array<int, 27> seen{};
  constexpr int count = 6000;
  for (std::uint32_t stream = 0; stream < count; ++stream) {
    const auto order = permutation(3, sequence(stream));
    ++seen[order[0] * 9 + order[1] * 3 + order[2]];
  }
  const double five_deviations = 5 * std::sqrt(count * (1.0 / 6) * (5.0 / 6));
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 27 - 6);
  for (const int times : seen) {
    if (times > 0) {
      EXPECT_NEAR(times, count / 6.0, five_deviations);
    }
  }
}

}  // namespace
}  // namespace etalon
