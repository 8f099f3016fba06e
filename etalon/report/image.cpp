#include "etalon/report/image.h"

#include <memory>

#include <fmt/format.h>
#include <png.h>
#include <webp/encode.h>

#include "etalon/base/error.h"

namespace etalon::report {
namespace {

constexpr int lossless_level = 3;  ///< of 0 (fast) to 9 (small): higher ones gain nothing on plots
/// Of 100 (exact): values differ by 2 of 255 where neighbours do, and a noisy plot is a third smaller.
constexpr int near_lossless = 60;

struct PictureFree {
  void operator()(WebPPicture* picture) const { WebPPictureFree(picture); }
};

}  // namespace

Image decode_png(std::span<const std::uint8_t> png) {
  png_image reader{};
  reader.version = PNG_IMAGE_VERSION;
  Image image;
  bool whole = png_image_begin_read_from_memory(&reader, png.data(), png.size()) != 0;
  if (whole) {
    reader.format = PNG_FORMAT_RGB;
    image.width = reader.width, image.height = reader.height;
    image.pixels.resize(PNG_IMAGE_SIZE(reader));
    const png_color white{255, 255, 255};
    whole = png_image_finish_read(&reader, &white, image.pixels.data(), 0, nullptr) != 0;
  }
  const std::string message = reader.message;
  png_image_free(&reader);
  if (!whole)
    throw Failure({"plot", message, "a whole PNG image from gnuplot", "see that the disk has room"});
  return image;
}

Bytes encode_webp(const Image& image) {
  WebPConfig config;
  WebPPicture picture;
  if (!WebPConfigInit(&config) || !WebPConfigLosslessPreset(&config, lossless_level) ||
      !WebPPictureInit(&picture))
    throw Failure({"plot", "another version of libwebp than this was built with", "libwebp 1", ""});
  config.near_lossless = near_lossless;
  const std::unique_ptr<WebPPicture, PictureFree> owned(&picture);
  picture.use_argb = 1;
  picture.width = static_cast<int>(image.width), picture.height = static_cast<int>(image.height);
  WebPMemoryWriter writer;
  WebPMemoryWriterInit(&writer);
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &writer;
  const bool done = image.width > 0 && image.height > 0 &&
                    WebPPictureImportRGB(&picture, image.pixels.data(), picture.width * 3) != 0 &&
                    WebPEncode(&config, &picture) != 0;
  Bytes bytes(writer.mem, writer.mem + (done ? writer.size : 0));
  WebPMemoryWriterClear(&writer);
  if (!done)
    throw Failure({"plot",
                   fmt::format("{} x {} pixels, error {}", image.width, image.height,
                               static_cast<int>(picture.error_code)),
                   "an image that WebP can hold", ""});
  return bytes;
}

}  // namespace etalon::report
