#include "etalon/study/definition.h"

#include <nlohmann/json.hpp>

#include "etalon/base/digest.h"
#include "etalon/base/error.h"

// nlohmann::json keeps keys sorted and writes doubles so that they read back to the same bits: the texts are
// canonical.
namespace etalon {

using Json = nlohmann::json;

void to_json(Json& json, const Setting& setting) { json = setting.eta; }
void from_json(const Json& json, Setting& setting) { json.get_to(setting.eta); }

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LayerGroup, name, selectors)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SearchSpace, values, settings)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NetworkSpec, name, layers)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OptimizerSpec, name, momentum, beta1, beta2, epsilon, weight_decay)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ScheduleSpec, name, warmup_epochs, step_epochs, factor)

/// What a study left out when its kind was not yet known stays out: old definitions keep their text and name.
void to_json(Json& json, const TrainingSpec& training) {
  json = {{"optimizer", training.optimizer},
          {"schedule", training.schedule},
          {"initializer", training.initializer}};
  if (training.label_smoothing != 0) json["label_smoothing"] = training.label_smoothing;
}

void from_json(const Json& json, TrainingSpec& training) {
  json.at("optimizer").get_to(training.optimizer);
  json.at("schedule").get_to(training.schedule);
  json.at("initializer").get_to(training.initializer);
  training.label_smoothing = json.value("label_smoothing", 0.0);
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SetIdentity, name, fingerprint)

void to_json(Json& json, const StudyDefinition& definition) {
  json = {{"sets", definition.sets},
          {"network", definition.network},
          {"groups", definition.groups},
          {"training", definition.training},
          {"batch", definition.batch},
          {"samples", definition.samples},
          {"validation", definition.validation},
          {"epochs", definition.epochs},
          {"study_seed", definition.study_seed},
          {"numerics_version", definition.numerics_version}};
  if (!definition.augmentation.empty()) json["augmentation"] = definition.augmentation;
}

void from_json(const Json& json, StudyDefinition& definition) {
  json.at("sets").get_to(definition.sets);
  json.at("network").get_to(definition.network);
  json.at("groups").get_to(definition.groups);
  json.at("training").get_to(definition.training);
  json.at("batch").get_to(definition.batch);
  json.at("samples").get_to(definition.samples);
  json.at("validation").get_to(definition.validation);
  json.at("epochs").get_to(definition.epochs);
  json.at("study_seed").get_to(definition.study_seed);
  json.at("numerics_version").get_to(definition.numerics_version);
  definition.augmentation = json.value("augmentation", std::vector<std::string>{});
}

/// What came later is written where it was asked for, so that old plans keep their text.
void to_json(Json& json, const ChoiceRules& rules) {
  json = {{"speed_weight", rules.speed_weight}, {"divergence_limit", rules.divergence_limit}};
  json["target_loss"] = rules.target_loss ? Json(*rules.target_loss) : Json();
  json["target_accuracy"] = rules.target_accuracy ? Json(*rules.target_accuracy) : Json();
  if (rules.current) json["current"] = *rules.current;
}

void from_json(const Json& json, ChoiceRules& rules) {
  json.at("speed_weight").get_to(rules.speed_weight);
  json.at("divergence_limit").get_to(rules.divergence_limit);
  if (const Json& loss = json.at("target_loss"); !loss.is_null()) rules.target_loss = loss.get<double>();
  if (const Json& share = json.at("target_accuracy"); !share.is_null())
    rules.target_accuracy = share.get<double>();
  if (const auto current = json.find("current"); current != json.end())
    rules.current = current->get<Setting>();
}

/// As above: a plan without what came later keeps its text.
void to_json(Json& json, const StudyPlan& plan) {
  json = {{"space", plan.space},
          {"strategy", plan.strategy},
          {"trials", plan.trials},
          {"seeds", plan.seeds},
          {"choice", plan.choice}};
  if (plan.refine) json["refine"] = true;
  if (plan.confirmation != 0) json["confirmation"] = plan.confirmation;
}

void from_json(const Json& json, StudyPlan& plan) {
  json.at("space").get_to(plan.space);
  json.at("strategy").get_to(plan.strategy);
  json.at("trials").get_to(plan.trials);
  json.at("seeds").get_to(plan.seeds);
  json.at("choice").get_to(plan.choice);
  plan.refine = json.value("refine", false);
  plan.confirmation = json.value("confirmation", std::uint32_t{0});
}

namespace {

template <class Value>
Value from_text(const std::string& text, const std::string& what) {
  try {
    return Json::parse(text).get<Value>();
  } catch (const Json::exception& error) {
    throw Failure({what, error.what(), "the text that a store keeps", "the store may be damaged"});
  }
}

}  // namespace

std::string to_text(const StudyDefinition& definition) { return Json(definition).dump(); }

StudyDefinition definition_from_text(const std::string& text) {
  return from_text<StudyDefinition>(text, "study definition");
}

std::string default_study_name(const StudyDefinition& definition) {
  std::string name;
  for (const SetIdentity& set : definition.sets) name += (name.empty() ? "" : "+") + set.name;
  const std::string network = definition.network.layers.empty() ? definition.network.name : "custom";
  return name + "-" + network + "-" + digest_of(to_text(definition)).substr(0, 6);
}

std::string to_text(const StudyPlan& plan) { return Json(plan).dump(); }

StudyPlan plan_from_text(const std::string& text) { return from_text<StudyPlan>(text, "study plan"); }

}  // namespace etalon
