#include "etalon/nn/describe.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/nn/group_selection.h"
#include "etalon/nn/layer_text.h"
#include "etalon/nn/shape_inference.h"

namespace etalon {
namespace {

/// A network known by name; a last dense layer with an output a class follows.
struct NamedNetwork {
  const char* name;
  std::vector<std::string> hidden_layers;
};

const std::array<NamedNetwork, 3>& named_networks() {
  static const std::array<NamedNetwork, 3> networks{{
      {"lenet5",
       {"conv 6 5x5 pad 2", "relu", "maxpool 2", "conv 16 5x5", "relu", "maxpool 2", "dense 120", "relu",
        "dense 84", "relu"}},
      {"vgg-small",
       {"conv 32 3x3 pad 1", "relu", "conv 32 3x3 pad 1", "relu", "maxpool 2", "conv 64 3x3 pad 1", "relu",
        "conv 64 3x3 pad 1", "relu", "maxpool 2", "dense 256", "relu"}},
      {"mlp", {"dense 256", "relu", "dense 128", "relu"}},
  }};
  return networks;
}

std::vector<std::string> layers_of(const NetworkSpec& spec, std::uint32_t classes, const std::string& place) {
  if (!spec.layers.empty()) return spec.layers;
  for (const NamedNetwork& network : named_networks())
    if (spec.name == network.name) {
      std::vector<std::string> layers = network.hidden_layers;
      layers.push_back(fmt::format("dense {}", classes));
      return layers;
    }
  const auto known = known_networks();
  throw RequestError({place, fmt::format("the unknown network '{}'", spec.name),
                      "one of " + join(known, ", ") + ", or a list of layers", hint_for(spec.name, known)});
}

std::string layer_place(const std::string& place, std::size_t index, const std::string& text) {
  return fmt::format("{}, layer {} '{}'", place, index + 1, text);
}

/// Gives every layer its part of the flat parameter array.
void lay_out_parameters(NetworkDescription& network, const std::string& place) {
  constexpr std::uint64_t most_parameters = 0x7FFF'FFFF;
  std::uint64_t next = 0;
  for (LayerDescription& layer : network.layers) {
    layer.first_parameter = static_cast<std::uint32_t>(next);
    next += std::uint64_t{layer.weights} + layer.biases;
    if (next > most_parameters)
      throw RequestError({place, fmt::format("{} parameters up to layer '{}'", next, layer.text),
                          fmt::format("at most {}", most_parameters), "take smaller layers"});
  }
  network.parameters = static_cast<std::uint32_t>(next);
}

void require_weights(const NetworkDescription& network, const std::string& place) {
  if (network.parameters == 0)
    throw RequestError({place, "a network without weights", "at least one conv or dense layer",
                        fmt::format("end the list with \"dense {}\"", network.classes)});
}

void require_outputs(const NetworkDescription& network, std::uint32_t classes, const std::string& place) {
  const LayerDescription& last = network.layers.back();
  const std::string where = layer_place(place, network.layers.size() - 1, last.text);
  const std::string hint = fmt::format("end the list with \"dense {}\"", classes);
  if (last.output.height != 1 || last.output.width != 1)
    throw RequestError({where, fmt::format("an output of {}", to_text(last.output)),
                        "a flat vector at the network's end", hint});
  if (last.output.channels < classes)
    throw RequestError({where, fmt::format("{} outputs", last.output.channels),
                        fmt::format("at least one for each of the {} classes", classes), hint});
}

}  // namespace

std::string to_text(const TensorShape& shape) {
  if (shape.height == 1 && shape.width == 1) return fmt::format("{}", shape.channels);
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

std::vector<std::string> known_networks() {
  std::vector<std::string> names;
  for (const NamedNetwork& network : named_networks()) names.emplace_back(network.name);
  return names;
}

NetworkDescription describe_network(const NetworkSpec& spec, const std::vector<LayerGroup>& groups,
                                    TensorShape input, std::uint32_t classes, const std::string& place) {
  NetworkDescription network;
  network.name = spec.layers.empty() ? spec.name : "custom";
  network.input = input;
  network.classes = classes;
  TensorShape shape = input;
  for (const std::string& written : layers_of(spec, classes, place)) {
    const std::string where = layer_place(place, network.layers.size(), written);
    network.layers.push_back(infer_shapes(read_layer(written, where), shape, where));
    network.layers.back().source = static_cast<std::int32_t>(network.layers.size()) - 2;
    shape = network.layers.back().output;
  }
  lay_out_parameters(network, place);
  require_weights(network, place);
  require_outputs(network, classes, place);
  network.classes = network.layers.back().output.channels;
  select_groups(network.layers, groups, place);
  return network;
}

}  // namespace etalon
