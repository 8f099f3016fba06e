#include "etalon/report/snippet.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/markup.h"
#include "etalon/report/words.h"

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

/// "torch.optim.SGD(groups, momentum=0.9, nesterov=True)"
std::string optimizer_call(const OptimizerSpec& spec, const std::string& groups) {
  std::string text = "torch.optim.";
  if (spec.name == "adam" || spec.name == "adamw") {
    text += fmt::format("{}({}, betas=({}, {}), eps={}", spec.name == "adam" ? "Adam" : "AdamW", groups,
                        shortest(spec.beta1), shortest(spec.beta2), shortest(spec.epsilon));
    // AdamW's own default is 0.01.
    if (spec.name == "adamw" || spec.weight_decay > 0)
      text += ", weight_decay=" + shortest(spec.weight_decay);
    return text + ")";
  }
  text += "SGD(" + groups;
  if (spec.name != "sgd") text += ", momentum=" + shortest(spec.momentum);
  if (spec.name == "nesterov") text += ", nesterov=True";
  if (spec.weight_decay > 0) text += ", weight_decay=" + shortest(spec.weight_decay);
  return text + ")";
}

std::string toml_key(const std::string& name) {
  const bool bare = !name.empty() && slug(name) == name && name.find('.') == std::string::npos;
  return bare ? name : quoted_literal(name);
}

const char* const grouping_code = R"py(
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


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

std::string criterion_code(double label_smoothing) {
  if (label_smoothing == 0) return "";
  return fmt::format(R"py(

def criterion():
    """The training loss of the study. Validation and test losses are nn.CrossEntropyLoss() as it is."""
    return nn.CrossEntropyLoss(label_smoothing={})
)py",
                     shortest(label_smoothing));
}

/// The torchvision transforms that do the same as one step; other random numbers, of course.
std::string transforms_of(const std::string& step) {
  const std::string distance = step.substr(std::min(step.size(), step.find(' ') + 1));
  if (step.starts_with("shift"))
    return fmt::format(
        "        transforms.Pad({}, padding_mode=\"edge\"), transforms.RandomCrop((height, width)),\n",
        distance);
  if (step.starts_with("crop"))
    return fmt::format("        transforms.RandomCrop((height, width), padding={}),\n", distance);
  return "        transforms.RandomHorizontalFlip(),\n";
}

std::string augmentation_code(const std::vector<std::string>& steps) {
  if (steps.empty()) return "";
  std::string lines;
  for (const std::string& step : steps) lines += transforms_of(step);
  return fmt::format(R"py(

def augmentation(height, width):
    """The study's changes to training images alone, before they are normalized."""
    from torchvision import transforms
    return transforms.Compose([
{}    ])
)py",
                     lines);
}

std::string factor_expression(const ScheduleSpec& spec, std::uint32_t epochs) {
  if (spec.name == "step")
    return fmt::format("{} ** math.floor((since + 0.5) / ({} * steps_per_epoch))", shortest(spec.factor),
                       shortest(spec.step_epochs));
  if (spec.name == "exponential") return shortest(spec.factor) + " ** (since / steps_per_epoch)";
  if (spec.name == "cosine")
    return fmt::format("0.5 * (1 + math.cos(math.pi * min(1.0, since / ({} * steps_per_epoch - warmup))))",
                       epochs);
  return "1.0";
}

/// The same factor on every eta as in the study; to be stepped after each minibatch.
std::string scheduler_code(const StudyDefinition& definition) {
  const ScheduleSpec& spec = definition.training.schedule;
  if (spec.name == "constant" && spec.warmup_epochs == 0) return "";
  return fmt::format(R"py(

def scheduler(optimizer, steps_per_epoch):
    """The schedule of the study, over {}; call step() after every minibatch."""
    warmup = math.floor({} * steps_per_epoch + 0.5)

    def factor(step):
        if step < warmup:
            return (step + 1) / warmup
        since = step - warmup
        return {}

    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
)py",
                     counted(definition.epochs, "epoch"), shortest(spec.warmup_epochs),
                     factor_expression(spec, definition.epochs));
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
  const std::string schedule = scheduler_code(view.study().definition);
  std::string study = view.study().name;
  std::erase_if(study, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' '; });
  std::string text =
      "\"\"\"PyTorch parameter groups with the learning rates that Etalon recommends.\n\nStudy: " + study +
      "\n\"\"\"\n";
  if (!schedule.empty()) text += "import math\n\n";
  text += "import torch\nfrom torch import nn\n\n" + eta_table(view);
  text +=
      "\n# Which layers belong to a group: a kind, a position (from 1, over layers with parameters but batch "
      "norms), or a name.\n";
  return text + selector_table(view) + grouping_code + optimizer_code(view) +
         criterion_code(view.study().definition.training.label_smoothing) +
         augmentation_code(view.study().definition.augmentation) + schedule;
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
  return "optimizer = " +
         optimizer_call(view.study().definition.training.optimizer, "[\n" + join(groups, "\n") + "\n]") +
         "\n";
}

std::string study_file_lines(const StudyView& view) {
  const TrainingSpec& training = view.study().definition.training;
  std::string text = "[training]\noptimizer = " + quoted_literal(training.optimizer.name) + "\n";
  if (training.optimizer.name == "momentum" || training.optimizer.name == "nesterov")
    text += "momentum = " + shortest(training.optimizer.momentum) + "\n";
  if (training.optimizer.weight_decay > 0)
    text += "weight_decay = " + shortest(training.optimizer.weight_decay) + "\n";
  if (training.label_smoothing > 0) text += "label_smoothing = " + shortest(training.label_smoothing) + "\n";
  text += "initializer = " + quoted_literal(training.initializer) + "\n";
  if (training.schedule.name != "constant")
    text += "schedule = " + quoted_literal(training.schedule.name) + "\n";
  if (training.schedule.warmup_epochs > 0)
    text += "warmup = " + shortest(training.schedule.warmup_epochs) + "\n";
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
