/// The sets that --data names.
#pragma once

#include <string>
#include <vector>

namespace etalon {

/// Reads "SET,SET,...": a comma within a path is written "\,". Throws RequestError for an empty name, and for
/// a path that was cut at its comma, saying how to write it; what else is wrong with a set, open_data() says.
std::vector<std::string> set_list(const std::string& text, const std::string& place);

}  // namespace etalon
