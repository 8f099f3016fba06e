#include <cmath>
#include <map>

#include <nlohmann/json.hpp>

#include "etalon/app/conclusion.h"
#include "etalon/app/trial_id.h"
#include "etalon/report/report.h"
#include "etalon/study/study_name.h"

namespace etalon {

using Json = nlohmann::ordered_json;

namespace {

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }
Json number(const std::optional<double>& value) { return value ? number(*value) : Json(); }

Json target(const std::optional<EpochsToTarget>& found) {
  if (!found) return {};
  return {{"epochs", found->epochs}, {"reached", found->reached}};
}

void add_times(Json& json, const TrialTimes& times) {
  json["seconds"] = number(times.seconds);
  json["started"] = known_utc_text(times.started_unix_millis);
  json["finished"] = known_utc_text(times.finished_unix_millis);
}

Json setting_json(const std::optional<Setting>& setting, const std::vector<Axis>& axes) {
  if (!setting) return {};
  Json json = Json::object();
  for (std::size_t axis = 0; axis < axes.size(); ++axis)
    json[axis_name(axes[axis])] = setting->values.at(axis);
  return json;
}

Json trial_json(const StudySnapshot& study, const JudgedTrial& trial) {
  const Verdict& verdict = trial.verdict;
  Json json;
  json["id"] = trial_id(trial.key, study.definition);
  json["data"] = study.definition.sets.at(trial.key.set).name;
  for (std::size_t group = 0; group < study.definition.groups.size(); ++group)
    json["eta"][study.definition.groups[group].name] = trial.key.setting.values.at(group);
  if (!study.definition.axes.empty())
    json["setting"] = setting_json(trial.key.setting, axes_of(study.definition));
  json["seed"] = trial.key.seed_index;
  json["status"] = to_text(verdict.status);
  json["fate"] = to_text(verdict.fate);
  json["validation_accuracy"] = number(verdict.accuracy);
  json["training_loss"] = number(verdict.final_training_loss);
  json["validation_loss"] = number(verdict.final_validation_loss);
  json["epochs_to_loss_target"] = target(verdict.loss_target);
  json["epochs_to_accuracy_target"] = target(verdict.accuracy_target);
  json["area"] = number(verdict.area);
  json["set_back"] = number(verdict.set_back);
  json["catapult"] = number(verdict.catapult);
  json["instability"] = number(verdict.instability);
  json["spike_share"] = number(verdict.spike_share);
  json["still_falling"] = number(verdict.still_falling);
  json["speed"] = to_text(verdict.speed);
  json["stability"] = to_text(verdict.stability);
  json["sentence"] = verdict.sentence;
  return json;
}

Json rules_json(const ChoiceRules& rules, const std::vector<Axis>& axes) {
  return {{"speed_weight", rules.speed_weight},
          {"divergence_limit", rules.divergence_limit},
          {"target_loss", number(rules.target_loss)},
          {"target_accuracy", number(rules.target_accuracy)},
          {"current", setting_json(rules.current, axes)}};
}

Json without_bulk(Json recommendations) {
  for (Json& recommendation : recommendations)
    for (const char* bulky : {"cells", "trade_offs"}) recommendation.erase(bulky);
  return recommendations;
}

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string tune_json(const StudySnapshot& study, const Judgement& judgement, const TuneFacts& facts) {
  const Json certificate = Json::parse(recommendation_json(study, judgement));
  Json json;
  json["study"] = shown_name(study.name);
  json["trials"] = complete_trials(study);
  json["recommendations"] = without_bulk(certificate.at("recommendations"));
  json["overall"] = certificate.at("overall");
  json["seconds"] = facts.seconds;
  const StudyTimes& times = study.times;
  json["trial_samples_per_second"] =
      times.training_seconds > 0 ? number(static_cast<double>(times.samples_trained) / times.training_seconds)
                                 : Json();
  json["was_complete"] = facts.was_complete;
  json["store"] = facts.store;
  json["report"] = facts.report ? Json(facts.report->string()) : Json();
  return text_of(json);
}

std::string decide_json(const StudySnapshot& study, const Judgement& judgement, const ChoiceRules& stored,
                        const std::vector<ChoiceChange>& changes) {
  const Json certificate = Json::parse(recommendation_json(study, judgement));
  const std::vector<Axis> axes = axes_of(study.definition);
  Json json;
  json["study"] = shown_name(study.name);
  json["rules"] = rules_json(study.plan.choice, axes);
  json["stored_rules"] = rules_json(stored, axes);
  json["changes"] = Json::array();
  for (const ChoiceChange& change : changes)
    if (change.changed())
      json["changes"].push_back({{"where", change.where},
                                 {"before", setting_json(change.before, axes)},
                                 {"now", setting_json(change.now, axes)}});
  json["recommendations"] = without_bulk(certificate.at("recommendations"));
  json["overall"] = certificate.at("overall");
  return text_of(json);
}

std::string show_json(const StudySnapshot& study, const Judgement& judgement) {
  Json json = Json::parse(recommendation_json(study, judgement));
  // How the trials came about (where, when, in how many goes, by which command) is no part of what they say.
  for (const char* passing : {"command", "machine", "training_seconds", "samples_trained", "dates"})
    json.erase(passing);
  json["seconds"] = number(study.times.training_seconds);
  json["started"] = known_utc_text(study.times.started_unix_millis);
  json["finished"] = known_utc_text(study.times.finished_unix_millis);
  std::map<TrialKey, const TrialRecord*> records;
  for (const TrialRecord& trial : study.trials) records[trial.key] = &trial;
  json["all_trials"] = Json::array();
  for (const JudgedTrial& trial : judgement.trials) {
    json["all_trials"].push_back(trial_json(study, trial));
    add_times(json["all_trials"].back(), records.at(trial.key)->times);
  }
  return text_of(json);
}

}  // namespace etalon
