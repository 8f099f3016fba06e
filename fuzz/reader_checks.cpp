#include "fuzz/reader_checks.h"

#include <array>
#include <fstream>

#include "etalon/app/study_file.h"
#include "etalon/base/error.h"
#include "etalon/data/readers/cifar.h"
#include "etalon/data/readers/idx.h"
#include "fuzz/choices.h"

namespace etalon::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::array idx_files{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                               "t10k-labels-idx1-ubyte"};

void write(const fs::path& path, std::span<const std::uint8_t> bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// Four files; for each its length, in two bytes, then its contents. The last takes what is left.
void read_as_idx(Choices& choices, const fs::path& folder) {
  std::span<const std::uint8_t> rest = choices.rest();
  for (const char* const name : idx_files) {
    const std::size_t stated = rest.size() < 2 ? 0 : std::size_t{rest[0]} * 256 + rest[1];
    rest = rest.subspan(std::min<std::size_t>(2, rest.size()));
    const std::size_t length = name == idx_files.back() ? rest.size() : std::min(stated, rest.size());
    write(folder / name, rest.first(length));
    rest = rest.subspan(length);
  }
  read_idx(folder);
}

/// A file of class names as long as the first byte says, then whole records and what is left of one, halved.
void read_as_cifar(Choices& choices, const fs::path& folder) {
  const std::uint32_t stated = choices.below(256);
  const std::span<const std::uint8_t> rest = choices.rest();
  const std::span<const std::uint8_t> names = rest.first(std::min<std::size_t>(stated, rest.size())),
                                      records = rest.subspan(names.size());
  if (!names.empty()) write(folder / "batches.meta.txt", names);
  write(folder / "data_batch_1.bin", records.first(records.size() / 2));
  write(folder / "test_batch.bin", records.subspan(records.size() / 2));
  read_cifar10(folder);
}

void read_as_study(Choices& choices, const fs::path& folder) {
  write(folder / "study.toml", choices.rest());
  Request request;
  read_study_file(folder / "study.toml", request);
}

}  // namespace

bool read_bytes_as_files(std::span<const std::uint8_t> bytes, const std::filesystem::path& folder) {
  static constexpr std::array readers{read_as_idx, read_as_cifar, read_as_study};
  Choices choices(bytes);
  const auto reader = readers[choices.below(readers.size())];
  bool readable = true;
  try {
    reader(choices, folder);
  } catch (const RequestError&) {
    readable = false;
  }
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) fs::remove(file.path());
  return readable;
}

}  // namespace etalon::fuzz
