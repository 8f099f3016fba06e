#include "etalon/report/snippet.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"
#include "etalon/report/training_code.h"

namespace etalon::report {
namespace {

std::string dictionary(const std::optional<Setting>& setting, const StudyView& view) {
  if (!setting) return "None";
  std::vector<std::string> entries;
  for (std::size_t group = 0; group < view.groups().size(); ++group)
    entries.push_back(quoted_literal(view.groups()[group].name) + ": " + eta_text(setting->eta.at(group)));
  return "{" + join(entries, ", ") + "}";
}

std::string eta_table(const StudyView& view) {
  std::string text = fmt::format("ETA = {}  # the recommendation\n", dictionary(setting_to_use(view), view));
  text += "ETA_BY_SET = {\n";
  for (const SetView& set : view.sets())
    text += fmt::format("    {}: {},\n", quoted_literal(set.facts->name),
                        dictionary(set.recommendation ? set.recommendation->setting : std::nullopt, view));
  return text + "}\n";
}

std::string selector_table(const StudyView& view) {
  std::string text = "SELECTORS = {\n";
  for (const LayerGroup& group : view.groups()) {
    std::vector<std::string> selectors;
    for (const std::string& selector : group.selectors) selectors.push_back(quoted_literal(selector));
    text += fmt::format("    {}: [{}],\n", quoted_literal(group.name), join(selectors, ", "));
  }
  return text + "}\n";
}

std::string toml_key(const std::string& name) {
  const bool bare = !name.empty() && slug(name) == name && name.find('.') == std::string::npos;
  return bare ? name : quoted_literal(name);
}

const char* const grouping_code = R"py(
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
WEIGHTED = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)


def _selects(selector, name, module, position):
    if selector.startswith("#"):
        return int(selector[1:]) == position
    if selector.startswith("label:"):
        return name == selector[6:] or name.endswith("." + selector[6:])
    kinds = {"conv": (nn.Conv1d, nn.Conv2d, nn.Conv3d), "dense": (nn.Linear,), "batchnorm": BATCH_NORMS}
    return isinstance(module, kinds[selector])


def parameter_groups(model, eta=ETA):
    """One parameter group a layer group, each with its own lr. Every trainable parameter is in exactly one."""
    if eta is None:
        raise ValueError("no eta to use: every run diverged; search lower etas")
    groups = [{"params": [], "lr": eta[name], "name": name} for name in SELECTORS]
    position, home = 0, None
    for name, module in model.named_modules():
        parameters = [p for p in module.parameters(recurse=False) if p.requires_grad]
        if not parameters:
            continue
        follows = isinstance(module, BATCH_NORMS)  # unless selected, the layer before it; it has no position
        position += not follows
        homes = [group for group in groups
                 if any(_selects(s, name, module, None if follows else position) for s in SELECTORS[group["name"]])]
        if follows and not homes and home:
            homes = [home]
        if len(homes) != 1:
            raise ValueError(f"layer {name!r} ({type(module).__name__}) is in {len(homes)} groups, expected one: "
                             "extend SELECTORS, or give its parameters a group of your own")
        homes[0]["params"] += parameters
        home = home if follows else homes[0]
    return groups
)py";

std::string optimizer_code(const StudyView& view) {
  return "\n\ndef optimizer(model, eta=ETA):\n    \"\"\"The optimizer of the study.\"\"\"\n    return " +
         optimizer_call(view.study().definition.training.optimizer, "parameter_groups(model, eta)") + "\n";
}

/// What differs from a study file's defaults; the initializer always, as its default has changed before.
std::string training_lines(const TrainingSpec& training) {
  const auto line = [](const std::string& key, const std::string& value) {
    return key + " = " + value + "\n";
  };
  const OptimizerSpec& optimizer = training.optimizer;
  std::string text = line("optimizer", quoted_literal(optimizer.name));
  if (optimizer.name == "momentum" || optimizer.name == "nesterov")
    text += line("momentum", shortest(optimizer.momentum));
  if (optimizer.name.starts_with("adam"))
    text += line("beta1", shortest(optimizer.beta1)) + line("beta2", shortest(optimizer.beta2)) +
            line("epsilon", shortest(optimizer.epsilon));
  if (optimizer.weight_decay > 0) text += line("weight_decay", shortest(optimizer.weight_decay));
  if (training.label_smoothing > 0) text += line("label_smoothing", shortest(training.label_smoothing));
  text += line("initializer", quoted_literal(training.initializer));
  const ScheduleSpec& schedule = training.schedule;
  if (schedule.name != "constant") text += line("schedule", quoted_literal(schedule.name));
  if (schedule.name == "step") text += line("step_epochs", shortest(schedule.step_epochs));
  if (schedule.name == "step" || schedule.name == "exponential")
    text += line("factor", shortest(schedule.factor));
  if (schedule.warmup_epochs > 0) text += line("warmup", shortest(schedule.warmup_epochs));
  return text;
}

/// The short snippet finds parameters by kind alone and would miss those that follow another layer.
bool has_batch_norm(const StudyView& view) {
  for (const NetworkFacts& network : view.study().networks)
    for (const LayerFacts& layer : network.layers)
      if (layer.text.starts_with("batchnorm")) return true;
  return false;
}

}  // namespace

std::optional<Setting> setting_to_use(const StudyView& view) {
  if (const auto& overall = view.judgement().overall; overall && overall->setting) return overall->setting;
  for (const SetView& set : view.sets())
    if (set.recommendation && set.recommendation->setting) return set.recommendation->setting;
  return std::nullopt;
}

std::string parameter_groups_py(const StudyView& view) {
  const StudyDefinition& definition = view.study().definition;
  const TrainingSpec& training = definition.training;
  std::string study = view.study().name;
  std::erase_if(study, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' '; });
  std::string text =
      "\"\"\"PyTorch parameter groups with the learning rates that Etalon recommends.\n\nStudy: " + study +
      "\n\"\"\"\nimport math\n\nimport torch\nfrom torch import nn\n\n" + eta_table(view);
  text +=
      "\n# Which layers belong to a group: a kind, a position (from 1, over layers with parameters but batch "
      "norms), or a name.\n";
  return text + selector_table(view) + grouping_code + initialize_code(training.initializer) +
         optimizer_code(view) + criterion_code(training.label_smoothing) +
         augmentation_code(definition.augmentation) +
         scheduler_code(training.schedule, epochs_of(view.study()));
}

std::optional<std::string> short_snippet(const StudyView& view) {
  const auto setting = setting_to_use(view);
  if (!setting || has_batch_norm(view)) return std::nullopt;
  std::vector<std::string> groups;
  for (std::size_t group = 0; group < view.groups().size(); ++group) {
    const auto& selectors = view.groups()[group].selectors;
    if (selectors != std::vector<std::string>{"conv"} && selectors != std::vector<std::string>{"dense"})
      return std::nullopt;
    groups.push_back(
        fmt::format("    {{\"params\": [p for m in model.modules() if isinstance(m, {}) for p in "
                    "m.parameters()], \"lr\": {}}},",
                    selectors.front() == "conv" ? "torch.nn.Conv2d" : "torch.nn.Linear",
                    eta_text(setting->eta.at(group))));
  }
  const TrainingSpec& training = view.study().definition.training;
  const std::string start =
      training.initializer == "torch"
          ? ""
          : "# The study started from initializer '" + training.initializer +
                "', PyTorch's layers do not: initialize(model) of parameter_groups.py first.\n";
  return start + "optimizer = " + optimizer_call(training.optimizer, "[\n" + join(groups, "\n") + "\n]") +
         "\n";
}

std::string study_file_lines(const StudyView& view) {
  std::string text = "[training]\n" + training_lines(view.study().definition.training);
  std::vector<std::string> steps;
  for (const std::string& step : view.study().definition.augmentation) steps.push_back(quoted_literal(step));
  if (!steps.empty()) text += "\n[data]\naugment = [" + join(steps, ", ") + "]\n";
  const auto setting = setting_to_use(view);
  if (!setting) return text;
  std::vector<std::string> entries;
  for (std::size_t group = 0; group < view.groups().size(); ++group)
    entries.push_back(toml_key(view.groups()[group].name) + " = " + eta_text(setting->eta.at(group)));
  return text + "\n[eta]\nsettings = [{" + join(entries, ", ") + "}]\n";
}

}  // namespace etalon::report
