#include "etalon/study/differences.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "etalon/base/text.h"

namespace etalon {

std::string differences(const StudyDefinition& stored, const StudyDefinition& asked) {
  const nlohmann::json before = nlohmann::json::parse(to_text(stored)).flatten(),
                       now = nlohmann::json::parse(to_text(asked)).flatten();  // "/training/optimizer/name"
  std::map<std::string, std::pair<std::string, std::string>> fields;
  for (const auto& [field, value] : before.items()) fields[field].first = value.dump();
  for (const auto& [field, value] : now.items()) fields[field].second = value.dump();
  std::vector<std::string> found;
  const auto shown = [](const std::string& value) {  // a fingerprint differs in its first digits
    return value.empty() ? "none" : value.size() > 60 ? value.substr(0, 16) + "..." : value;
  };
  for (const auto& [field, values] : fields) {
    const auto& [old_value, new_value] = values;
    if (old_value == new_value) continue;
    std::string name = field.substr(1);
    std::replace(name.begin(), name.end(), '/', '.');
    found.push_back(name + " = " + shown(new_value) + " (stored: " + shown(old_value) + ")");
  }
  return join(found, "; ");
}

}  // namespace etalon
