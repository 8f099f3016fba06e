/// Checks of the place where a store is to be.
#pragma once

#include <string>

namespace etalon {

/// Throws RequestError, beginning with `place`, unless files can be made where a store that is a file lies.
/// Asks nothing of a server or of memory.
void require_store_folder(const std::string& store, const std::string& place);

}  // namespace etalon
