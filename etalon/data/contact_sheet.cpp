#include "etalon/data/contact_sheet.h"

#include <algorithm>

#include <png.h>

#include "etalon/base/check.h"
#include "etalon/base/error.h"

namespace etalon {
namespace {

constexpr std::uint32_t margin = 3;
constexpr std::uint8_t margin_brightness = 255;
constexpr std::uint32_t smallest_shown = 16;  // pixels of an image's longer side, unless it has fewer

/// How images are laid out: `columns` x `rows` cells; an image's every `stride`-th pixel, `scale` wide.
struct Layout {
  std::uint64_t columns = 0, rows = 0;
  std::uint32_t scale = 1, stride = 1;
  ImageShape shape;

  std::uint64_t shown(std::uint32_t side) const {
    return (std::uint64_t{side} + stride - 1) / stride * scale;
  }
  std::uint64_t step_x() const { return shown(shape.width) + margin; }
  std::uint64_t step_y() const { return shown(shape.height) + margin; }
  std::uint64_t width() const { return margin + columns * step_x(); }
  std::uint64_t height() const { return margin + rows * step_y(); }
  bool fits(std::uint64_t most_pixels) const {
    return width() <= most_pixels && height() <= most_pixels / width();
  }
};

Layout layout_within(std::uint64_t most_pixels, Layout layout) {
  while (layout.scale > 1 && !layout.fits(most_pixels)) --layout.scale;
  const std::uint32_t side = std::max(layout.shape.width, layout.shape.height);
  while (side / layout.stride > smallest_shown && !layout.fits(most_pixels)) ++layout.stride;
  while (layout.columns > 1 && !layout.fits(most_pixels)) --layout.columns;
  while (layout.rows > 1 && !layout.fits(most_pixels)) --layout.rows;
  return layout;
}

/// The first `most` training images of each class that has any.
std::vector<std::vector<std::uint32_t>> first_of_each(const DataSet& data, std::uint32_t most) {
  std::vector<std::vector<std::uint32_t>> rows(data.classes);
  for (std::uint32_t i = 0; i < data.training.count(); ++i) {
    std::vector<std::uint32_t>& row = rows[data.training.labels[i]];
    if (row.size() < most) row.push_back(i);
  }
  std::erase_if(rows, [](const auto& row) { return row.empty(); });
  return rows;
}

void paste(const DataSet& data, std::uint32_t index, RgbImage& sheet, std::uint64_t left, std::uint64_t top,
           const Layout& layout) {
  const std::size_t plane = std::size_t{data.shape.height} * data.shape.width;
  const std::uint8_t* image = data.training.pixels.data() + std::size_t{index} * data.shape.size();
  for (std::uint64_t y = 0; y < layout.shown(data.shape.height); ++y)
    for (std::uint64_t x = 0; x < layout.shown(data.shape.width); ++x)
      for (std::uint32_t c = 0; c < 3; ++c) {
        const std::size_t channel = data.shape.channels == 3 ? c : 0;
        const std::uint64_t from_y = y / layout.scale * layout.stride,
                            from_x = x / layout.scale * layout.stride;
        sheet.pixels[((top + y) * sheet.width + left + x) * 3 + c] =
            image[channel * plane + from_y * data.shape.width + from_x];
      }
}

}  // namespace

RgbImage contact_sheet(const DataSet& data, std::uint32_t per_class, std::uint32_t scale,
                       std::uint64_t most_pixels) {
  check(per_class > 0, "images a class", per_class, "at least 1");
  check(scale > 0, "scale", scale, "at least 1");
  check(most_pixels > 0, "most pixels", most_pixels, "at least 1");
  const auto rows = first_of_each(data, per_class);
  const Layout layout = layout_within(
      most_pixels,
      {.columns = per_class, .rows = rows.size(), .scale = scale, .stride = 1, .shape = data.shape});
  RgbImage sheet{static_cast<std::uint32_t>(layout.width()), static_cast<std::uint32_t>(layout.height()), {}};
  sheet.pixels.assign(std::size_t{sheet.width} * sheet.height * 3, margin_brightness);
  for (std::uint64_t row = 0; row < layout.rows; ++row)
    for (std::uint64_t column = 0; column < std::min<std::uint64_t>(layout.columns, rows[row].size());
         ++column)
      paste(data, rows[row][column], sheet, margin + column * layout.step_x(), margin + row * layout.step_y(),
            layout);
  return sheet;
}

std::vector<std::uint8_t> encode_png(const RgbImage& image) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = image.width;
  header.height = image.height;
  header.format = PNG_FORMAT_RGB;
  png_alloc_size_t length = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::vector<std::uint8_t> bytes(length);
  if (!png_image_write_to_memory(&header, bytes.data(), &length, 0, image.pixels.data(), 0, nullptr))
    throw Failure({"PNG image", header.message, "an image that libpng can write", ""});
  bytes.resize(length);
  return bytes;
}

}  // namespace etalon
