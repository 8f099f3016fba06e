/// The setting that a person uses now, as it is typed, and whether a study tries it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "etalon/app/options/given.h"
#include "etalon/study/definition.h"

namespace etalon {

/// An eta for each group that was named, in the order typed. Groups may still be unknown.
using NamedEtas = std::vector<std::pair<std::string, double>>;

/// "conv=0.1,full=0.01", or {conv = 0.1, full = 0.01} of a study file. Throws RequestError for anything else
/// and for a group given twice.
NamedEtas read_current(const Given& given);

/// One eta a group. Throws RequestError for an unknown group and for one that is missing.
Setting setting_of(const NamedEtas& named, const std::vector<LayerGroup>& groups);

/// "--eta conv=0.1,1 --eta full=0.01" of a list for each group
std::string eta_options(const std::vector<std::string>& lists);
std::string eta_options(const Setting& setting, const std::vector<LayerGroup>& groups);

/// Throws RequestError where a plan names its settings beforehand and `setting` is not among them: what it
/// costs could not be told. How to add it is in the hint.
void require_planned(const Setting& setting, const StudyPlan& plan, const std::vector<LayerGroup>& groups);

}  // namespace etalon
