/// What a study tries: layers, groups that share an eta, and etas, as options and study files give them.
#pragma once

#include "etalon/app/options/given.h"
#include "etalon/running/request.h"

namespace etalon {

// Each throws RequestError for anything that it says nothing of.

/// The list of layers in [network]; no name may stand beside it.
std::vector<std::string> read_layers(const Given& given);

/// [groups]: each key is a group's name, each value its list of selectors; groups keep the file's order.
std::vector<LayerGroup> read_groups(const StudyTable& table);

/// [eta], or "GROUP=V,V,..." once for each group: fills to.plan.space.values[group] (empty where nothing is
/// said of a group). REQUIRES: the groups were read before.
void read_etas(const Given& given, StudyRequest& to);

/// [eta] that lists settings.
void read_settings(const StudyTable& table, StudyRequest& to);

/// {accuracy = 0.97}, {loss = 0.1} or both.
void read_target(const StudyTable& choice, ChoiceRules& to);

}  // namespace etalon
