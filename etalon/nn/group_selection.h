/// Which layer takes its eta from which group.
#pragma once

#include <string>
#include <vector>

#include "etalon/nn/describe.h"

namespace etalon {

/// Sets LayerDescription::group of every layer with weights. Selectors: a kind ("conv", "dense"), a position
/// from 1 over the layers with weights ("#1"), or a label ("label:stem", all layers that carry it). Throws
/// RequestError for an unknown selector, a group without a layer, a layer in two groups, or a layer with
/// weights in none; `place` begins the message.
void select_groups(std::vector<LayerDescription>& layers, const std::vector<LayerGroup>& groups,
                   const std::string& place);

}  // namespace etalon
