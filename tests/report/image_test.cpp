#include "etalon/report/image.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <webp/decode.h>

#include "etalon/base/error.h"

namespace etalon::report {
namespace {

TEST(Image, small_ones_are_exact_and_the_same_each_time) {
  Image image{3, 2, {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7, 1, 2, 3, 255, 255, 255}};
  const Bytes webp = encode_webp(image);
  EXPECT_EQ(webp, encode_webp(image));
  int width = 0, height = 0;
  std::uint8_t* pixels = WebPDecodeRGB(webp.data(), webp.size(), &width, &height);
  ASSERT_NE(pixels, nullptr);
  EXPECT_EQ(width, 3);
  EXPECT_EQ(height, 2);
  EXPECT_EQ(Bytes(pixels, pixels + 18), image.pixels);
  WebPFree(pixels);
}

TEST(Image, flat_colours_stay_exact_and_edges_close) {
  Image image{200, 100, Bytes(200 * 100 * 3, 255)};
  for (std::size_t i = 100 * 200 * 3 / 2; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i * i % 251);
  const Bytes webp = encode_webp(image);
  int width = 0, height = 0;
  std::uint8_t* pixels = WebPDecodeRGB(webp.data(), webp.size(), &width, &height);
  ASSERT_NE(pixels, nullptr);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const int off = std::abs(int{pixels[i]} - int{image.pixels[i]});
    ASSERT_LE(off, i < image.pixels.size() / 2 - 600 ? 0 : 4) << "value " << i;
  }
  WebPFree(pixels);
}

TEST(Image, what_is_no_image_is_refused) {
  EXPECT_THROW(decode_png(Bytes{1, 2, 3}), Failure);
  EXPECT_THROW(decode_png(Bytes{}), Failure);
  EXPECT_THROW(encode_webp(Image{}), Failure);
}

}  // namespace
}  // namespace etalon::report
