#include "etalon/nn/group_selection.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

constexpr std::string_view label_prefix = "label:";

/// The layers that have weights, by position.
using WeightedLayers = std::vector<LayerDescription*>;

WeightedLayers weighted(std::vector<LayerDescription>& layers) {
  WeightedLayers result;
  for (LayerDescription& layer : layers)
    if (layer.weights > 0) result.push_back(&layer);
  return result;
}

/// "#1 'conv 6 5x5', #2 'dense 10'"
std::string listing(const WeightedLayers& layers) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < layers.size(); ++i)
    parts.push_back(fmt::format("#{} '{}'", i + 1, layers[i]->text));
  return join(parts, ", ");
}

/// Some [groups] that would suit the network, ready to write.
std::string example_groups(const WeightedLayers& layers) {
  const auto has = [&](LayerKind kind) {
    return std::ranges::any_of(layers, [&](const LayerDescription* layer) { return layer->kind == kind; });
  };
  std::vector<std::string> lines;
  if (has(LayerKind::conv)) lines.push_back("conv = [\"conv\"]");
  if (has(LayerKind::dense)) lines.push_back("full = [\"dense\"]");
  return "the study file's [groups] for this network: " + join(lines, ", ");
}

std::vector<std::string> known_selectors(const WeightedLayers& layers) {
  std::vector<std::string> known{"conv", "dense"};
  for (std::size_t i = 0; i < layers.size(); ++i) known.push_back(fmt::format("#{}", i + 1));
  for (const LayerDescription* layer : layers) {
    const std::string selector = std::string(label_prefix) + layer->label;
    if (!layer->label.empty() && std::ranges::find(known, selector) == known.end()) known.push_back(selector);
  }
  return known;
}

bool selects(const std::string& selector, const LayerDescription& layer, std::size_t index) {
  if (selector == "conv") return layer.kind == LayerKind::conv;
  if (selector == "dense") return layer.kind == LayerKind::dense;
  if (selector.starts_with(label_prefix))
    return !layer.label.empty() && selector.substr(label_prefix.size()) == layer.label;
  return selector == fmt::format("#{}", index + 1);
}

class GroupSelection {
 public:
  GroupSelection(WeightedLayers layers, const std::vector<LayerGroup>& groups, const std::string& place)
      : layers_(std::move(layers)), groups_(groups), place_(place) {}

  void run() {
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      for (const std::string& selector : groups_[group].selectors) select(group, selector);
      require_some_layer(group);
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) require_group(i);
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
           "a kind (conv, dense), a position (#1) or a label (label:NAME) of a layer with weights",
           hint_for(selector, known)});
    for (std::size_t i = 0; i < layers_.size(); ++i)
      if (selects(selector, *layers_[i], i)) assign(i, group);
  }

  void assign(std::size_t i, std::size_t group) {
    LayerDescription& layer = *layers_[i];
    const auto number = static_cast<std::int32_t>(group);
    if (layer.group >= 0 && layer.group != number)
      throw RequestError({group_place(group),
                          fmt::format("layer #{} '{}', which is in group '{}' already", i + 1, layer.text,
                                      groups_[static_cast<std::size_t>(layer.group)].name),
                          "every layer with weights in one group",
                          "layers with weights: " + listing(layers_)});
    layer.group = number;
  }

  void require_some_layer(std::size_t group) const {
    for (const LayerDescription* layer : layers_)
      if (layer->group == static_cast<std::int32_t>(group)) return;
    throw RequestError({group_place(group),
                        fmt::format("no layer selected by [{}]", join(groups_[group].selectors, ", ")),
                        "at least one of " + listing(layers_), example_groups(layers_)});
  }

  void require_group(std::size_t i) const {
    if (layers_[i]->group >= 0) return;
    throw RequestError(
        {place_, fmt::format("layer #{} '{}' in no group", i + 1, layers_[i]->text),
         "every layer with weights in one group",
         fmt::format("add a selector such as \"#{}\" to a group, or a group of its own", i + 1)});
  }

  WeightedLayers layers_;
  const std::vector<LayerGroup>& groups_;
  const std::string& place_;
};

}  // namespace

void select_groups(std::vector<LayerDescription>& layers, const std::vector<LayerGroup>& groups,
                   const std::string& place) {
  for (LayerDescription& layer : layers) layer.group = -1;
  GroupSelection(weighted(layers), groups, place).run();
}

}  // namespace etalon
