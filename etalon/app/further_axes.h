/// What a study varies beside etas, as options and study files give it: momentum, weight decay, label smoothing,
/// batch.
#pragma once

#include "etalon/app/options/request.h"

namespace etalon {

/// "0.9": one number for every trial. "0.8,0.9": an axis. "conv=0.8,0.9", once for each group that it is said of: an
/// axis for that group, others keep the one number. In a study file a number, a list, or a table of groups with
/// either. Replaces what was said of the quantity before; a number alone leaves no axis. Throws RequestError for
/// anything else.
void read_quantity(const Given& given, Quantity quantity, Request& to);

/// Puts the axes into the study, after its etas: its space becomes every combination with their values. Numbers that
/// no trial takes any more become the defaults again, so that equal studies are equal. Call once, when groups, optimizer and space are complete.
void add_axes(Request& request);

}  // namespace etalon
