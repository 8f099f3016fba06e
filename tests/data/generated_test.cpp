// The generated sets must never drift: their fingerprints are part of every study on them.

#include <algorithm>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "etalon/data/generated/canvas.h"
#include "etalon/data/generated/generator.h"
#include "etalon/data/open_data.h"

namespace etalon {
namespace {

struct Golden {
  const char* name;
  ImageShape shape;
  const char* fingerprint;
};

class GeneratedSetTest : public testing::TestWithParam<Golden> {};

void expect_ten_named_classes_of_equal_size(const DataSet& data) {
  ASSERT_EQ(data.classes, 10u);
  EXPECT_EQ(std::set<std::string>(data.class_names.begin(), data.class_names.end()).size(), 10u);
  for (std::uint8_t label = 0; label < 10; ++label) {
    EXPECT_EQ(std::count(data.training.labels.begin(), data.training.labels.end(), label), 1200);
    EXPECT_EQ(std::count(data.test.labels.begin(), data.test.labels.end(), label), 200);
  }
}

void expect_no_image_twice(const DataSet& data) {
  std::set<std::string_view> seen;
  const std::size_t size = data.shape.size();
  for (const LabelledImages* images : {&data.training, &data.test})
    for (std::size_t i = 0; i < images->count(); ++i)
      seen.emplace(reinterpret_cast<const char*>(images->pixels.data()) + i * size, size);
  EXPECT_EQ(seen.size(), data.training.count() + data.test.count());
}

TEST_P(GeneratedSetTest, has_the_bits_it_always_had) {
  const DataSet data = open_data(GetParam().name);
  EXPECT_EQ(data.fingerprint, GetParam().fingerprint);
  EXPECT_EQ(data.name, GetParam().name);
  EXPECT_EQ(data.source, GetParam().name);
  EXPECT_EQ(data.shape, GetParam().shape);
  EXPECT_EQ(data.training.count(), generated_training_images);
  EXPECT_EQ(data.test.count(), generated_test_images);
  ASSERT_EQ(data.training.pixels.size(), std::size_t{data.training.count()} * data.shape.size());
  expect_ten_named_classes_of_equal_size(data);
  expect_no_image_twice(data);
}

INSTANTIATE_TEST_SUITE_P(
    All, GeneratedSetTest,
    testing::Values(
        Golden{"shapes", {1, 28, 28}, "9a8b9471abd9b73c767a18c0e6a0a94f470f9f795f802bd0236a323bcd79adf3"},
        Golden{"digits", {1, 28, 28}, "b790d29a6a1781b82d86096e469076aaadf9ff0f04022e4434c06e8bc5e2e33f"},
        Golden{"scenes", {3, 32, 32}, "98e242f7a868b8cbc486a6a09662645444fe8ed6d6ee5173591a5575609b7e99"}),
    [](const auto& set) { return set.param.name; });

TEST(Canvas, covers_a_pixel_by_its_share) {
  Canvas canvas({1, 2, 3});
  canvas.fill({box(0.25, 0.5, 2, 1)}, {.colour = {1}});
  std::vector<std::uint8_t> pixels(6);
  canvas.copy_to(pixels);
  EXPECT_EQ(pixels, (std::vector<std::uint8_t>{96, 128, 0, 0, 0, 0}));  // 3/8, 1/2
}

TEST(Canvas, leaves_holes_by_the_even_odd_rule) {
  Canvas canvas({1, 3, 3});
  canvas.fill({box(0, 0, 3, 3), box(1, 1, 2, 2)}, {.colour = {1}});
  std::vector<std::uint8_t> pixels(9);
  canvas.copy_to(pixels);
  EXPECT_EQ(pixels, (std::vector<std::uint8_t>{255, 255, 255, 255, 0, 255, 255, 255, 255}));
}

TEST(Canvas, takes_figures_that_reach_beyond_its_edges) {
  Canvas canvas({3, 2, 2});
  canvas.fill({box(-100, -100, 100, 100)}, {.colour = {1, 0.5, 0}});
  canvas.stroke({{{-50, -50}, {-40, 60}}}, 2, {.colour = {1, 1, 1}});
  canvas.fill({box(-9, -9, -5, -5)}, {.colour = {1, 1, 1}});
  std::vector<std::uint8_t> pixels(12);
  canvas.copy_to(pixels);
  EXPECT_EQ(pixels, (std::vector<std::uint8_t>{255, 255, 255, 255, 128, 128, 128, 128, 0, 0, 0, 0}));
}

TEST(Canvas, strokes_with_a_round_pen) {
  Canvas canvas({1, 1, 5});
  canvas.stroke({{{2.5, 0.5}, {2.5, 0.5}}}, 1, {.colour = {1}});
  std::vector<std::uint8_t> pixels(5);
  canvas.copy_to(pixels);
  EXPECT_EQ(pixels, (std::vector<std::uint8_t>{0, 128, 255, 128, 0}));
}

TEST(Canvas, knows_the_colours_of_the_hue_circle) {
  EXPECT_EQ(hsv(0, 1, 1), (Colour{1, 0, 0}));
  EXPECT_EQ(hsv(1, 1, 1), (Colour{1, 0, 0}));
  EXPECT_NEAR(hsv(1.0 / 3, 1, 0.5)[1], 0.5, 1e-12);
  EXPECT_NEAR(hsv(2.0 / 3, 1, 1)[2], 1, 1e-12);
  EXPECT_EQ(hsv(0.4, 0, 0.7), (Colour{0.7, 0.7, 0.7}));
}

}  // namespace
}  // namespace etalon
