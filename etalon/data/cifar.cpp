#include "etalon/data/cifar.h"

#include <algorithm>
#include <string>
#include <vector>

#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/base/text.h"
#include "etalon/data/part.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Appends the images of one file; counts only whole records.
void append_file(const fs::path& path, LabelledImages& images) {
  const Bytes bytes = read_bytes(path);
  if (bytes.empty() || bytes.size() % cifar_record_bytes != 0)
    throw RequestError({path.string(), std::to_string(bytes.size()) + " bytes",
                        "a multiple of " + std::to_string(cifar_record_bytes) +
                            " bytes: a label and 3x32x32 pixels an image",
                        bytes.empty() ? "the file is empty; fetch it again"
                                      : "the file is cut off, or is not the binary version of CIFAR-10"});
  LabelledImages part;
  for (auto record = bytes.begin(); record != bytes.end(); record += cifar_record_bytes) {
    part.labels.push_back(*record);
    part.pixels.insert(part.pixels.end(), record + 1, record + cifar_record_bytes);
  }
  require_labels(part, cifar_classes, path.string());
  images.labels.insert(images.labels.end(), part.labels.begin(), part.labels.end());
  images.pixels.insert(images.pixels.end(), part.pixels.begin(), part.pixels.end());
}

fs::path batch_path(const fs::path& folder, std::uint32_t number) {
  return folder / ("data_batch_" + std::to_string(number) + ".bin");
}

LabelledImages read_batches(const fs::path& folder) {
  std::uint32_t last = 0;
  for (std::uint32_t number = 1; number <= most_cifar_batches; ++number)
    if (is_there(batch_path(folder, number))) last = number;
  LabelledImages images;
  for (std::uint32_t number = 1; number <= std::max(last, 1u); ++number) {
    const fs::path path = batch_path(folder, number);
    if (!is_there(path))
      throw RequestError({path.string(), "no such file",
                          "data_batch_1.bin to data_batch_5.bin without a gap, and test_batch.bin",
                          "the folder must hold the binary version of CIFAR-10"});
    append_file(path, images);
  }
  return images;
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
  require_folder(folder);
  DataSet data;
  data.shape = {3, 32, 32};
  data.classes = cifar_classes;
  data.training = read_batches(folder);
  require_two_classes(data.training, batch_path(folder, 1).string());
  const fs::path test = folder / "test_batch.bin";
  if (!is_there(test))
    throw RequestError({test.string(), "no such file", "the test part of CIFAR-10",
                        "the folder must hold the binary version of CIFAR-10"});
  append_file(test, data.test);
  const fs::path names = folder / "batches.meta.txt";
  if (is_there(names)) data.class_names = read_class_names(names);
  return data;
}

}  // namespace etalon
