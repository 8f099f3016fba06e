/// Prints the golden cases as one JSON object on standard output: settings, initial weights, images, labels
/// and minibatches, made by the product's own functions. Read by make_pytorch_goldens.py.
#include <iostream>

#include <nlohmann/json.hpp>

#include "tests/golden/cases.h"

namespace etalon::golden {
namespace {

using nlohmann::json;

json optimizer_json(const OptimizerSpec& spec) {
  return {{"name", spec.name},   {"momentum", spec.momentum}, {"beta1", spec.beta1},
          {"beta2", spec.beta2}, {"epsilon", spec.epsilon},   {"weight_decay", spec.weight_decay}};
}

json schedule_json(const ScheduleSpec& spec) {
  return {{"name", spec.name},
          {"warmup_epochs", spec.warmup_epochs},
          {"step_epochs", spec.step_epochs},
          {"factor", spec.factor}};
}

json layers_json(const NetworkDescription& network) {
  json layers = json::array();
  for (const LayerDescription& layer : network.layers)
    layers.push_back({{"text", layer.text},
                      {"source", layer.source},
                      {"addend", layer.addend},
                      {"inputs", layer.input.size()},
                      {"input_channels", layer.input.channels},
                      {"outputs", layer.output.channels},
                      {"kernel", {layer.kernel_height, layer.kernel_width}},
                      {"channel_groups", layer.channel_groups},
                      {"stride", layer.stride},
                      {"padding", layer.padding},
                      {"slope", layer.parameter},
                      {"group", layer.group},
                      {"first_parameter", layer.first_parameter},
                      {"weights", layer.weights},
                      {"biases", layer.biases}});
  return layers;
}

json case_json(const GoldenCase& golden_case) {
  const GoldenInputs inputs = inputs_of(golden_case);
  return {{"file", golden_case.file},
          {"name", golden_case.name},
          {"digest", digest_of(inputs)},
          {"shape", {golden_case.shape.channels, golden_case.shape.height, golden_case.shape.width}},
          {"eta", golden_case.eta},
          {"momentum", golden_case.momentum},
          {"weight_decay", golden_case.weight_decay},
          {"optimizer", optimizer_json(golden_case.training.optimizer)},
          {"schedule", schedule_json(golden_case.training.schedule)},
          {"initializer", golden_case.training.initializer},
          {"label_smoothing", golden_case.training.label_smoothing},
          {"steps_per_epoch", steps_per_epoch},
          {"epochs", epochs},
          {"layers", layers_json(inputs.network)},
          {"weights", inputs.weights},
          {"images", inputs.images},
          {"labels", inputs.labels},
          {"batches", inputs.batches},
          {"validation_images", inputs.validation_images},
          {"validation_labels", inputs.validation_labels}};
}

}  // namespace
}  // namespace etalon::golden

int main() {
  nlohmann::json cases = nlohmann::json::array();
  for (const auto& golden_case : etalon::golden::golden_cases())
    cases.push_back(etalon::golden::case_json(golden_case));
  std::cout << nlohmann::json{{"cases", cases}} << '\n';
}
