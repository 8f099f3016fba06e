#include "etalon/report/snippet.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"
#include "etalon/report/training_code.h"
#include "etalon/study/hyperparameters.h"

namespace etalon::report {
namespace {

/// What PyTorch takes for each of its parameter groups, and is varied.
struct GroupOption {
  const char* key;  ///< as PyTorch calls it
  std::vector<double> Hyperparameters::*numbers;
};

/// PyTorch reads it of each group; the optimizer as a whole would refuse it with a momentum of 0.
bool is_nesterov_of_groups(const StudyView& view) {
  return view.varies(Quantity::momentum) && view.study().definition.training.optimizer.name == "nesterov";
}

/// The optimizer without what each group has of its own.
OptimizerSpec optimizer_beside_groups(const StudyView& view) {
  OptimizerSpec spec = view.study().definition.training.optimizer;
  if (is_nesterov_of_groups(view)) spec.name = "momentum";
  return spec;
}

std::vector<GroupOption> group_options(const StudyView& view) {
  std::vector<GroupOption> options;
  if (view.varies(Quantity::momentum)) options.push_back({"momentum", &Hyperparameters::momentum});
  if (view.varies(Quantity::weight_decay))
    options.push_back({"weight_decay", &Hyperparameters::weight_decay});
  return options;
}

/// A setting as a Python value.
using Literal = std::string (*)(const Setting& setting, const StudyView& view);

std::string eta_literal(const Setting& setting, const StudyView& view) {
  std::vector<std::string> entries;
  for (std::size_t group = 0; group < view.groups().size(); ++group)
    entries.push_back(quoted_literal(view.groups()[group].name) + ": " +
                      value_text(setting.values.at(group)));
  return "{" + join(entries, ", ") + "}";
}

/// What a parameter group has beside its lr: {"conv": {"momentum": 0.9}, "full": {"momentum": 0.8}}
std::string options_literal(const Setting& setting, const StudyView& view) {
  const Hyperparameters numbers = hyperparameters_of(view.study().definition, setting);
  std::vector<std::string> groups;
  for (std::size_t group = 0; group < view.groups().size(); ++group) {
    std::vector<std::string> options;
    for (const GroupOption& option : group_options(view))
      options.push_back(
          fmt::format("\"{}\": {}", option.key, value_text((numbers.*option.numbers).at(group))));
    if (is_nesterov_of_groups(view)) options.emplace_back("\"nesterov\": True");
    groups.push_back(
        fmt::format("{}: {{{}}}", quoted_literal(view.groups()[group].name), join(options, ", ")));
  }
  return "{" + join(groups, ", ") + "}";
}

std::string smoothing_literal(const Setting& setting, const StudyView& view) {
  return value_text(hyperparameters_of(view.study().definition, setting).label_smoothing);
}

std::string batch_literal(const Setting& setting, const StudyView& view) {
  return std::to_string(hyperparameters_of(view.study().definition, setting).batch);
}

/// NAME = the recommendation, and NAME_BY_SET.
std::string literal_table(const StudyView& view, const std::string& name, const std::string& words,
                          Literal literal) {
  const auto of = [&](const std::optional<Setting>& setting) {
    return setting ? literal(*setting, view) : "None";
  };
  std::string text =
      fmt::format("{} = {}  # {}\n{}_BY_SET = {{\n", name, of(setting_to_use(view)), words, name);
  for (const SetView& set : view.sets())
    text += fmt::format("    {}: {},\n", quoted_literal(set.facts->name),
                        of(set.recommendation ? set.recommendation->setting : std::nullopt));
  return text + "}\n";
}

std::string setting_tables(const StudyView& view) {
  std::string text = literal_table(view, "ETA", "the recommendation", eta_literal);
  if (!group_options(view).empty())
    text += literal_table(view, "OPTIONS", "what else it says of each group", options_literal);
  if (view.varies(Quantity::label_smoothing))
    text += literal_table(view, "LABEL_SMOOTHING", "of its training loss", smoothing_literal);
  if (view.varies(Quantity::batch))
    text += literal_table(view, "BATCH", "samples of a minibatch", batch_literal);
  return text;
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


def parameter_groups(model, eta=ETA@PARAMETER@):
    """One parameter group a layer group, each with its own lr. Every trainable parameter is in exactly one."""
    if eta is None:
        raise ValueError("no eta to use: every run diverged; search lower etas")
    groups = [{"params": [], "lr": eta[name], "name": name@OPTIONS@} for name in SELECTORS]
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

/// grouping_code, with the options of groups where there are any.
std::string parameter_groups_code(const StudyView& view) {
  std::string code = grouping_code;
  const bool options = !group_options(view).empty();
  const auto put = [&](const std::string& mark, const std::string& text) {
    code.replace(code.find(mark), mark.size(), options ? text : "");
  };
  put("@PARAMETER@", ", options=OPTIONS");
  put("@OPTIONS@", ", **options[name]");
  return code;
}

std::string optimizer_code(const StudyView& view) {
  const bool options = !group_options(view).empty();
  return fmt::format(
      "\n\ndef optimizer(model, eta=ETA{}):\n    \"\"\"The optimizer of the study.\"\"\"\n    return {}\n",
      options ? ", options=OPTIONS" : "",
      optimizer_call(optimizer_beside_groups(view),
                     options ? "parameter_groups(model, eta, options)" : "parameter_groups(model, eta)"));
}

/// "0.9", or {conv = [0.9], full = [0.8]} where groups differ.
std::string toml_numbers(const std::vector<double>& numbers, const StudyView& view) {
  if (std::ranges::count(numbers, numbers.front()) == std::ssize(numbers)) return value_text(numbers.front());
  std::vector<std::string> entries;
  for (std::size_t group = 0; group < numbers.size(); ++group)
    entries.push_back(
        fmt::format("{} = [{}]", toml_key(view.groups()[group].name), value_text(numbers[group])));
  return "{" + join(entries, ", ") + "}";
}

/// What differs from a study file's defaults; the initializer always, as its default has changed before.
std::string training_lines(const StudyView& view, const Hyperparameters& numbers) {
  const TrainingSpec& training = view.study().definition.training;
  const auto line = [](const std::string& key, const std::string& value) {
    return key + " = " + value + "\n";
  };
  const OptimizerSpec& optimizer = training.optimizer;
  std::string text = line("optimizer", quoted_literal(optimizer.name));
  if (uses_momentum(optimizer)) text += line("momentum", toml_numbers(numbers.momentum, view));
  if (optimizer.name.starts_with("adam"))
    text += line("beta1", shortest(optimizer.beta1)) + line("beta2", shortest(optimizer.beta2)) +
            line("epsilon", shortest(optimizer.epsilon));
  if (std::ranges::any_of(numbers.weight_decay, [](double decay) { return decay > 0; }))
    text += line("weight_decay", toml_numbers(numbers.weight_decay, view));
  if (numbers.label_smoothing > 0) text += line("label_smoothing", shortest(numbers.label_smoothing));
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
      "\n\"\"\"\nimport math\n\nimport torch\nfrom torch import nn\n\n" + setting_tables(view);
  text +=
      "\n# Which layers belong to a group: a kind, a position (from 1, over layers with parameters but batch "
      "norms), or a name.\n";
  const bool smoothed = training.label_smoothing > 0;
  const std::string smoothing = view.varies(Quantity::label_smoothing) ? "LABEL_SMOOTHING"
                                : smoothed                             ? shortest(training.label_smoothing)
                                                                       : "";
  return text + selector_table(view) + parameter_groups_code(view) + initialize_code(training.initializer) +
         optimizer_code(view) + criterion_code(smoothing) + augmentation_code(definition.augmentation) +
         scheduler_code(training.schedule, epochs_of(view.study()));
}

std::optional<std::string> short_snippet(const StudyView& view) {
  const auto setting = setting_to_use(view);
  if (!setting || has_batch_norm(view)) return std::nullopt;
  const Hyperparameters numbers = hyperparameters_of(view.study().definition, *setting);
  std::vector<std::string> groups;
  for (std::size_t group = 0; group < view.groups().size(); ++group) {
    const auto& selectors = view.groups()[group].selectors;
    if (selectors != std::vector<std::string>{"conv"} && selectors != std::vector<std::string>{"dense"})
      return std::nullopt;
    std::string options;
    for (const GroupOption& option : group_options(view))
      options += fmt::format(", \"{}\": {}", option.key, value_text((numbers.*option.numbers).at(group)));
    if (is_nesterov_of_groups(view)) options += ", \"nesterov\": True";
    groups.push_back(
        fmt::format("    {{\"params\": [p for m in model.modules() if isinstance(m, {}) for p in "
                    "m.parameters()], \"lr\": {}{}}},",
                    selectors.front() == "conv" ? "torch.nn.Conv2d" : "torch.nn.Linear",
                    value_text(numbers.eta.at(group)), options));
  }
  const TrainingSpec& training = view.study().definition.training;
  const std::string start =
      training.initializer == "torch"
          ? ""
          : "# The study started from initializer '" + training.initializer +
                "', PyTorch's layers do not: initialize(model) of parameter_groups.py first.\n";
  std::string rest;
  if (view.varies(Quantity::label_smoothing))
    rest += fmt::format("criterion = torch.nn.CrossEntropyLoss(label_smoothing={})\n",
                        value_text(numbers.label_smoothing));
  if (view.varies(Quantity::batch)) rest += fmt::format("# minibatches of {} samples\n", numbers.batch);
  return start +
         "optimizer = " + optimizer_call(optimizer_beside_groups(view), "[\n" + join(groups, "\n") + "\n]") +
         "\n" + rest;
}

std::string study_file_lines(const StudyView& view) {
  const StudyDefinition& definition = view.study().definition;
  const auto setting = setting_to_use(view);
  Hyperparameters numbers{{},
                          {definition.training.optimizer.momentum},
                          {definition.training.optimizer.weight_decay},
                          definition.training.label_smoothing,
                          definition.batch};
  if (setting) numbers = hyperparameters_of(definition, *setting);
  std::string text = "[training]\n" + training_lines(view, numbers);
  if (setting && view.varies(Quantity::batch)) text += fmt::format("\n[study]\nbatch = {}\n", numbers.batch);
  std::vector<std::string> steps;
  for (const std::string& step : definition.augmentation) steps.push_back(quoted_literal(step));
  if (!steps.empty()) text += "\n[data]\naugment = [" + join(steps, ", ") + "]\n";
  if (!setting) return text;
  std::vector<std::string> entries;
  const bool lists = view.has_further_axes();  // a setting would name their values, too
  for (std::size_t group = 0; group < view.groups().size(); ++group)
    entries.push_back(fmt::format("{} = {}{}{}", toml_key(view.groups()[group].name), lists ? "[" : "",
                                  value_text(numbers.eta.at(group)), lists ? "]" : ""));
  if (lists) return text + "\n[eta]\n" + join(entries, "\n") + "\n";
  return text + "\n[eta]\nsettings = [{" + join(entries, ", ") + "}]\n";
}

}  // namespace etalon::report
