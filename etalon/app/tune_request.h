/// From what was read to a study that can be prepared: what was not given follows from what was.
#pragma once

#include "etalon/app/options/request.h"

namespace etalon {

/// For `tune` and `submit`, once: leaves out groups that the network has no layers for, fills in etas, seeds
/// and how they are searched, and forgets numbers that nothing reads. Throws RequestError for parts that do
/// not fit each other.
void complete(Request& request);

/// Throws RequestError unless report and store can be written: checked before anything is opened, so that
/// hours of training never end at a locked door.
void require_places(const Request& request);

}  // namespace etalon
