#include "etalon/data/contact_sheet.h"

#include <png.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {

constexpr std::uint32_t margin = 3;
constexpr std::uint8_t margin_brightness = 255;

/// [class] the first `most` images of each class.
std::vector<std::vector<std::uint32_t>> first_of_each(const DataSet& data, std::uint32_t most) {
  std::vector<std::vector<std::uint32_t>> rows(data.classes);
  for (std::uint32_t i = 0; i < data.training.count(); ++i) {
    std::vector<std::uint32_t>& row = rows[data.training.labels[i]];
    if (row.size() < most) row.push_back(i);
  }
  return rows;
}

void paste(const DataSet& data, std::uint32_t index, RgbImage& sheet, std::uint32_t left, std::uint32_t top,
           std::uint32_t scale) {
  const std::size_t plane = std::size_t{data.shape.height} * data.shape.width;
  const std::uint8_t* image = data.training.pixels.data() + std::size_t{index} * data.shape.size();
  for (std::uint32_t y = 0; y < data.shape.height * scale; ++y)
    for (std::uint32_t x = 0; x < data.shape.width * scale; ++x)
      for (std::uint32_t c = 0; c < 3; ++c) {
        const std::size_t channel = data.shape.channels == 3 ? c : 0;
        sheet.pixels[(std::size_t{top + y} * sheet.width + left + x) * 3 + c] =
            image[channel * plane + y / scale * data.shape.width + x / scale];
      }
}

}  // namespace

RgbImage contact_sheet(const DataSet& data, std::uint32_t per_class, std::uint32_t scale) {
  const std::uint32_t step_x = data.shape.width * scale + margin, step_y = data.shape.height * scale + margin;
  RgbImage sheet{margin + per_class * step_x, margin + data.classes * step_y, {}};
  sheet.pixels.assign(std::size_t{sheet.width} * sheet.height * 3, margin_brightness);
  const auto rows = first_of_each(data, per_class);
  for (std::uint32_t row = 0; row < rows.size(); ++row)
    for (std::uint32_t column = 0; column < rows[row].size(); ++column)
      paste(data, rows[row][column], sheet, margin + column * step_x, margin + row * step_y, scale);
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
