/// How a store file comes into being: complete, or not at all.
#pragma once

#include <string>

namespace etalon {

/// Makes a store of the newest version at `path` if nothing lies there: beside it first, then moved into
/// place without ever replacing anything, so that a kill never leaves half a store and of several processes
/// that start at once one wins and all use the same file. Throws RequestError if the place cannot be written
/// to or holds the log of a store that is gone.
void make_store_if_missing(const std::string& path);

}  // namespace etalon
