/// Raster images: PNG in, WebP out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "etalon/base/files.h"

namespace etalon::report {

struct Image {
  std::uint32_t width = 0, height = 0;
  Bytes pixels;  ///< [y][x][3], red, green, blue
};

/// Throws Failure if `png` is no whole PNG image.
Image decode_png(std::span<const std::uint8_t> png);

/// Near-lossless: flat colours stay exact, edges stay sharp, and no value is off by more than a few of 255.
/// The same image gives the same bytes. Throws Failure for an empty image or one of more than 16383 pixels a
/// side.
Bytes encode_webp(const Image& image);

}  // namespace etalon::report
