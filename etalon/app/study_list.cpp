#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/commands.h"
#include "etalon/app/output.h"
#include "etalon/app/text_layout.h"
#include "etalon/app/trial_id.h"
#include "etalon/base/text.h"
#include "etalon/storage/open_store.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

std::string state_of(const StudySummary& study) {
  if (study.workers > 0) return counted(study.workers, "worker");
  return study.concluded ? "concluded" : "waits for workers";
}

/// Without trials that were stopped after fewer epochs than the study has: nobody plans them any more.
std::uint32_t finished_of(const StudySummary& study) {
  return std::min(study.finished_trials, study.planned_trials);
}

nlohmann::ordered_json list_json(const std::vector<StudySummary>& studies, const std::string& where,
                                 std::uint64_t bytes) {
  nlohmann::ordered_json json{{"store", shown_store(where)}, {"size_bytes", bytes}};
  json["studies"] = nlohmann::ordered_json::array();
  for (const StudySummary& study : studies)
    json["studies"].push_back(
        {{"study", shown_name(study.name)},
         {"trials", {{"finished", finished_of(study)}, {"planned", study.planned_trials}}},
         {"concluded", study.concluded},
         {"workers", study.workers},
         {"changed", known_utc_text(study.last_change_unix_millis)}});
  return json;
}

std::string list_text(const std::vector<StudySummary>& studies, const std::string& where,
                      std::uint64_t bytes) {
  std::vector<std::vector<std::string>> rows{{"study", "finished", "planned", "state", "changed"}};
  for (const StudySummary& study : studies)
    rows.push_back({short_name(study.name), std::to_string(finished_of(study)),
                    std::to_string(study.planned_trials), state_of(study),
                    known_utc_text(study.last_change_unix_millis)});
  const std::string table = studies.empty() ? "" : join(aligned_rows(rows), "\n") + "\n\n";
  const std::string count = studies.size() == 1 ? "1 study" : fmt::format("{} studies", studies.size());
  return fmt::format("{}{} in {}, {}\n", table, count, shown_store(where),
                     size_text(static_cast<double>(bytes)));
}

}  // namespace

ExitCode run_study_list(Request& request) {
  const auto store = open_store(request.store, StoreAccess::read);
  const std::vector<StudySummary> studies = store->list_studies();
  const std::uint64_t bytes = store->size_bytes();
  if (request.json)
    print_json(list_json(studies, request.store, bytes));
  else if (!request.quiet)
    print("{}", list_text(studies, request.store, bytes));
  return ExitCode::done;
}

}  // namespace etalon
