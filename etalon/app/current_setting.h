/// The setting that a person uses now, as it is typed, and whether a study tries it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "etalon/app/options/given.h"
#include "etalon/study/definition.h"

namespace etalon {

/// A value for each axis that was named, in the order typed. Axes may still be unknown.
using NamedValues = std::vector<std::pair<std::string, double>>;

/// "conv=0.1,full=0.01,momentum=0.9", or {conv = 0.1, full = 0.01} of a study file. Throws RequestError for anything
/// else, and for an axis given twice.
NamedValues read_current(const Given& given);

/// One value an axis. Throws RequestError for an unknown axis, for one that is missing, and for a value that its
/// quantity cannot have.
Setting setting_of(const NamedValues& named, const std::vector<Axis>& axes);

/// "--eta conv=0.1,1 --eta full=0.01 --momentum 0.8,0.9" of a list for each axis
std::string value_options(const std::vector<AxisValues>& lists);

/// The lists that add `setting` to a study: its etas; of other axes all values of the plan and its own, as one
/// value alone would be no axis.
std::vector<AxisValues> lists_with(const Setting& setting, const std::vector<Axis>& axes,
                                   const StudyPlan& plan);

/// Throws RequestError where a plan names its settings beforehand and `setting` is not among them: what it
/// costs could not be told. How to add it is in the hint.
void require_planned(const Setting& setting, const StudyPlan& plan, const std::vector<Axis>& axes);

}  // namespace etalon
