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

/// Row c holds the first `per_class` training images of class c from left to right, fewer where there are
/// not as many; each pixel is a square of `scale` pixels, with a margin around every image. Grey images stay
/// grey; images of other than 1 or 3 channels show their first. REQUIRES: per_class and scale at least 1.
RgbImage contact_sheet(const DataSet& data, std::uint32_t per_class, std::uint32_t scale = 2);

/// A PNG file; the same bytes for the same image. Throws Failure if libpng fails.
std::vector<std::uint8_t> encode_png(const RgbImage& image);

}  // namespace etalon
