/// Which layer takes its eta from which group.
#pragma once

#include <string>
#include <vector>

#include "etalon/nn/describe.h"

namespace etalon {

/// Sets LayerDescription::group of every layer with weights. Selectors: a kind ("conv", "dense",
/// "batchnorm"), a position from 1 over the conv and dense layers ("#1"), or a label ("label:stem", all
/// layers that carry it). A batch norm that no selector takes goes with the nearest conv or dense layer
/// before it, found from source to source. Throws RequestError for an unknown selector, a group without a
/// layer, a layer in two groups, or a layer with weights in none; `place` begins the message.
void select_groups(std::vector<LayerDescription>& layers, const std::vector<LayerGroup>& groups,
                   const std::string& place);

}  // namespace etalon
