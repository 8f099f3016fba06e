#include "etalon/app/trial_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/text_layout.h"
#include "etalon/app/trial_id.h"
#include "etalon/base/text.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

/// Names of workers by their number.
std::map<std::uint64_t, std::string> names_of(const std::vector<WorkerRecord>& workers) {
  std::map<std::uint64_t, std::string> names;
  for (const WorkerRecord& worker : workers) names[worker.identity.id] = worker_name(worker.identity.process);
  return names;
}

/// Epochs trained by the last checkpoint, fractional.
double epochs_of(const Curve& curve) {
  if (curve.steps_per_epoch == 0) return 0;
  return static_cast<double>(curve.loss.size()) / curve.steps_per_epoch;
}

std::vector<RunningTrial> held(const StudyStanding& standing) {
  std::vector<RunningTrial> trials;
  for (const RunningTrial& trial : standing.queued)
    if (trial.worker != 0) trials.push_back(trial);
  return trials;
}

std::string workers_table(const StudyStanding& standing) {
  Rows rows{{"worker", "trials", "since", "last sign of life", ""}};
  for (const WorkerRecord& worker : standing.workers)
    rows.push_back({worker_name(worker.identity.process), std::to_string(worker.trials),
                    known_utc_text(worker.enlisted_unix_millis), known_utc_text(worker.last_beat_unix_millis),
                    worker.strategist ? "strategist" : ""});
  return join(aligned_rows(rows), "\n") + "\n";
}

std::string trials_table(const StudyStanding& standing, const std::vector<RunningTrial>& trials) {
  const auto names = names_of(standing.workers);
  Rows rows{{"trial", "attempt", "epochs", "of", "loss", "worker"}};
  for (const RunningTrial& trial : trials) {
    const auto name = names.find(trial.worker);
    const bool begun = trial.curve && !trial.curve->loss.empty();
    rows.push_back({trial_id(trial.key, standing.study.definition), std::to_string(trial.attempts),
                    begun ? fmt::format("{:.2f}", epochs_of(*trial.curve)) : "0",
                    std::to_string(trial.epochs),
                    begun ? fmt::format("{:.3g}", trial.curve->loss.back()) : "-",
                    name == names.end() ? "gone" : name->second});
  }
  return join(aligned_rows(rows), "\n") + "\n";
}

Json worker_json(const WorkerRecord& worker) {
  const ProcessIdentity& process = worker.identity.process;
  return {{"worker", worker_name(process)},
          {"host", process.host},
          {"process", process.pid},
          {"etalon_version", worker.identity.etalon_version},
          {"trials", worker.trials},
          {"strategist", worker.strategist},
          {"enlisted", known_utc_text(worker.enlisted_unix_millis)},
          {"last_beat", known_utc_text(worker.last_beat_unix_millis)}};
}

Json queued_json(const RunningTrial& trial, const StudyStanding& standing,
                 const std::map<std::uint64_t, std::string>& names) {
  const auto name = names.find(trial.worker);
  const bool begun = trial.curve && !trial.curve->loss.empty();
  Json json{{"id", trial_id(trial.key, standing.study.definition)},
            {"state", trial.worker == 0 ? "waiting" : "running"},
            {"attempts", trial.attempts},
            {"worker", name == names.end() ? Json() : Json(name->second)},
            {"epochs", begun ? epochs_of(*trial.curve) : 0.0},
            {"budget_epochs", trial.epochs}};
  const bool finite = begun && std::isfinite(trial.curve->loss.back());
  json["training_loss"] = finite ? Json(trial.curve->loss.back()) : Json();
  return json;
}

Json finished_json(const TrialRecord& trial, const StudySnapshot& study) {
  return {{"id", trial_id(trial.key, study.definition)},
          {"state", is_stopped(trial, study) ? "stopped" : "finished"},
          {"epochs", trial.curve.budget_epochs},
          {"attempts", trial.times.attempts},
          {"host", trial.times.host},
          {"numeric_class", trial.numeric_class},
          {"samples_trained", trial.samples_trained},
          {"seconds", trial.times.seconds},
          {"started", known_utc_text(trial.times.started_unix_millis)},
          {"finished", known_utc_text(trial.times.finished_unix_millis)}};
}

Json sources_json(const StudySnapshot& study) {
  Json json = Json::object();
  for (const SetFacts& set : study.sets) json[set.name] = set.source;
  return json;
}

Json machine_json(const MachineFacts& machine) {
  return {{"processor", machine.processor},
          {"threads", machine.threads},
          {"instruction_set", machine.instruction_set},
          {"numeric_class", machine.numeric_class},
          {"etalon_version", machine.etalon_version}};
}

}  // namespace

StudyStanding standing_of(StudyStore& store, StudySnapshot study) {
  StudyStanding standing{.study = std::move(study), .workers = {}, .queued = {}};
  standing.workers = store.workers(standing.study.name);
  std::set<TrialKey> finished;
  for (const TrialRecord& trial : standing.study.trials) finished.insert(trial.key);
  for (RunningTrial& trial : store.running_trials(standing.study.name))
    if (!finished.contains(trial.key)) standing.queued.push_back(std::move(trial));
  return standing;
}

std::string worker_name(const ProcessIdentity& process) {
  return fmt::format("{}:{}", process.host, process.pid);
}

std::string standing_text(const StudyStanding& standing) {
  const StudySnapshot& study = standing.study;
  const std::vector<RunningTrial> at_work = held(standing);
  const auto begun = std::count_if(standing.queued.begin(), standing.queued.end(), [](const auto& trial) {
    return trial.worker == 0 && trial.curve.has_value();
  });
  std::string text =
      fmt::format("study {}: {} of {} trials finished, {} being trained, {} wait, {} of them begun\n",
                  short_name(study.name), complete_trials(study), study.planned_trials, at_work.size(),
                  standing.queued.size() - at_work.size(), begun);
  if (!standing.workers.empty()) text += "\n" + workers_table(standing);
  if (!at_work.empty()) text += "\n" + trials_table(standing, at_work);
  return text;
}

std::string standing_json(const StudyStanding& standing) {
  const StudySnapshot& study = standing.study;
  const auto names = names_of(standing.workers);
  Json json{{"study", shown_name(study.name)},
            {"trials", {{"finished", complete_trials(study)}, {"planned", study.planned_trials}}},
            {"command", study.command},
            {"sources", sources_json(study)},
            {"machine", machine_json(study.machine)},
            {"training_seconds", study.times.training_seconds},
            {"samples_trained", study.times.samples_trained}};
  json["workers"] = Json::array();
  for (const WorkerRecord& worker : standing.workers) json["workers"].push_back(worker_json(worker));
  json["all_trials"] = Json::array();
  for (const RunningTrial& trial : standing.queued)
    json["all_trials"].push_back(queued_json(trial, standing, names));
  for (const TrialRecord& trial : study.trials) json["all_trials"].push_back(finished_json(trial, study));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace etalon
