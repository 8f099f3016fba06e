/// The networks that are known by name, as lists of layers.
#pragma once

#include <string>
#include <vector>

namespace etalon {

/// A last dense layer with an output a class follows.
struct NamedNetwork {
  std::string name;
  std::vector<std::string> hidden_layers;
};

/// In the order in which they are listed to people.
const std::vector<NamedNetwork>& named_networks();

}  // namespace etalon
