#include "etalon/storage/complaints.h"

#include <fmt/format.h>

#include "etalon/storage/curve_bytes.h"
#include "etalon/study/differences.h"

namespace etalon {

std::string to_text(const TrialKey& key) {
  return fmt::format("set {}, setting {}, seed index {}", key.set, setting_key(key.setting), key.seed_index);
}

Complaint other_definition(const std::string& study, const StudyDefinition& stored,
                           const StudyDefinition& received) {
  return {"study '" + study + "'", "another definition: " + differences(stored, received),
          "the definition that the study was made with",
          "leave the name away to make a new study, or choose another name"};
}

Complaint no_such_study(const std::string& study) {
  return {"store", "the study name '" + study + "'", "a study that the store holds", ""};
}

Complaint study_there_already(const std::string& study) {
  return {"study '" + study + "'", "a copy into a store that has a study of that name", "a store without one",
          "delete that one first, or name another store"};
}

Complaint study_is_running(const std::string& study, const ProcessIdentity& holder) {
  return {"study '" + study + "'",
          fmt::format("a copy while process {} on host '{}' works on it", holder.pid, holder.host),
          "a study that nobody works on", "wait until that process has ended, or end it"};
}

}  // namespace etalon
