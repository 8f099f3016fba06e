#include "etalon/data/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/data/made_files.h"

namespace etalon {
namespace {

DataSet numbered(std::uint32_t count, ImageShape shape = {1, 1, 1}) {
  DataSet data{.name = "made",
               .source = "",
               .shape = shape,
               .classes = 3,
               .class_names = {},
               .training = {},
               .test = {},
               .fingerprint = ""};
  for (std::uint32_t i = 0; i < count; ++i) data.training.labels.push_back(static_cast<std::uint8_t>(i % 3));
  for (std::uint32_t i = 0; i < count * shape.size(); ++i)
    data.training.pixels.push_back(static_cast<std::uint8_t>(i * i * 7 + i / 5));
  return data;
}

std::vector<std::uint32_t> up_to(std::uint32_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0u);
  return numbers;
}

TEST(Split, is_disjoint_and_whole) {
  EXPECT_TRUE(rc::check([] {
    const auto count = *rc::gen::inRange<std::uint32_t>(2, 300);
    const auto validation = *rc::gen::inRange<std::uint32_t>(1, count);
    const Split split =
        split_training_part(numbered(count), validation, 0, *rc::gen::arbitrary<std::uint64_t>());
    std::set<std::uint32_t> all(split.training.begin(), split.training.end());
    all.insert(split.validation.begin(), split.validation.end());
    RC_ASSERT(split.validation.size() == validation);
    RC_ASSERT(split.training.size() == count - validation);
    RC_ASSERT(all.size() == count && *all.rbegin() == count - 1);
  }));
}

TEST(Split, fewer_samples_are_a_prefix_of_more) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto samples = *rc::gen::inRange<std::uint32_t>(1, 80);
    const DataSet data = numbered(100);
    const Split all = split_training_part(data, 20, 0, seed),
                some = split_training_part(data, 20, samples, seed);
    RC_ASSERT(some.training.size() == samples);
    RC_ASSERT(std::equal(some.training.begin(), some.training.end(), all.training.begin()));
    RC_ASSERT(some.validation == all.validation);
  }));
}

TEST(Split, is_keyed_by_the_study_seed_alone) {
  const DataSet data = numbered(60), other = numbered(60, {3, 2, 2});
  EXPECT_EQ(split_training_part(data, 10, 0, 1).training, split_training_part(other, 10, 0, 1).training);
  EXPECT_NE(split_training_part(data, 10, 0, 1).training, split_training_part(data, 10, 0, 2).training);
}

TEST(Split, never_changes) {
  const Split split = split_training_part(numbered(12), 0, 5, 42);
  EXPECT_EQ(split.validation, (std::vector<std::uint32_t>{4, 9}));
  EXPECT_EQ(split.training, (std::vector<std::uint32_t>{11, 5, 10, 8, 2}));
}

/// [class] of the images at `indices`.
std::vector<std::uint32_t> counts_at(const DataSet& data, const std::vector<std::uint32_t>& indices) {
  std::vector<std::uint32_t> counts(data.classes);
  for (const std::uint32_t index : indices) ++counts[data.training.labels[index]];
  return counts;
}

TEST(Split, gives_validation_every_class_by_its_share) {
  DataSet data = numbered(600);
  for (std::uint32_t i = 0; i < 600; ++i)
    data.training.labels[i] = i % 50 == 0 ? 1 : i % 50 == 1 ? 2 : 0;  // 576, 12, 12
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Split split = split_training_part(data, 60, 100, seed);
    EXPECT_EQ(counts_at(data, split.validation), (std::vector<std::uint32_t>{58, 1, 1}));
    EXPECT_EQ(split.training.size(), 100u);
  }
  EXPECT_EQ(counts_at(data, split_training_part(data, 598, 0, 1).training),
            (std::vector<std::uint32_t>{1, 1, 0}))
      << "two places for three classes";
}

TEST(Split, validates_on_a_sixth_unless_told) {
  const Split split = split_training_part(numbered(100), 0, 0, 7);
  EXPECT_EQ(split.validation.size(), 16u);
  EXPECT_EQ(split.training.size(), 84u);
}

TEST(Split, refuses_more_than_there_is) {
  const DataSet data = numbered(30);
  expect_complaint([&] { split_training_part(data, 30, 0, 1); }, "validation", "30 of the 30",
                   "at least 1 left");
  expect_complaint([&] { split_training_part(data, 10, 21, 1); }, "samples", "21", "at most 20");
  expect_complaint([] { split_training_part(numbered(5), 0, 0, 1); }, "validation", "0 of the 5",
                   "at least 1");
  EXPECT_EQ(split_training_part(data, 29, 1, 1).training.size(), 1u);
}

TEST(Normalization, agrees_with_the_naive_sums) {
  const DataSet data = numbered(50, {3, 4, 5});
  const Split split = split_training_part(data, 10, 25, 3);
  const Normalization normalization = normalization_of(data, split);
  ASSERT_EQ(normalization.mean.size(), 3u);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    std::vector<double> values;
    for (const std::uint32_t index : split.training)
      for (std::size_t i = 0; i < 20; ++i)
        values.push_back(data.training.pixels[(index * 3 + channel) * 20 + i] / 255.0);
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    EXPECT_NEAR(normalization.mean[channel], mean, 1e-7);
    EXPECT_NEAR(normalization.inverse_deviation[channel],
                1 / std::sqrt(squares / static_cast<double>(values.size())), 1e-6);
  }
}

TEST(Normalization, takes_the_training_samples_alone) {
  DataSet data = numbered(10);
  const Split split = split_training_part(data, 4, 0, 3);
  const Normalization before = normalization_of(data, split);
  for (const std::uint32_t index : split.validation) data.training.pixels[index] ^= 0xff;
  const Normalization after = normalization_of(data, split);
  EXPECT_EQ(before.mean, after.mean);
  EXPECT_EQ(before.inverse_deviation, after.inverse_deviation);
}

TEST(Normalization, leaves_a_constant_channel_at_one) {
  DataSet data = numbered(12);
  std::fill(data.training.pixels.begin(), data.training.pixels.end(), std::uint8_t{51});
  const Normalization normalization = normalization_of(data, split_training_part(data, 2, 0, 1));
  EXPECT_FLOAT_EQ(normalization.mean[0], 0.2f);
  EXPECT_EQ(normalization.inverse_deviation[0], 1.0f);
}

TEST(Labels, have_their_entropy_and_chance) {
  LabelledImages images;
  images.labels = {0, 0, 1, 2, 2, 2};
  EXPECT_NEAR(label_entropy(images, {0, 1, 3, 4}, 3), std::log(2.0), 1e-12);
  EXPECT_EQ(label_entropy(images, {0, 1}, 3), 0.0);
  EXPECT_EQ(chance_accuracy(images, up_to(6), 3), 0.5);
  EXPECT_EQ(chance_accuracy(images, {0, 1, 2}, 3), 2.0 / 3);
}

TEST(BatchOrder, visits_every_sample_once_and_drops_the_partial_batch) {
  EXPECT_TRUE(rc::check([] {
    const auto samples = *rc::gen::inRange<std::uint32_t>(1, 200);
    const auto batch = *rc::gen::inRange<std::uint32_t>(1, samples + 1);
    const auto order = batch_order(samples, batch, *rc::gen::arbitrary<std::uint64_t>(), 1, 2);
    const std::set<std::uint32_t> visited(order.begin(), order.end());
    RC_ASSERT(order.size() == samples / batch * batch);
    RC_ASSERT(visited.size() == order.size());
    RC_ASSERT(*visited.rbegin() < samples);
  }));
}

TEST(BatchOrder, follows_seeds_and_epoch) {
  const auto order = batch_order(100, 10, 1, 2, 3);
  EXPECT_EQ(batch_order(100, 10, 1, 2, 3), order);
  EXPECT_NE(batch_order(100, 10, 9, 2, 3), order);
  EXPECT_NE(batch_order(100, 10, 1, 9, 3), order);
  EXPECT_NE(batch_order(100, 10, 1, 2, 9), order);
  EXPECT_EQ(batch_order(100, 25, 1, 2, 3), order)
      << "the batch size cuts the order, and changes it no further";
}

TEST(BatchOrder, never_changes) {
  EXPECT_EQ(batch_order(7, 3, 42, 1, 0), (std::vector<std::uint32_t>{3, 5, 4, 2, 0, 1}));
}

TEST(BatchOrder, refuses_a_batch_that_no_epoch_fills) {
  expect_complaint([] { batch_order(10, 11, 0, 0, 0); }, "batch", "11", "training samples, 10");
  expect_complaint([] { batch_order(10, 0, 0, 0, 0); }, "batch", "0", "from 1");
}

}  // namespace
}  // namespace etalon
