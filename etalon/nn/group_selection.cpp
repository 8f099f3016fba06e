#include "etalon/nn/group_selection.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

constexpr std::string_view label_prefix = "label:";

/// A layer that has weights. Batch norms have no position: they follow the layer before them, and a network
/// with them is grouped by the same words as without.
struct WeightedLayer {
  LayerDescription* layer;
  std::string position;  ///< "#1"; empty for a batch norm
  std::string name() const {
    return fmt::format("{}{}'{}'", position, position.empty() ? "" : " ", layer->text);
  }
};
using WeightedLayers = std::vector<WeightedLayer>;

WeightedLayers weighted(std::vector<LayerDescription>& layers) {
  WeightedLayers result;
  std::uint32_t count = 0;
  for (LayerDescription& layer : layers) {
    if (layer.weights == 0) continue;
    const bool counts = layer.kind != LayerKind::batchnorm;
    result.push_back({&layer, counts ? fmt::format("#{}", ++count) : ""});
  }
  return result;
}

/// "#1 'conv 6 5x5', #2 'dense 10'"
std::string listing(const WeightedLayers& layers) {
  std::vector<std::string> parts;
  for (const WeightedLayer& weighted : layers) parts.push_back(weighted.name());
  return join(parts, ", ");
}

/// Some [groups] that would suit the network, ready to write.
std::string example_groups(const WeightedLayers& layers) {
  const auto has = [&](LayerKind kind) {
    return std::ranges::any_of(layers, [&](const WeightedLayer& own) { return own.layer->kind == kind; });
  };
  std::vector<std::string> lines;
  if (has(LayerKind::conv)) lines.push_back("conv = [\"conv\"]");
  if (has(LayerKind::dense)) lines.push_back("full = [\"dense\"]");
  return "the study file's [groups] for this network: " + join(lines, ", ");
}

std::vector<std::string> known_selectors(const WeightedLayers& layers) {
  std::vector<std::string> known{"conv", "dense", "batchnorm"};
  for (const WeightedLayer& weighted : layers)
    if (!weighted.position.empty()) known.push_back(weighted.position);
  for (const WeightedLayer& weighted : layers) {
    const std::string& label = weighted.layer->label;
    const std::string selector = std::string(label_prefix) + label;
    if (!label.empty() && std::ranges::find(known, selector) == known.end()) known.push_back(selector);
  }
  return known;
}

bool selects(const std::string& selector, const WeightedLayer& weighted) {
  const LayerDescription& layer = *weighted.layer;
  if (selector == "conv") return layer.kind == LayerKind::conv;
  if (selector == "dense") return layer.kind == LayerKind::dense;
  if (selector == "batchnorm") return layer.kind == LayerKind::batchnorm;
  if (selector.starts_with(label_prefix))
    return !layer.label.empty() && selector.substr(label_prefix.size()) == layer.label;
  return selector == weighted.position;
}

class GroupSelection {
 public:
  GroupSelection(std::vector<LayerDescription>& all, const std::vector<LayerGroup>& groups,
                 const std::string& place)
      : all_(all), layers_(weighted(all)), groups_(groups), place_(place) {}

  void run() {
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      for (const std::string& selector : groups_[group].selectors) select(group, selector);
      require_some_layer(group);
    }
    for (const WeightedLayer& weighted : layers_) {
      if (weighted.layer->kind == LayerKind::batchnorm) follow_weights(*weighted.layer);
      require_group(weighted);
    }
  }

 private:
  std::string group_place(std::size_t group) const {
    return fmt::format("{}, group '{}'", place_, groups_[group].name);
  }

  void select(std::size_t group, const std::string& selector) {
    const auto known = known_selectors(layers_);
    if (std::ranges::find(known, selector) == known.end())
      throw RequestError(
          {group_place(group), fmt::format("the unknown selector '{}'", selector),
           "a kind (conv, dense, batchnorm), a position (#1) or a label (label:NAME) of a layer with weights",
           hint_for(selector, known)});
    for (const WeightedLayer& weighted : layers_)
      if (selects(selector, weighted)) assign(weighted, group);
  }

  void assign(const WeightedLayer& weighted, std::size_t group) {
    LayerDescription& layer = *weighted.layer;
    const auto number = static_cast<std::int32_t>(group);
    if (layer.group >= 0 && layer.group != number)
      throw RequestError({group_place(group),
                          fmt::format("layer {}, which is in group '{}' already", weighted.name(),
                                      groups_[static_cast<std::size_t>(layer.group)].name),
                          "every layer with weights in one group",
                          "layers with weights: " + listing(layers_)});
    layer.group = number;
  }

  void require_some_layer(std::size_t group) const {
    for (const WeightedLayer& weighted : layers_)
      if (weighted.layer->group == static_cast<std::int32_t>(group)) return;
    throw RequestError({group_place(group),
                        fmt::format("no layer selected by [{}]", join(groups_[group].selectors, ", ")),
                        "at least one of " + listing(layers_), example_groups(layers_)});
  }

  /// The nearest conv or dense layer before a batch norm has its group already, being earlier in the list.
  void follow_weights(LayerDescription& layer) const {
    for (std::int32_t i = layer.source; i >= 0 && layer.group < 0;) {
      const LayerDescription& before = all_[static_cast<std::size_t>(i)];
      if (before.weights > 0 && before.kind != LayerKind::batchnorm) layer.group = before.group;
      i = before.source;
    }
  }

  void require_group(const WeightedLayer& weighted) const {
    if (weighted.layer->group >= 0) return;
    const std::string selector = weighted.position.empty() ? "batchnorm" : weighted.position;
    throw RequestError(
        {place_, fmt::format("layer {} in no group", weighted.name()),
         "every layer with weights in one group",
         fmt::format("add a selector such as \"{}\" to a group, or a group of its own", selector)});
  }

  std::vector<LayerDescription>& all_;
  WeightedLayers layers_;
  const std::vector<LayerGroup>& groups_;
  const std::string& place_;
};

}  // namespace

void select_groups(std::vector<LayerDescription>& layers, const std::vector<LayerGroup>& groups,
                   const std::string& place) {
  for (LayerDescription& layer : layers) layer.group = -1;
  GroupSelection(layers, groups, place).run();
}

}  // namespace etalon
