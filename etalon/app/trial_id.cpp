#include "etalon/app/trial_id.h"

#include <fmt/format.h>

#include "etalon/base/clock.h"
#include "etalon/base/text.h"

namespace etalon {

std::string trial_id(const TrialKey& key, const StudyDefinition& definition) {
  std::vector<std::string> values;
  for (const double value : key.setting.values) values.push_back(value_text(value));
  return fmt::format("{}/{}/{}", definition.sets.at(key.set).name, join(values, ","), key.seed_index);
}

std::string known_utc_text(std::int64_t unix_millis) { return unix_millis == 0 ? "" : utc_text(unix_millis); }

}  // namespace etalon
