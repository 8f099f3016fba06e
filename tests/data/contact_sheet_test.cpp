#include "etalon/data/contact_sheet.h"

#include <gtest/gtest.h>
#include <png.h>

namespace etalon {
namespace {

/// Two classes; class 0 has images of 10 and 20, class 1 one image of 30; 1x1 pixels.
DataSet three_dots(std::uint32_t channels) {
  DataSet data;
  data.shape = {channels, 1, 1};
  data.classes = 2;
  data.training.labels = {0, 1, 0};
  for (const std::uint8_t value : {10, 30, 20})
    for (std::uint32_t c = 0; c < channels; ++c)
      data.training.pixels.push_back(static_cast<std::uint8_t>(value + c));
  return data;
}

std::vector<int> pixel(const RgbImage& image, std::uint32_t x, std::uint32_t y) {
  const std::uint8_t* at = image.pixels.data() + (y * image.width + x) * 3;
  return {at[0], at[1], at[2]};
}

TEST(ContactSheet, puts_classes_in_rows) {
  const RgbImage sheet = contact_sheet(three_dots(3), 2, 4);
  ASSERT_EQ(sheet.width, 3 + 2 * (4 + 3));
  ASSERT_EQ(sheet.height, 3 + 2 * (4 + 3));
  EXPECT_EQ(pixel(sheet, 0, 0), (std::vector{255, 255, 255}));
  EXPECT_EQ(pixel(sheet, 3, 3), (std::vector{10, 11, 12}));
  EXPECT_EQ(pixel(sheet, 6, 6), (std::vector{10, 11, 12}));
  EXPECT_EQ(pixel(sheet, 10, 3), (std::vector{20, 21, 22}));
  EXPECT_EQ(pixel(sheet, 3, 10), (std::vector{30, 31, 32}));
  EXPECT_EQ(pixel(sheet, 10, 10), (std::vector{255, 255, 255})) << "class 1 has one image alone";
}

TEST(ContactSheet, shows_grey_as_grey) {
  EXPECT_EQ(pixel(contact_sheet(three_dots(1), 1), 3, 3), (std::vector{10, 10, 10}));
}

/// `classes` of `each` black images of side x side pixels; labels 0, `gap`, 2 `gap` and so on.
DataSet large(std::uint32_t side, std::uint32_t classes, std::uint32_t each, std::uint32_t gap = 1) {
  DataSet data;
  data.shape = {1, side, side};
  data.classes = (classes - 1) * gap + 1;
  for (std::uint32_t i = 0; i < classes * each; ++i)
    data.training.labels.push_back(static_cast<std::uint8_t>(i / each * gap));
  data.training.pixels.resize(std::size_t{side} * side * classes * each);
  return data;
}

TEST(ContactSheet, has_no_row_for_a_class_without_images) {
  EXPECT_EQ(contact_sheet(large(4, 2, 1, 255), 1, 1).height, 3 + 2 * (4 + 3));
}

TEST(ContactSheet, is_bounded_whatever_the_set) {
  for (const DataSet& data :
       {large(512, 2, 4, 255), large(28, 256, 2), large(2000, 10, 1), large(1, 256, 1)}) {
    const RgbImage sheet = contact_sheet(data, 20);
    EXPECT_LE(std::uint64_t{sheet.width} * sheet.height, most_sheet_pixels);
    EXPECT_EQ(sheet.pixels.size(), std::size_t{sheet.width} * sheet.height * 3);
    EXPECT_GT(sheet.height, 2 * 16u) << "and still shows something";
  }
  const RgbImage tiny = contact_sheet(large(40, 9, 3), 20, 2, 1000);
  EXPECT_LE(std::uint64_t{tiny.width} * tiny.height, 1000u);
}

TEST(ContactSheet, shrinks_images_by_rows_and_columns) {
  DataSet data = large(64, 2, 1);
  for (std::size_t i = 0; i < data.training.pixels.size(); ++i)
    data.training.pixels[i] = static_cast<std::uint8_t>(i % 64);
  const RgbImage sheet = contact_sheet(data, 1, 4, 2 * 40 * 40);
  ASSERT_EQ(sheet.width, 3 + 32 + 3) << "every second column";
  EXPECT_EQ(pixel(sheet, 3 + 5, 3), (std::vector{10, 10, 10}));
}

TEST(ContactSheet, comes_back_from_its_png_and_is_the_same_each_time) {
  const RgbImage sheet = contact_sheet(three_dots(3), 8);
  const std::vector<std::uint8_t> png = encode_png(sheet);
  EXPECT_EQ(png, encode_png(contact_sheet(three_dots(3), 8)));
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  ASSERT_TRUE(png_image_begin_read_from_memory(&header, png.data(), png.size()));
  header.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(header));
  ASSERT_TRUE(png_image_finish_read(&header, nullptr, pixels.data(), 0, nullptr));
  EXPECT_EQ(header.width, sheet.width);
  EXPECT_EQ(pixels, sheet.pixels);
}

}  // namespace
}  // namespace etalon
