#include "etalon/storage/facts_text.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

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
  json.at("name").get_to(set.name);
  json.at("source").get_to(set.source);
  json.at("channels").get_to(set.channels);
  json.at("height").get_to(set.height);
  json.at("width").get_to(set.width);
  json.at("classes").get_to(set.classes);
  json.at("training_samples").get_to(set.training_samples);
  json.at("validation_samples").get_to(set.validation_samples);
  json.at("test_samples").get_to(set.test_samples);
  set.label_entropy = number(json.at("label_entropy"));
  set.chance = number(json.at("chance"));
  json.at("classes_by_name").get_to(set.classes_by_name);
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
  json.at("set").get_to(network.set);
  json.at("parameters").get_to(network.parameters);
  for (const Json& layer : json.at("layers"))
    network.layers.push_back(
        {layer.at("text").get<std::string>(), layer.at("output_shape").get<std::string>(),
         layer.at("parameters").get<std::uint64_t>(), layer.at("group").get<std::string>()});
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
  json.at("processor").get_to(machine.processor);
  json.at("threads").get_to(machine.threads);
  json.at("instruction_set").get_to(machine.instruction_set);
  json.at("numeric_class").get_to(machine.numeric_class);
  json.at("etalon_version").get_to(machine.etalon_version);
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
    for (const Json& set : json.at("sets")) study.sets.push_back(set_from_json(set));
    for (const Json& network : json.at("networks")) study.networks.push_back(network_from_json(network));
    study.machine = machine_from_json(json.at("machine"));
    json.at("command").get_to(study.command);
    if (json.contains("asked"))  // studies of older versions don't say
      for (const Json& plan : json.at("asked"))
        study.asked.push_back(plan_from_text(plan.get<std::string>()));
  } catch (const std::exception& error) {
    throw Failure({"facts of study '" + study.name + "'", error.what(), "the text that a store keeps",
                   "the store may be damaged"});
  }
}

bool has_same_request(const StudySnapshot& a, const StudySnapshot& b) {
  return a.plan == b.plan && a.planned_trials == b.planned_trials && facts_to_text(a) == facts_to_text(b);
}

}  // namespace etalon
