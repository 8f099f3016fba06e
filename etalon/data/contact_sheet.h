/// A set at a glance: one row a class, so that a person sees what the numbers are about.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/data/data_set.h"

namespace etalon {

/// Eight bits a channel, [y][x][red, green, blue].
struct RgbImage {
  std::uint32_t width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
};

/// What a sheet may come to, whatever the set: about 25 MB of pixels.
inline constexpr std::uint64_t most_sheet_pixels = 8'000'000;

/// One row for each class that has training images: the first `per_class` of them from left to right, fewer
/// where there are not as many, with a margin around every image. Each pixel is a square of `scale` pixels,
/// fewer where the sheet would exceed `most_pixels`; then images are shrunk (every n-th row and column), and
/// at last fewer of them are shown, and fewer classes. Grey images stay grey; images of other than 1 or 3
/// channels show their first. REQUIRES: per_class, scale and most_pixels at least 1.
RgbImage contact_sheet(const DataSet& data, std::uint32_t per_class, std::uint32_t scale = 2,
                       std::uint64_t most_pixels = most_sheet_pixels);

/// A PNG file; the same bytes for the same image. Throws Failure if libpng fails.
std::vector<std::uint8_t> encode_png(const RgbImage& image);

}  // namespace etalon
