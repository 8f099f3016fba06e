#include "etalon/storage/facts_text.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/study/fields.h"

namespace etalon {
namespace {

using Json = nlohmann::json;

/// JSON has no NaN and no infinity: those go as text.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(shortest(value)); }

double number(const Json& json) {
  return json.is_string() ? parse_number(json.get<std::string>()).value() : json.get<double>();
}

Json to_json(const SetFacts& set) {
  return {{"name", set.name},
          {"source", set.source},
          {"channels", set.channels},
          {"height", set.height},
          {"width", set.width},
          {"classes", set.classes},
          {"training_samples", set.training_samples},
          {"validation_samples", set.validation_samples},
          {"test_samples", set.test_samples},
          {"label_entropy", number(set.label_entropy)},
          {"chance", number(set.chance)},
          {"classes_by_name", set.classes_by_name}};
}

SetFacts set_from_json(const Json& json) {
  SetFacts set;
  Json entropy, chance;
  Fields(json, "facts of a set")
      .require("name", set.name)
      .read("source", set.source)
      .require("channels", set.channels)
      .require("height", set.height)
      .require("width", set.width)
      .require("classes", set.classes)
      .require("training_samples", set.training_samples)
      .require("validation_samples", set.validation_samples)
      .require("test_samples", set.test_samples)
      .require("label_entropy", entropy)
      .require("chance", chance)
      .read("classes_by_name", set.classes_by_name)
      .end();
  set.label_entropy = number(entropy);
  set.chance = number(chance);
  return set;
}

Json to_json(const NetworkFacts& network) {
  Json layers = Json::array();
  for (const LayerFacts& layer : network.layers)
    layers.push_back({{"text", layer.text},
                      {"output_shape", layer.output_shape},
                      {"parameters", layer.parameters},
                      {"group", layer.group}});
  return {{"set", network.set}, {"parameters", network.parameters}, {"layers", layers}};
}

NetworkFacts network_from_json(const Json& json) {
  NetworkFacts network;
  std::vector<Json> layers;
  Fields(json, "facts of a network")
      .require("set", network.set)
      .require("parameters", network.parameters)
      .read("layers", layers)
      .end();
  for (const Json& one : layers) {
    LayerFacts& layer = network.layers.emplace_back();
    Fields(one, "facts of a layer")
        .read("text", layer.text)
        .read("output_shape", layer.output_shape)
        .read("parameters", layer.parameters)
        .read("group", layer.group)
        .end();
  }
  return network;
}

Json to_json(const MachineFacts& machine) {
  return {{"processor", machine.processor},
          {"threads", machine.threads},
          {"instruction_set", machine.instruction_set},
          {"numeric_class", machine.numeric_class},
          {"etalon_version", machine.etalon_version}};
}

MachineFacts machine_from_json(const Json& json) {
  MachineFacts machine;
  Fields(json, "facts of a machine")
      .read("processor", machine.processor)
      .read("threads", machine.threads)
      .read("instruction_set", machine.instruction_set)
      .read("numeric_class", machine.numeric_class)
      .read("etalon_version", machine.etalon_version)
      .skip("lanes")
      .end();
  return machine;
}

}  // namespace

std::string facts_to_text(const StudySnapshot& study) {
  Json sets = Json::array(), networks = Json::array();
  for (const SetFacts& set : study.sets) sets.push_back(to_json(set));
  for (const NetworkFacts& network : study.networks) networks.push_back(to_json(network));
  Json asked = Json::array();
  for (const StudyPlan& plan : study.asked) asked.push_back(to_text(plan));
  const Json json = {{"asked", asked},
                     {"sets", sets},
                     {"networks", networks},
                     {"machine", to_json(study.machine)},
                     {"command", study.command}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void facts_from_text(const std::string& text, StudySnapshot& study) {
  try {
    const Json json = Json::parse(text);
    std::vector<Json> sets, networks;
    std::vector<std::string> asked;
    Json machine = Json::object();
    Fields(json, "facts of a study")
        .require("sets", sets)
        .read("networks", networks)
        .read("machine", machine)
        .read("command", study.command)
        .read("asked", asked)
        .end();
    for (const Json& set : sets) study.sets.push_back(set_from_json(set));
    for (const Json& network : networks) study.networks.push_back(network_from_json(network));
    study.machine = machine_from_json(machine);
    for (const std::string& plan : asked) study.asked.push_back(plan_from_text(plan));
  } catch (const std::exception& error) {
    throw Failure({"facts of study '" + study.name + "'", error.what(), "the text that a store keeps",
                   "the store may be damaged"});
  }
}

bool has_same_request(const StudySnapshot& a, const StudySnapshot& b) {
  return a.plan == b.plan && a.planned_trials == b.planned_trials && facts_to_text(a) == facts_to_text(b);
}

}  // namespace etalon
