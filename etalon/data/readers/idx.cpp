#include "etalon/data/readers/idx.h"

#include <algorithm>
#include <array>
#include <future>
#include <span>
#include <string>
#include <vector>

#include "etalon/base/error.h"
#include "etalon/data/part.h"
#include "etalon/data/readers/folder_files.h"
#include "etalon/data/readers/foreign_file.h"
#include "etalon/data/readers/packed_file.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

constexpr std::uint32_t bytes_of_rank_1 = 0x00000801, bytes_of_rank_3 = 0x00000803;
constexpr std::uint32_t most_pixels_a_side = 1 << 15;

struct IdxImages {
  std::string place;
  std::uint32_t count = 0, height = 0, width = 0;
  std::vector<std::uint8_t> pixels;
};

struct IdxLabels {
  std::string place;
  std::vector<std::uint8_t> labels;
};

/// All ways in which people meet the four files: "-" or "." before the kind (in whatever capitals), packed or
/// not, and "test" for MNIST's "t10k".
std::vector<std::string> spellings(const std::string& part, const std::string& what) {
  const std::string kind = what == "images" ? "idx3-ubyte" : "idx1-ubyte";
  std::vector<std::string> names;
  for (const std::string& name :
       part == "t10k" ? std::vector<std::string>{"t10k", "test"} : std::vector{part})
    for (const char* ending : {"", ".gz"}) names.push_back(name + "-" + what + "-" + kind + ending);
  return names;
}

fs::path find_file(const FolderFiles& files, const std::string& part, const std::string& what) {
  const std::vector<std::string> names = spellings(part, what);
  if (const auto path = files.find(names)) return *path;
  throw RequestError({(files.folder() / names.front()).string(), "no such file, with or without .gz",
                      "the four files of an IDX set: train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                      "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte",
                      files.hint_for(names)});
}

/// The numbers of a header, big-endian: magic, then one length a dimension.
template <std::size_t N>
std::array<std::uint32_t, N> read_header(PackedFile& file, std::uint32_t magic) {
  std::array<std::uint8_t, 4 * N> bytes{};
  const std::size_t found = file.read(bytes);
  if (const ForeignFile foreign = foreign_file(std::span(bytes).first(found)))
    throw RequestError({file.place(), foreign.what, N == 4 ? "IDX images" : "IDX labels", foreign.hint});
  if (found < bytes.size())
    throw RequestError({file.place(), found == 0 ? "an empty file" : std::to_string(found) + " bytes",
                        "an IDX header of " + std::to_string(bytes.size()) + " bytes",
                        "the file is cut off; fetch it again"});
  std::array<std::uint32_t, N> numbers{};
  for (std::size_t i = 0; i < bytes.size(); ++i) numbers[i / 4] = numbers[i / 4] << 8 | bytes[i];
  if (numbers[0] != magic)
    throw RequestError({file.place(), "magic number " + std::to_string(numbers[0]),
                        std::to_string(magic) + (N == 4 ? " (images)" : " (labels)"),
                        "this is no IDX file of unsigned bytes, or images and labels are swapped"});
  return numbers;
}

/// `count` bytes after a header of `header` bytes, and nothing after them.
std::vector<std::uint8_t> read_body(PackedFile& file, std::uint64_t header, std::uint64_t count,
                                    const std::string& what) {
  const std::uint64_t length = header + count;
  const std::string expected = std::to_string(length) + " bytes (" + what + ")";
  if (!file.may_hold(length)) file.refuse_length(length, expected);
  std::vector<std::uint8_t> body = file.read_whole(count);
  if (body.size() < count) file.refuse_length(length, expected);
  file.require_end(length, expected);
  return body;
}

IdxImages read_images(const fs::path& path) {
  PackedFile file(path);
  const auto [magic, count, height, width] = read_header<4>(file, bytes_of_rank_3);
  const std::string what = std::to_string(count) + " images of " + std::to_string(height) + "x" +
                           std::to_string(width) + " pixels";
  if (count == 0 || height == 0 || width == 0)
    throw RequestError({file.place(), what, "at least one image with at least one pixel", ""});
  if (height > most_pixels_a_side || width > most_pixels_a_side)
    throw RequestError(
        {file.place(), what, "at most " + std::to_string(most_pixels_a_side) + " pixels a side", ""});
  const std::uint64_t pixels = std::uint64_t{count} * height * width;  // < 2^62
  return {file.place(), count, height, width, read_body(file, 16, pixels, what)};
}

IdxLabels read_labels(const fs::path& path) {
  PackedFile file(path);
  const auto [magic, count] = read_header<2>(file, bytes_of_rank_1);
  const std::string what = std::to_string(count) + " labels";
  if (count == 0) throw RequestError({file.place(), what, "at least one label", ""});
  return {file.place(), read_body(file, 8, count, what)};
}

/// Reads images and labels of one part side by side; both are read to their end before anything is refused.
std::pair<IdxImages, IdxLabels> read_part(const FolderFiles& files, const std::string& part) {
  const fs::path images_path = find_file(files, part, "images");
  const fs::path labels_path = find_file(files, part, "labels");
  IdxImages images = read_images(images_path);
  IdxLabels labels = read_labels(labels_path);
  if (images.count != labels.labels.size())
    throw RequestError({labels.place, std::to_string(labels.labels.size()) + " labels",
                        "one for each of the " + std::to_string(images.count) + " images in " + images.place,
                        "the two files belong to different sets"});
  return {std::move(images), std::move(labels)};
}

std::string size_of(const IdxImages& images) {
  return "images of " + std::to_string(images.height) + "x" + std::to_string(images.width) + " pixels";
}

}  // namespace

DataSet read_idx(const fs::path& folder) {
  const FolderFiles files(folder);
  auto test_part = std::async(std::launch::async, [&files] { return read_part(files, "t10k"); });
  auto [images, labels] = read_part(files, "train");
  auto [test_images, test_labels] = test_part.get();
  if (images.height != test_images.height || images.width != test_images.width)
    throw RequestError({test_images.place, size_of(test_images), size_of(images) + ", as in " + images.place,
                        "the training and the test part belong to different sets"});
  DataSet data;
  data.shape = {1, images.height, images.width};
  data.classes = *std::max_element(labels.labels.begin(), labels.labels.end()) + 1u;
  data.training = {std::move(images.pixels), std::move(labels.labels)};
  data.test = {std::move(test_images.pixels), std::move(test_labels.labels)};
  require_two_classes(data.training, labels.place);
  require_labels(data.test, data.classes, test_labels.place);
  return data;
}

}  // namespace etalon
