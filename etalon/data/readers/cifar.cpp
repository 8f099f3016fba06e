#include "etalon/data/readers/cifar.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/base/text.h"
#include "etalon/data/part.h"
#include "etalon/data/readers/folder_files.h"
#include "etalon/data/readers/foreign_file.h"
#include "etalon/data/readers/packed_file.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

constexpr std::uint32_t pixels_an_image = cifar_record_bytes - 1;

std::string batch_name(std::uint32_t number) { return "data_batch_" + std::to_string(number) + ".bin"; }

[[noreturn]] void refuse_missing(const FolderFiles& files, const std::string& name,
                                 const std::string& expected) {
  const std::string python = name.substr(0, name.size() - 4);
  throw RequestError({(files.folder() / name).string(), "no such file", expected,
                      files.find({python})
                          ? "this is the version for Python: fetch the binary version"
                          : "it must be the binary version of CIFAR-10; " + files.hint_for({name})});
}

/// How many images a file holds, by its size alone.
std::uint32_t images_in(const fs::path& path) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  if (error) throw RequestError({path.string(), error.message(), "a readable file", "check its permissions"});
  if (size > 0 && size % cifar_record_bytes == 0)
    return static_cast<std::uint32_t>(size / cifar_record_bytes);
  std::vector<std::uint8_t> start(256);
  start.resize(PackedFile(path).read(start));
  const ForeignFile foreign = foreign_file(start);
  throw RequestError(
      {path.string(), foreign ? foreign.what : std::to_string(size) + " bytes",
       "a multiple of " + std::to_string(cifar_record_bytes) + " bytes: a label and 3x32x32 pixels an image",
       foreign     ? foreign.hint
       : size == 0 ? "the file is empty; fetch it again"
                   : "the file is cut off, or is not the binary version of CIFAR-10"});
}

/// Reads the images of all files, whose number is known, into room that is made once.
LabelledImages read_files(const std::vector<fs::path>& paths) {
  std::uint64_t count = 0;
  for (const fs::path& path : paths) count += images_in(path);
  require_room(count * cifar_record_bytes, paths.front().string());
  LabelledImages images;
  images.labels.reserve(count);
  images.pixels.resize(count * pixels_an_image);
  std::size_t at = 0;
  for (const fs::path& path : paths) {
    PackedFile file(path);
    LabelledImages part;
    for (std::uint8_t label = 0; at < count && file.read({&label, 1}) == 1; ++at) {
      part.labels.push_back(label);
      if (file.read(std::span(images.pixels).subspan(at * pixels_an_image, pixels_an_image)) <
          pixels_an_image)
        throw RequestError(
            {path.string(), "a record that is cut off", "whole records", "fetch the file again"});
    }
    require_labels(part, cifar_classes, path.string());
    images.labels.insert(images.labels.end(), part.labels.begin(), part.labels.end());
  }
  images.pixels.resize(at * pixels_an_image);
  return images;
}

std::vector<fs::path> find_batches(const FolderFiles& files) {
  std::vector<fs::path> paths;
  for (std::uint32_t number = most_cifar_batches; number >= 1; --number) {
    const auto path = files.find({batch_name(number)});
    if (path) paths.insert(paths.begin(), *path);
    if (!path && (!paths.empty() || number == 1))
      refuse_missing(files, batch_name(number),
                     "data_batch_1.bin to data_batch_5.bin without a gap, and test_batch.bin");
  }
  return paths;
}

std::vector<std::string> read_class_names(const fs::path& path) {
  std::vector<std::string> names;
  for (std::string& line : split_text(read_text(path), '\n')) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) names.push_back(std::move(line));
  }
  if (names.size() != cifar_classes)
    throw RequestError({path.string(), std::to_string(names.size()) + " class names",
                        std::to_string(cifar_classes) + ", one a line",
                        "without this file the classes are numbered"});
  return names;
}

}  // namespace

DataSet read_cifar10(const fs::path& folder) {
  const FolderFiles files(folder);
  const std::vector<fs::path> batches = find_batches(files);
  const auto test = files.find({"test_batch.bin"});
  if (!test) refuse_missing(files, "test_batch.bin", "the test part of CIFAR-10");
  DataSet data;
  data.shape = {3, 32, 32};
  data.classes = cifar_classes;
  data.training = read_files(batches);
  require_two_classes(data.training, batches.front().string());
  data.test = read_files({*test});
  if (const auto names = files.find({"batches.meta.txt"})) data.class_names = read_class_names(*names);
  return data;
}

}  // namespace etalon
