#include "etalon/nn/describe.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/nn/group_selection.h"
#include "etalon/nn/layer_text.h"
#include "etalon/nn/named_networks.h"
#include "etalon/nn/shape_inference.h"

namespace etalon {
namespace {

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

/// The nearest layer before that carries the label; -1 for the network's input.
std::int32_t find_layer(const NetworkDescription& network, const std::string& name,
                        const std::string& place) {
  std::vector<std::string> known{"input"};
  for (std::size_t i = network.layers.size(); i-- > 0;) {
    const std::string& label = network.layers[i].label;
    if (label == name) return static_cast<std::int32_t>(i);
    if (!label.empty() && std::ranges::find(known, label) == known.end()) known.push_back(label);
  }
  if (name == "input") return -1;
  throw RequestError({place, fmt::format("the label '{}', which no layer before it carries", name),
                      "one of " + join(known, ", "), hint_for(name, known)});
}

void append_layer(NetworkDescription& network, const std::string& written, const std::string& place) {
  const LayerText text = read_layer(written, place);
  const auto shape_of = [&](std::int32_t layer) {
    return layer < 0 ? network.input : network.layers[static_cast<std::size_t>(layer)].output;
  };
  const std::int32_t source = text.source.empty() ? static_cast<std::int32_t>(network.layers.size()) - 1
                                                  : find_layer(network, text.source, place);
  LayerDescription layer = infer_shapes(text, shape_of(source), place);
  layer.source = source;
  if (layer.kind == LayerKind::add) {
    layer.addend = find_layer(network, text.addend, place);
    if (layer.addend == source)
      throw RequestError({place, fmt::format("'{}', which is what it would be added to", text.addend),
                          "the output of another layer", "label the layer where the shortcut begins"});
    layer.stride = addend_stride(shape_of(layer.addend), layer.input, place);
  }
  network.layers.push_back(std::move(layer));
}

/// An output that no layer reads is a slip of the list, such as a forgotten "add".
void require_readers(const NetworkDescription& network, const std::string& place) {
  std::vector<bool> read(network.layers.size(), false);
  for (const LayerDescription& layer : network.layers) {
    if (layer.source >= 0) read[static_cast<std::size_t>(layer.source)] = true;
    if (layer.addend >= 0) read[static_cast<std::size_t>(layer.addend)] = true;
  }
  for (std::size_t i = 0; i + 1 < network.layers.size(); ++i)
    if (!read[i])
      throw RequestError({layer_place(place, i, network.layers[i].text), "an output that no layer reads",
                          "every output but the last to be read",
                          "give it a label and read it with 'add LABEL' or 'from LABEL', or leave it out"});
}

/// Gives every layer its part of the flat parameter array.
void lay_out_parameters(NetworkDescription& network, const std::string& place) {
  constexpr std::uint64_t most_parameters = 0x7FFF'FFFF;
  std::uint64_t next = 0;
  for (LayerDescription& layer : network.layers) {
    layer.first_parameter = static_cast<std::uint32_t>(next);
    next += std::uint64_t{layer.weights} + layer.biases + layer.statistics;
    if (next > most_parameters)
      throw RequestError({place, fmt::format("{} parameters up to layer '{}'", next, layer.text),
                          fmt::format("at most {}", most_parameters), "take smaller layers"});
  }
  network.parameters = static_cast<std::uint32_t>(next);
}

void require_weights(const NetworkDescription& network, const std::string& place) {
  const auto multiplies = [](const LayerDescription& layer) {
    return layer.kind == LayerKind::conv || layer.kind == LayerKind::dense;
  };
  if (std::ranges::none_of(network.layers, multiplies))
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
  for (const std::string& written : layers_of(spec, classes, place))
    append_layer(network, written, layer_place(place, network.layers.size(), written));
  lay_out_parameters(network, place);
  require_weights(network, place);
  require_readers(network, place);
  require_outputs(network, classes, place);
  network.classes = network.layers.back().output.channels;
  select_groups(network.layers, groups, place);
  return network;
}

}  // namespace etalon
