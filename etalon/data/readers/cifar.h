/// Reader of CIFAR-10 in its binary version: https://www.cs.toronto.edu/~kriz/cifar.html
#pragma once

#include <filesystem>

#include "etalon/data/data_set.h"

namespace etalon {

/// One image of a CIFAR-10 file: its label, then 32x32 pixels of red, of green, of blue.
inline constexpr std::uint32_t cifar_record_bytes = 1 + 3 * 32 * 32;
inline constexpr std::uint32_t cifar_classes = 10;
inline constexpr std::uint32_t most_cifar_batches = 5;

/// Reads data_batch_1.bin to data_batch_5.bin (as many as there are, without a gap), test_batch.bin and, if
/// it is there, batches.meta.txt from `folder`. Fills shape, classes, class names and both parts. Throws
/// RequestError naming the file.
DataSet read_cifar10(const std::filesystem::path& folder);

}  // namespace etalon
