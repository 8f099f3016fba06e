/// The front door of the data room.
#pragma once

#include <string>
#include <vector>

#include "etalon/data/data_set.h"

namespace etalon {

struct KnownSet {
  std::string usage;       ///< "mnist:DIR"
  std::string about;       ///< one line
  bool generated = false;  ///< built in: drawn, needs no folder
};
std::vector<KnownSet> known_sets();

/// Opens "mnist:DIR", "cifar10:DIR", or a built-in generated set ("shapes", "digits", "scenes"). Everything
/// is checked: magic, lengths, counts, label range, at least two classes. Throws RequestError naming the
/// file.
DataSet open_data(const std::string& spec);

}  // namespace etalon
