#include <cstdio>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/output.h"
#include "etalon/app/trial_table.h"
#include "etalon/base/text.h"
#include "etalon/storage/open_store.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

/// Throws RequestError naming those at work whose processes are not known to be dead.
void require_nobody(StudyStore& store, const std::string& name) {
  std::vector<std::string> workers;
  for (const WorkerRecord& worker : store.workers(name))
    if (liveness_of(worker.identity.process) != Liveness::dead)
      workers.push_back(worker_name(worker.identity.process));
  if (workers.empty()) return;
  throw RequestError({"etalon study delete " + short_name(name),
                      "a study at which somebody works: " + join(workers, ", "), "one at which nobody does",
                      "stop them first; --force deletes it all the same"});
}

/// Asks in the terminal; true for "y" and "yes".
bool is_confirmed(const StudySummary& study, const std::string& where) {
  if (::isatty(STDIN_FILENO) == 0)
    throw RequestError({"etalon study delete " + short_name(study.name),
                        "neither --yes nor a terminal to ask in", "--yes",
                        "what is deleted does not come back; 'etalon study copy' keeps it elsewhere"});
  tell("delete study {}, {} of {} trials finished, from {} for ever? [y/N] ", short_name(study.name),
       study.finished_trials, study.planned_trials, shown_store(where));
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

StudySummary summary_of(StudyStore& store, const std::string& name) {
  for (const StudySummary& study : store.list_studies())
    if (study.name == name) return study;
  return {.name = name};
}

}  // namespace

ExitCode run_study_delete(Request& request) {
  const std::string name = choose_study_name(*open_store(request.store, StoreAccess::read), request.store,
                                             request.study.study_name)
                               .name;
  const auto store = open_store(request.store, StoreAccess::create);
  if (!request.force) require_nobody(*store, name);
  const StudySummary study = summary_of(*store, name);
  if (!request.yes && !is_confirmed(study, request.store)) {
    tell("nothing is deleted\n");
    return ExitCode::failed;
  }
  store->delete_study(name);
  if (request.json)
    print_json(nlohmann::ordered_json{{"deleted", shown_name(name)}, {"trials", study.finished_trials}});
  else if (!request.quiet)
    print("study {} is deleted\n", short_name(name));
  return ExitCode::done;
}

}  // namespace etalon
