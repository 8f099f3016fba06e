/// Sets as files that Etalon and other programs read.
#pragma once

#include <filesystem>
#include <string>

#include "etalon/data/data_set.h"

namespace etalon {

/// Grey sets become an IDX quartet, 3x32x32 sets of at most 10 classes CIFAR-10's binary files; each file
/// appears whole or not at all, and files of the same names are replaced. Returns the spec that opens them
/// again, such as "mnist:DIR", with the same pixels and labels. Throws RequestError for any other set or a
/// folder that cannot be written to.
std::string write_data_set(const DataSet& data, const std::filesystem::path& folder);

}  // namespace etalon
