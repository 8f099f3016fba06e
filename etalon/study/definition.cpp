#include "etalon/study/definition.h"

#include <nlohmann/json.hpp>

#include "etalon/base/digest.h"
#include "etalon/base/error.h"
#include "etalon/study/fields.h"

// nlohmann::json keeps keys sorted and writes doubles so that they read back to the same bits: the texts are
// canonical.
namespace etalon {

using Json = nlohmann::json;

void to_json(Json& json, const Setting& setting) { json = setting.values; }
void from_json(const Json& json, Setting& setting) { json.get_to(setting.values); }

void to_json(Json& json, const LayerGroup& group) {
  json = {{"name", group.name}, {"selectors", group.selectors}};
}
void from_json(const Json& json, LayerGroup& group) {
  Fields(json, "layer group").require("name", group.name).require("selectors", group.selectors).end();
}

void to_json(Json& json, const Axis& axis) {
  json = {{"quantity", traits_of(axis.quantity).key}};
  if (!axis.group.empty()) json["group"] = axis.group;
}
void from_json(const Json& json, Axis& axis) {
  std::string key;
  Fields(json, "axis").require("quantity", key).read("group", axis.group).end();
  for (const QuantityTraits& traits : all_quantities())
    if (traits.key == key) {
      axis.quantity = traits.quantity;
      return;
    }
  throw Failure({"axis", "the unknown quantity '" + key + "'", "one that this program knows",
                 "a newer Etalon may have written it, or the store is damaged"});
}

void to_json(Json& json, const SearchSpace& space) {
  json = {{"values", space.values}, {"settings", space.settings}};
}
void from_json(const Json& json, SearchSpace& space) {
  Fields(json, "search space").read("values", space.values).read("settings", space.settings).end();
}

void to_json(Json& json, const NetworkSpec& network) {
  json = {{"name", network.name}, {"layers", network.layers}};
}
void from_json(const Json& json, NetworkSpec& network) {
  Fields(json, "network").require("name", network.name).read("layers", network.layers).end();
}

void to_json(Json& json, const OptimizerSpec& optimizer) {
  json = {{"name", optimizer.name},       {"momentum", optimizer.momentum},
          {"beta1", optimizer.beta1},     {"beta2", optimizer.beta2},
          {"epsilon", optimizer.epsilon}, {"weight_decay", optimizer.weight_decay}};
}
void from_json(const Json& json, OptimizerSpec& optimizer) {
  Fields(json, "optimizer")
      .require("name", optimizer.name)
      .read("momentum", optimizer.momentum)
      .read("beta1", optimizer.beta1)
      .read("beta2", optimizer.beta2)
      .read("epsilon", optimizer.epsilon)
      .read("weight_decay", optimizer.weight_decay)
      .end();
}

void to_json(Json& json, const ScheduleSpec& schedule) {
  json = {{"name", schedule.name},
          {"warmup_epochs", schedule.warmup_epochs},
          {"step_epochs", schedule.step_epochs},
          {"factor", schedule.factor}};
}
void from_json(const Json& json, ScheduleSpec& schedule) {
  Fields(json, "schedule")
      .require("name", schedule.name)
      .read("warmup_epochs", schedule.warmup_epochs)
      .read("step_epochs", schedule.step_epochs)
      .read("factor", schedule.factor)
      .end();
}

/// What a study left out when its kind was not yet known stays out: old definitions keep their text and name.
void to_json(Json& json, const TrainingSpec& training) {
  json = {{"optimizer", training.optimizer},
          {"schedule", training.schedule},
          {"initializer", training.initializer}};
  if (training.label_smoothing != 0) json["label_smoothing"] = training.label_smoothing;
}

void from_json(const Json& json, TrainingSpec& training) {
  Fields(json, "training")
      .require("optimizer", training.optimizer)
      .read("schedule", training.schedule)
      .read("initializer", training.initializer)
      .read("label_smoothing", training.label_smoothing)
      .end();
}

void to_json(Json& json, const SetIdentity& set) {
  json = {{"name", set.name}, {"fingerprint", set.fingerprint}};
}
void from_json(const Json& json, SetIdentity& set) {
  Fields(json, "set").require("name", set.name).require("fingerprint", set.fingerprint).end();
}

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
  if (!definition.axes.empty()) json["axes"] = definition.axes;
  if (!definition.augmentation.empty()) json["augmentation"] = definition.augmentation;
}

void from_json(const Json& json, StudyDefinition& definition) {
  Fields(json, "study definition")
      .require("sets", definition.sets)
      .require("network", definition.network)
      .require("groups", definition.groups)
      .require("training", definition.training)
      .require("numerics_version", definition.numerics_version)
      .read("batch", definition.batch)
      .read("samples", definition.samples)
      .read("validation", definition.validation)
      .read("epochs", definition.epochs)
      .read("study_seed", definition.study_seed)
      .read("augmentation", definition.augmentation)
      .read("axes", definition.axes)
      .end();
}

/// What came later is written where it was asked for, so that old plans keep their text.
void to_json(Json& json, const ChoiceRules& rules) {
  json = {{"speed_weight", rules.speed_weight}, {"divergence_limit", rules.divergence_limit}};
  json["target_loss"] = rules.target_loss ? Json(*rules.target_loss) : Json();
  json["target_accuracy"] = rules.target_accuracy ? Json(*rules.target_accuracy) : Json();
  if (rules.current) json["current"] = *rules.current;
}

void from_json(const Json& json, ChoiceRules& rules) {
  Fields(json, "rules of choice")
      .read("speed_weight", rules.speed_weight)
      .read("divergence_limit", rules.divergence_limit)
      .read("target_loss", rules.target_loss)
      .read("target_accuracy", rules.target_accuracy)
      .read("current", rules.current)
      .end();
}

/// As above: a plan without what came later keeps its text.
void to_json(Json& json, const StudyPlan& plan) {
  json = {{"space", plan.space},
          {"strategy", plan.strategy},
          {"trials", plan.trials},
          {"seeds", plan.seeds},
          {"choice", plan.choice}};
  if (plan.epochs != 0) json["epochs"] = plan.epochs;
  if (plan.refine) json["refine"] = true;
  if (plan.confirmation != 0) json["confirmation"] = plan.confirmation;
}

void from_json(const Json& json, StudyPlan& plan) {
  Fields(json, "study plan")
      .require("space", plan.space)
      .read("strategy", plan.strategy)
      .read("trials", plan.trials)
      .read("epochs", plan.epochs)
      .read("seeds", plan.seeds)
      .read("choice", plan.choice)
      .read("refine", plan.refine)
      .read("confirmation", plan.confirmation)
      .end();
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

std::vector<Axis> axes_of(const std::vector<LayerGroup>& groups, const std::vector<Axis>& further) {
  std::vector<Axis> axes;
  for (const LayerGroup& group : groups) axes.push_back({Quantity::eta, group.name});
  axes.insert(axes.end(), further.begin(), further.end());
  return axes;
}

std::vector<Axis> axes_of(const StudyDefinition& definition) {
  return axes_of(definition.groups, definition.axes);
}

std::string to_text(const StudyDefinition& definition) { return Json(definition).dump(); }

StudyDefinition definition_from_text(const std::string& text) {
  return from_text<StudyDefinition>(text, "study definition");
}

bool uses_momentum(const OptimizerSpec& optimizer) {
  return optimizer.name == "momentum" || optimizer.name == "nesterov";
}

bool can_grow(const ScheduleSpec& schedule) { return schedule.name != "cosine"; }

namespace {

/// Without what no curve depends on.
StudyDefinition identity_of(StudyDefinition definition) {
  if (can_grow(definition.training.schedule)) definition.epochs = 0;
  return definition;
}

}  // namespace

bool is_same_study(const StudyDefinition& a, const StudyDefinition& b) {
  return identity_of(a) == identity_of(b);
}

std::string default_study_name(const StudyDefinition& definition) {
  return name_with_epochs(identity_of(definition));
}

std::string name_with_epochs(const StudyDefinition& definition) {
  std::string name;
  for (const SetIdentity& set : definition.sets) name += (name.empty() ? "" : "+") + set.name;
  const std::string network = definition.network.layers.empty() ? definition.network.name : "custom";
  return name + "-" + network + "-" + digest_of(to_text(definition)).substr(0, 6);
}

std::string to_text(const StudyPlan& plan) { return Json(plan).dump(); }

StudyPlan plan_from_text(const std::string& text) { return from_text<StudyPlan>(text, "study plan"); }

}  // namespace etalon
