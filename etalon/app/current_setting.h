/// The setting that a person uses now, as it is typed, and whether a study tries it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "etalon/study/definition.h"

namespace etalon {

/// An eta for each group that was named, in the order typed. Groups may still be unknown.
struct NamedEtas {
  std::vector<std::pair<std::string, double>> etas;
  std::string place = "--current";  ///< where it was written; begins error messages
};

/// "conv=0.1,full=0.01". Throws RequestError for anything else and for a group given twice.
NamedEtas named_etas(const std::string& text, const std::string& place);

/// One eta a group. Throws RequestError for an unknown group and for one that is missing.
Setting setting_of(const NamedEtas& named, const std::vector<LayerGroup>& groups);

/// "--eta conv=0.1 --eta full=0.01"
std::string eta_options(const Setting& setting, const std::vector<LayerGroup>& groups);

/// Throws RequestError where a plan names its settings beforehand and `setting` is not among them: what it
/// costs could not be told. How to add it is in the hint.
void require_planned(const Setting& setting, const StudyPlan& plan, const std::vector<LayerGroup>& groups,
                     const std::string& place);

}  // namespace etalon
