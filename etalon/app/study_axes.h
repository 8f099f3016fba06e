/// The [groups] and [eta] tables of a study file: which layers share an eta, and which etas are tried.
#pragma once

#include "etalon/app/study_table.h"
#include "etalon/running/request.h"

namespace etalon {

/// Each key is a group's name, each value its list of selectors; groups keep the file's order.
void read_groups(const StudyTable& table, StudyRequest& to);

/// Fills to.plan.space.values[group] (empty where the file says nothing of a group) or
/// to.plan.space.settings. REQUIRES: the groups were read before.
void read_etas(const StudyTable& table, StudyRequest& to);

}  // namespace etalon
