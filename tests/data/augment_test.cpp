#include "etalon/data/augment.h"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {

using testing::HasSubstr;
using Image = std::vector<std::uint8_t>;

constexpr ImageShape shape{2, 5, 7};

/// Every pixel another value above 0: [c][y][x] holds 1 + 35 c + 7 y + x.
Image numbered() {
  Image image(shape.size());
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i + 1);
  return image;
}

Image augmented(const std::vector<std::string>& steps, const AugmentedSample& which = {}) {
  Image result(shape.size());
  augment(read_augmentation(steps, "test"), shape, which, numbered().data(), result.data());
  return result;
}

/// The plain version: the image moved down by dy and right by dx.
Image moved(const Image& image, int dy, int dx, bool repeat_border) {
  Image result;
  const int height = shape.height, width = shape.width;
  for (int c = 0; c < int{shape.channels}; ++c)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const int from_y = std::clamp(y - dy, 0, height - 1), from_x = std::clamp(x - dx, 0, width - 1);
        const bool inside = from_y == y - dy && from_x == x - dx;
        const auto at = static_cast<std::size_t>((c * height + from_y) * width + from_x);
        result.push_back(inside || repeat_border ? image[at] : std::uint8_t{0});
      }
  return result;
}

Image mirrored(Image image) {
  for (auto row = image.begin(); row != image.end(); row += shape.width) std::reverse(row, row + shape.width);
  return image;
}

/// How often each of the images appears among `count` samples; fails for any other.
std::vector<int> counts(const std::vector<std::string>& steps, const std::vector<Image>& expected,
                        std::uint32_t count) {
  std::vector<int> result(expected.size());
  for (std::uint32_t sample = 0; sample < count; ++sample) {
    const auto found = std::ranges::find(expected, augmented(steps, {1, 2, 3, sample}));
    if (found == expected.end()) {
      ADD_FAILURE() << "sample " << sample << " is none of the expected images";
      return result;
    }
    ++result[static_cast<std::size_t>(found - expected.begin())];
  }
  return result;
}

class Moves : public testing::TestWithParam<bool> {};

TEST_P(Moves, are_all_equally_likely) {
  std::vector<Image> expected;
  for (int dy = -2; dy <= 2; ++dy)
    for (int dx = -2; dx <= 2; ++dx) expected.push_back(moved(numbered(), dy, dx, GetParam()));
  // 100 each of 25 on average; 5 deviations of 9.8
  for (const int count : counts({GetParam() ? "shift 2" : "crop 2"}, expected, 2500))
    EXPECT_NEAR(count, 100, 49);
}

INSTANTIATE_TEST_SUITE_P(Augment, Moves, testing::Bool());

TEST(Augment, flips_half_of_the_images) {
  const auto count = counts({"flip"}, {numbered(), mirrored(numbered())}, 1000);
  EXPECT_NEAR(count[0], 500, 79);
}

TEST(Augment, goes_step_by_step) {
  std::set<std::string> expected, found;
  for (int first = -1; first <= 1; ++first)
    for (int second = -1; second <= 1; ++second)
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx) {
          const Image black_then_repeated = moved(moved(numbered(), first, second, false), dy, dx, true);
          expected.insert({black_then_repeated.begin(), black_then_repeated.end()});
        }
  for (std::uint32_t sample = 0; sample < 3000; ++sample) {
    const Image image = augmented({"crop 1", "shift 1"}, {0, 0, 0, sample});
    found.insert({image.begin(), image.end()});
  }
  EXPECT_EQ(found, expected);
}

TEST(Augment, every_part_of_the_key_counts) {
  const std::vector<std::string> steps{"shift 4", "crop 4", "flip", "shift 4"};
  const AugmentedSample which{5, 6, 7, 8};
  const Image image = augmented(steps, which);
  EXPECT_EQ(augmented(steps, which), image);
  for (const AugmentedSample& other : {AugmentedSample{9, 6, 7, 8}, AugmentedSample{5, 9, 7, 8},
                                       AugmentedSample{5, 6, 9, 8}, AugmentedSample{5, 6, 7, 9}})
    EXPECT_NE(augmented(steps, other), image);
}

// Computed apart from this code with Python integers: whoever changes these raises the version of the
// numerics.
TEST(Augment, keeps_its_draws) {
  EXPECT_EQ(augmented({"shift 2"}, {1, 2, 3, 4}), moved(numbered(), 2, -1, true));
  EXPECT_EQ(augmented({"crop 4"}, {1, 2, 3, 4}), moved(numbered(), 4, -2, false));
}

RC_GTEST_PROP(Augment, keeps_the_image_where_it_is_not_moved_far,
              (std::uint64_t seed, std::uint32_t sample)) {
  const Image image = augmented({"shift 1", "flip"}, {seed, 0, 0, sample});
  // The centre's pixel is within one pixel of the centre, mirrored or not.
  const std::size_t centre = 2 * shape.width + 3;
  const int value = image[centre], row = (value - 1) / 7, column = (value - 1) % 7;
  RC_ASSERT(std::abs(row - 2) <= 1 && std::abs(column - 3) <= 1);
  RC_ASSERT(image[centre + 35] == value + 35);  // channels move together
}

TEST(Augmentation, reads_its_words_and_writes_them) {
  const Augmentation read = read_augmentation({"shift 2", "  crop   4 ", "flip"}, "--augment");
  EXPECT_EQ(read, (Augmentation{{AugmentationStep::Kind::shift, 2},
                                {AugmentationStep::Kind::crop, 4},
                                {AugmentationStep::Kind::flip, 0}}));
  EXPECT_EQ(to_text(read[1]), "crop 4");
  EXPECT_EQ(to_text(read[2]), "flip");
}

Complaint complaint_of(const std::vector<std::string>& steps) {
  try {
    read_augmentation(steps, "study.toml:5");
  } catch (const RequestError& error) {
    return error.complaint();
  }
  ADD_FAILURE() << "was taken: " << testing::PrintToString(steps);
  return {};
}

TEST(Augmentation, what_is_no_step_is_refused) {
  for (const char* step : {"shift", "shift 0", "shift -1", "shift 1.5", "shift two", "shift 2000",
                           "shift 2 2", "crop", "flip 1", "flip vertical"})
    EXPECT_THAT(complaint_of({"flip", step}).received, HasSubstr(step));
  EXPECT_EQ(complaint_of({""}).received, "an empty step");
  EXPECT_EQ(complaint_of({"flop"}).hint, "did you mean 'flip'?");
  EXPECT_EQ(complaint_of({"flop"}).place, "study.toml:5");
  EXPECT_EQ(complaint_of(std::vector<std::string>(9, "flip")).received, "9 steps");
}

TEST(Augmentation, a_distance_as_large_as_the_image_is_refused) {
  EXPECT_NO_THROW(require_fitting(read_augmentation({"crop 4", "flip"}, "x"), shape, "x"));
  try {
    require_fitting(read_augmentation({"flip", "shift 5"}, "x"), shape, "--augment");
    FAIL();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().received, "'shift 5' for images of 5x7");
    EXPECT_EQ(error.complaint().expected, "fewer than 5 pixels");
  }
}

}  // namespace
}  // namespace etalon
