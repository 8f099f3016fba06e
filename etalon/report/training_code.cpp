#include "etalon/report/training_code.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/text.h"

namespace etalon::report {
namespace {

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

std::string factor_expression(const ScheduleSpec& spec) {
  if (spec.name == "step")
    return fmt::format("{} ** math.floor((since + 0.5) / ({} * steps_per_epoch))", shortest(spec.factor),
                       shortest(spec.step_epochs));
  if (spec.name == "exponential") return shortest(spec.factor) + " ** (since / steps_per_epoch)";
  if (spec.name == "cosine") return "0.5 * (1 + math.cos(math.pi * since / span)) if since < span else 0.0";
  return "1.0";
}

/// Lines of initialize() that draw `module.weight`, with fan_in and fan_out at hand, and set its bias.
std::string start_lines(const std::string& initializer) {
  const bool glorot = initializer.starts_with("glorot"), torchs = initializer == "torch";
  const std::string fan = glorot ? "(fan_in + fan_out)" : "fan_in";
  std::string draw = fmt::format("nn.init.normal_(module.weight, 0.0, math.sqrt(2 / {}))", fan);
  if (torchs || initializer.ends_with("-uniform")) {
    draw = fmt::format("bound = math.sqrt({} / {})\n", torchs ? 1 : 6, fan);
    draw += "            nn.init.uniform_(module.weight, -bound, bound)";
  }
  return "            " + draw + "\n            if module.bias is not None:\n                " +
         (torchs ? "nn.init.uniform_(module.bias, -bound, bound)" : "nn.init.zeros_(module.bias)") + "\n";
}

}  // namespace

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
  if (spec.name == "nesterov" && spec.momentum > 0) text += ", nesterov=True";  // PyTorch refuses it without
  if (spec.weight_decay > 0) text += ", weight_decay=" + shortest(spec.weight_decay);
  return text + ")";
}

std::string initialize_code(const std::string& initializer) {
  const bool glorot = initializer.starts_with("glorot");
  return fmt::format(R"py(

def initialize(model):
    """Starts the model as the study did: {}."""
    for name, module in model.named_modules():
        if isinstance(module, BATCH_NORMS):
            module.reset_parameters()  # scale 1, shift 0, running mean 0, running variance 1
        elif isinstance(module, WEIGHTED):
            fan_in = module.weight[0].numel()  # what one output sees
{}{}        elif any(True for _ in module.parameters(recurse=False)):
            raise ValueError(f"layer {{name!r}} ({{type(module).__name__}}) is of no kind that the study had: call "
                             "initialize() on the other parts of the model, and start this one yourself")
    return model
)py",
                     initializer == "torch"
                         ? "PyTorch's own default for convolutions and linear layers, written out"
                         : "initializer '" + initializer + "', not PyTorch's own default",
                     glorot ? "            fan_out = len(module.weight) * module.weight[0, 0].numel()\n" : "",
                     start_lines(initializer));
}

std::string criterion_code(const std::string& label_smoothing) {
  if (label_smoothing.empty()) return "";
  return fmt::format(R"py(

def criterion():
    """The training loss of the study. Validation and test losses are nn.CrossEntropyLoss() as it is."""
    return nn.CrossEntropyLoss(label_smoothing={})
)py",
                     label_smoothing);
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

std::string scheduler_code(const ScheduleSpec& spec, std::uint32_t epochs) {
  if (spec.name == "constant" && spec.warmup_epochs == 0) return "";
  return fmt::format(
      R"py(

def scheduler(optimizer, steps_per_epoch):
    """The schedule of the study, over {}; call step() after every minibatch."""
    warmup = math.floor({} * steps_per_epoch + 0.5)
{}
    def factor(step):
        if step < warmup:
            return (step + 1) / warmup
        since = step - warmup
        return {}

    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
)py",
      counted(epochs, "epoch"), shortest(spec.warmup_epochs),
      spec.name == "cosine" ? fmt::format("    span = {} * steps_per_epoch - warmup\n", epochs) : "",
      factor_expression(spec));
}

}  // namespace etalon::report
