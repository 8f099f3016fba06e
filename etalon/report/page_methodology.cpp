#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"
#include "etalon/report/page.h"
#include "etalon/search/registry.h"

namespace etalon::report {
namespace {

std::string value_list(const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double value : values) texts.push_back(value_text(value));
  return "`[" + join(texts, ", ") + "]`";
}

std::size_t trained_settings(const StudyView& view) {
  std::set<Setting> settings;
  for (const TrialRecord& trial : view.study().trials)
    if (!is_stopped(trial, view.study())) settings.insert(trial.key.setting);
  return settings.size();
}

/// Whether the plan holds more settings than its last request drew: it grew from several.
bool grew(const StudyView& view) {
  const StudyPlan& plan = view.study().plan;
  const std::size_t drawn = std::size_t{plan.trials} * plan.seeds * view.sets().size();
  return trained_settings(view) > plan.trials || view.study().planned_trials > drawn;
}

/// What a race does with the settings named before.
std::string race_lines(const StudyPlan& plan) {
  if (!strategy_traits(plan.strategy).adapts) return {};
  return fmt::format(
      "- A **race** on each data set: every setting once, then more seeds for the better half, down to two; "
      "{} on average.{}\n",
      counted(plan.seeds, "trial") + " a setting",
      plan.refine ? " Half steps between the etas join around the leaders." : "");
}

std::string list_line(const StudyView& view) {
  const StudyPlan& plan = view.study().plan;
  const std::size_t all = plan.space.settings.size(), trained = trained_settings(view);
  const char* const of_eta = view.has_further_axes() ? "" : " of `eta`";
  if (!strategy_traits(plan.strategy).draws)
    return fmt::format("- A **list of {}**{}{}.\n", counted(all, "setting"), of_eta,
                       plan.refine ? "" : ", and no others");
  if (!grew(view))
    return fmt::format("- A **{} search** of {} among a list of {}.\n", plan.strategy,
                       counted(plan.trials, "setting"), all);
  return fmt::format("- A **list of {}**{} (the last asked by {} search){}.\n", counted(all, "setting"),
                     of_eta, plan.strategy,
                     trained < all ? fmt::format("; {} of them are trained so far", trained) : "");
}

std::string search_lines(const StudyView& view) {
  const StudyPlan& plan = view.study().plan;
  if (!plan.space.settings.empty()) return list_line(view) + race_lines(plan);
  const StrategyTraits& strategy = strategy_traits(plan.strategy);
  std::string text =
      strategy.draws
          ? fmt::format("- A **{} search** of {} within\n", plan.strategy, counted(plan.trials, "setting"))
      : strategy.adapts ? "- A **grid** of every combination of\n"
                        : fmt::format("- A **{} search** over every combination of\n", plan.strategy);
  for (std::size_t i = 0; i < view.axes().size() && i < plan.space.values.size(); ++i) {
    const Axis& axis = view.axes()[i];
    text +=
        fmt::format("    - {}: {}\n", escaped_markdown(short_title(axis)), value_list(plan.space.values[i]));
  }
  return text + race_lines(plan);
}

/// "3 seeds a setting (indices 0 to 2)"
std::string seed_counts(const StudyView& view) {
  const auto [fewest, most] = seed_range(view);
  std::uint32_t last = view.study().trials.empty() ? std::max(1u, most) - 1 : 0;
  for (const TrialRecord& trial : view.study().trials)
    if (trial.key.seed_index < first_confirmation_seed && !is_stopped(trial, view.study()))
      last = std::max(last, trial.key.seed_index);
  return fmt::format("{}{} a setting ({})", fewest < most ? fmt::format("{} to ", fewest) : "",
                     counted(most, "seed"), last == 0 ? "index 0" : fmt::format("indices 0 to {}", last));
}

/// "0.9", "as each setting says", or "as each setting says (of other groups 0.9)".
std::string number_or_varied(const StudyView& view, Quantity quantity, double number) {
  const auto is_whole = [&](const Axis& axis) { return axis == Axis{quantity, ""}; };
  const auto varied = static_cast<std::size_t>(std::ranges::count(view.axes(), quantity, &Axis::quantity));
  if (varied == 0) return shortest(number);
  const bool all = std::ranges::any_of(view.axes(), is_whole) || varied == view.groups().size();
  return "as each setting says" + (all ? "" : fmt::format(" (of other groups {})", shortest(number)));
}

std::string optimizer_text(const StudyView& view) {
  const OptimizerSpec& spec = view.study().definition.training.optimizer;
  const std::string momentum = number_or_varied(view, Quantity::momentum, spec.momentum);
  std::string text =
      spec.name == "sgd"        ? "stochastic gradient descent without momentum"
      : spec.name == "momentum" ? fmt::format("SGD with momentum {}", momentum)
      : spec.name == "nesterov"
          ? fmt::format("SGD with Nesterov momentum {}", momentum)
          : fmt::format("{} (betas {} and {}, epsilon {})", spec.name == "adam" ? "Adam" : "AdamW",
                        shortest(spec.beta1), shortest(spec.beta2), shortest(spec.epsilon));
  if (view.varies(Quantity::weight_decay))
    return text + ", weight decay " + number_or_varied(view, Quantity::weight_decay, spec.weight_decay);
  return text +
         (spec.weight_decay > 0 ? ", weight decay " + shortest(spec.weight_decay) : ", no weight decay");
}

std::string schedule_text(const ScheduleSpec& spec) {
  std::string text = spec.name == "constant" ? "constant eta" : spec.name + " schedule";
  if (spec.name == "step")
    text += fmt::format(" (times {} every {} epochs)", shortest(spec.factor), shortest(spec.step_epochs));
  if (spec.name == "exponential") text += fmt::format(" (times {} an epoch)", shortest(spec.factor));
  if (spec.warmup_epochs > 0)
    text += fmt::format(" after a linear warm-up of {} epochs", shortest(spec.warmup_epochs));
  return text;
}

std::string smoothing_text(const StudyView& view) {
  const double smoothing = view.study().definition.training.label_smoothing;
  const bool varied = view.varies(Quantity::label_smoothing);
  if (smoothing == 0 && !varied) return "";
  return fmt::format("labels smoothed {} in training losses (validation and test: plain cross-entropy); ",
                     varied ? "as each setting says" : "by " + shortest(smoothing));
}

std::string augmentation_line(const std::vector<std::string>& steps) {
  if (steps.empty()) return "";
  std::vector<std::string> parts;
  for (const std::string& step : steps) parts.push_back(inline_code(step));
  return "- **Augmentation** of training samples, drawn anew each epoch and the same for equal seed indices, "
         "in this order: " +
         join(parts, ", ") +
         ". Validation and test samples, and those of the first loss, are seen as they are.\n";
}

std::string training_lines(const StudyView& view) {
  const StudyDefinition& definition = view.study().definition;
  const TrainingSpec& training = definition.training;
  return fmt::format(
      "- **Training**: {}, {}; initializer {}; {}minibatches of {}; {} (an epoch's last partial minibatch is "
      "dropped).\n"
      "- **Seeds**: {}. The same index means the same initial weights and the "
      "same order "
      "of minibatches in every trial, so settings are compared in pairs. Study seed {}.\n",
      optimizer_text(view), schedule_text(training.schedule), training.initializer, smoothing_text(view),
      view.varies(Quantity::batch) ? "the size that each setting says" : std::to_string(definition.batch),
      counted(epochs_of(view.study()), "epoch"), seed_counts(view), definition.study_seed);
}

std::string data_table(const StudyView& view) {
  std::vector<std::vector<std::string>> rows;
  for (const SetView& set : view.sets()) {
    const SetFacts& facts = *set.facts;
    rows.push_back({set_name(set), inline_code_in_table(facts.source),
                    fmt::format("{} x {} x {}", facts.channels, facts.height, facts.width),
                    std::to_string(facts.classes), grouped_digits(facts.training_samples),
                    grouped_digits(facts.validation_samples), grouped_digits(facts.test_samples),
                    percent_text(facts.chance)});
  }
  return "### Data sets\n\n" +
         markdown_table(
             {"data set", "source", "image", "classes", "training", "validation", "test", "chance"}, rows,
             2) +
         "\nValidation samples are cut from the training part, each class by its share, by a permutation "
         "that depends on the study seed alone. "
         "Inputs are normalized by the training samples' mean and deviation of each channel. Chance is the "
         "validation "
         "accuracy of always naming the most frequent class.\n\n";
}

bool same_layers(const NetworkFacts& a, const NetworkFacts& b) {
  return std::equal(a.layers.begin(), a.layers.end(), b.layers.begin(), b.layers.end(),
                    [](const LayerFacts& x, const LayerFacts& y) {
                      return x.text == y.text && x.output_shape == y.output_shape &&
                             x.parameters == y.parameters && x.group == y.group;
                    });
}

std::string layer_table(const NetworkFacts& network) {
  std::vector<std::vector<std::string>> rows;
  for (const LayerFacts& layer : network.layers)
    rows.push_back({escaped_markdown(layer.text), layer.group.empty() ? "" : escaped_markdown(layer.group),
                    layer.output_shape, layer.parameters ? grouped_digits(layer.parameters) : ""});
  return markdown_table({"layer", "group", "output", "parameters"}, rows, 2) +
         fmt::format("\n{} parameters in all.\n\n", grouped_digits(network.parameters));
}

/// One table for all data sets with the same shapes.
std::string network_tables(const StudyView& view) {
  std::string text = "### Network\n\n";
  std::vector<const NetworkFacts*> shown;
  for (const SetView& set : view.sets()) {
    if (!set.network) continue;
    if (std::any_of(shown.begin(), shown.end(),
                    [&](const NetworkFacts* network) { return same_layers(*network, *set.network); }))
      continue;
    shown.push_back(set.network);
    std::vector<std::string> names;
    for (const SetView& other : view.sets())
      if (other.network && same_layers(*other.network, *set.network)) names.push_back(set_name(other));
    if (view.sets().size() > 1) text += "On " + listed(names) + ":\n\n";
    text += layer_table(*set.network);
  }
  return shown.empty() ? text + "Its layers are not recorded.\n\n" : text;
}

std::string metrics_table() {
  return "### Metrics\n\n" +
         markdown_table(
             {"measure", "what it says"},
             {{"validation accuracy",
               "share of validation samples classified rightly after the last epoch; a "
               "diverged run counts as chance"},
              {"final loss",
               "training loss smoothed over the last twentieth of an epoch, capped at the loss of the "
               "initial weights; validation loss after the last epoch"},
              {"epochs to target",
               "when the smoothed training loss (or the validation accuracy) reaches the target "
               "and stays there; a run that misses it counts as the whole budget"},
              {"area", "mean of the loss over the whole budget, as a share of the first loss: small is fast"},
              {"set-back", "the largest share of the descent that was lost again at the worst moment"},
              {"catapult", "the same within the first 2 % of the steps, told apart as it is often harmless"},
              {"spikes", "share of steps whose loss stands far above those before it (8 scaled deviations)"},
              {"failed",
               "seeds that diverged (the loss became infinite or ended above where it began), stalled, or "
               "ended "
               "with an accuracy not above chance; with few seeds the true share may be higher, so its 95 % "
               "upper bound (Wilson) stands beside it"},
              {"sensitivity", "rise of the final loss towards the neighbouring settings, a decade of eta"},
              {"margin",
               "decades of each group's eta between which failure begins upwards of a setting: to the last "
               "setting that held, and to the first with a failed seed"},
              {"still falling", "probability that the loss was still going down at the end"}},
             2) +
         "\nStandard deviations (±) are over seeds. *Not measured* means that a value could not be computed, "
         "never "
         "that it is 0.\n\n";
}

/// What the printed accuracies come from, where choices were confirmed.
std::string confirmation_line(const StudyView& view) {
  std::uint32_t seeds = 0;
  for (const SetView& set : view.sets())
    if (set.recommendation && set.recommendation->confirmed)
      seeds = std::max(seeds, set.recommendation->validation_accuracy.count);
  if (seeds == 0) return "";
  return fmt::format(
      "- **Confirmation**: the choice and its closest rival were then trained over {}, which had no part in "
      "the choice. The accuracies printed of a choice come from them alone.\n",
      counted(seeds, "fresh seed"));
}

std::string choice_lines(const StudyView& view) {
  const ChoiceRules& rules = view.study().plan.choice;
  return fmt::format(
             "### How the choice is made\n\n"
             "- **Compared** is the expected accuracy of one more run, a failing run counted as chance. It "
             "comes from a model of all runs on a data set: where training begins to fail as `eta` grows, "
             "how "
             "far seeds scatter there, and how accuracy runs over log `eta`.\n"
             "- **Speed and stability** decide between settings that are as accurate as the best within "
             "noise "
             "and within 0.5 points of it; speed weighs {}. A setting that is likely to fail in more "
             "than {} of its runs is left out.\n",
             shortest(rules.speed_weight), percent_text(rules.divergence_limit)) +
         confirmation_line(view) +
         "- Formulas and sources stand in `doc/choice.md` of Etalon; `etalon decide` decides again by other "
         "rules.\n\n";
}

std::string machine_lines(const StudyView& view) {
  const MachineFacts& machine = view.study().machine;
  const StudyTimes& times = view.study().times;
  std::string text = "### Machine\n\n";
  if (!machine.processor.empty())
    text += fmt::format("{}, {}, {}, numeric class {}, Etalon {}.", escaped_markdown(machine.processor),
                        counted(machine.threads, "thread"), machine.instruction_set, machine.numeric_class,
                        machine.etalon_version);
  else
    text += "Not recorded.";
  if (times.training_seconds > 0)
    text +=
        fmt::format(" Training took {}, at {} samples a second; the finished trials took {} samples in all.",
                    duration_text(times.training_seconds),
                    grouped_digits(static_cast<std::uint64_t>(static_cast<double>(times.samples_trained) /
                                                              times.training_seconds)),
                    grouped_digits(view.samples_trained()));
  return text + "\n\n";
}

}  // namespace

std::string methodology_part(const StudyView& view) {
  std::string text = "## Methodology\n\n" + search_lines(view) + training_lines(view) +
                     augmentation_line(view.study().definition.augmentation) + "\n" + data_table(view) +
                     network_tables(view) + metrics_table() + choice_lines(view) + machine_lines(view);
  if (!view.study().command.empty())
    text += "### Command\n\nThis reproduces the study:\n\n" + code_block("sh", view.study().command) + "\n";
  return text;
}

}  // namespace etalon::report
