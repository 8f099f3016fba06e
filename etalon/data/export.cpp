#include "etalon/data/export.h"

#include <initializer_list>

#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/base/text.h"
#include "etalon/data/readers/cifar.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

/// An IDX file of unsigned bytes: magic, the lengths of its dimensions, big-endian, then the values.
Bytes idx_file(std::initializer_list<std::uint32_t> lengths, const Bytes& values) {
  Bytes file{0, 0, 8, static_cast<std::uint8_t>(lengths.size())};
  for (const std::uint32_t length : lengths)
    for (const unsigned shift : {24, 16, 8, 0}) file.push_back(static_cast<std::uint8_t>(length >> shift));
  file.insert(file.end(), values.begin(), values.end());
  return file;
}

void write_idx_part(const LabelledImages& images, const ImageShape& shape, const fs::path& folder,
                    const std::string& part) {
  write_atomically(folder / (part + "-images-idx3-ubyte"),
                   idx_file({images.count(), shape.height, shape.width}, images.pixels));
  write_atomically(folder / (part + "-labels-idx1-ubyte"), idx_file({images.count()}, images.labels));
}

Bytes cifar_file(const LabelledImages& images) {
  Bytes file;
  file.reserve(std::size_t{images.count()} * cifar_record_bytes);
  auto pixels = images.pixels.begin();
  for (const std::uint8_t label : images.labels) {
    file.push_back(label);
    file.insert(file.end(), pixels, pixels + (cifar_record_bytes - 1));
    pixels += cifar_record_bytes - 1;
  }
  return file;
}

void write_cifar(const DataSet& data, const fs::path& folder) {
  write_atomically(folder / "data_batch_1.bin", cifar_file(data.training));
  write_atomically(folder / "test_batch.bin", cifar_file(data.test));
  if (data.class_names.size() == cifar_classes)
    write_atomically(folder / "batches.meta.txt", join(data.class_names, "\n") + "\n");
}

}  // namespace

std::string write_data_set(const DataSet& data, const fs::path& folder) {
  if (data.shape.channels == 1) {
    write_idx_part(data.training, data.shape, folder, "train");
    write_idx_part(data.test, data.shape, folder, "t10k");
    return "mnist:" + folder.string();
  }
  if (data.shape != ImageShape{3, 32, 32} || data.classes > cifar_classes)
    throw RequestError(
        {"data set '" + data.name + "'",
         std::to_string(data.shape.channels) + "x" + std::to_string(data.shape.height) + "x" +
             std::to_string(data.shape.width) + " images of " + std::to_string(data.classes) + " classes",
         "grey images, or 3x32x32 of at most 10 classes", "no other set can be written to files"});
  write_cifar(data, folder);
  return "cifar10:" + folder.string();
}

}  // namespace etalon
