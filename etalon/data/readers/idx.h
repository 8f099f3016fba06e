/// Reader of IDX quartets, the format of MNIST and its relatives: http://yann.lecun.com/exdb/mnist/
#pragma once

#include <filesystem>

#include "etalon/data/data_set.h"

namespace etalon {

/// Reads train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte
/// from `folder`, each plain or .gz, also spelt "train-images.idx3-ubyte". Grey images of any size; the
/// classes are 0 .. the largest training label. Fills shape, classes and both parts. Throws RequestError
/// naming the file.
DataSet read_idx(const std::filesystem::path& folder);

}  // namespace etalon
