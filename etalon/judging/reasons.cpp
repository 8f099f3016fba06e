#include "etalon/judging/reasons.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/judging/balance.h"
#include "etalon/judging/cells.h"
#include "etalon/judging/edges.h"
#include "etalon/judging/limits.h"

namespace etalon {
namespace {

constexpr double no_difference = 1e-12;

/// A difference of two accuracies.
std::string points(double share) {
  if (share > 0 && share < 0.00005) return "less than 0.01 percentage points";
  return fmt::format("{:.2f} percentage points", 100 * share);
}
std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

std::string accuracy_text(const Spread& accuracy) {
  if (!accuracy.mean) return "accuracy not measured";
  if (!accuracy.deviation) return percent(*accuracy.mean) + " validation accuracy (one seed)";
  return fmt::format("{:.2f} ± {:.2f} % validation accuracy over {} seeds", 100 * *accuracy.mean,
                     100 * *accuracy.deviation, accuracy.count);
}

std::string name(const StudySnapshot& study, const Setting& setting) {
  return to_text(setting, study.definition.groups);
}

/// "target loss after 1.20 epochs"; where seeds missed it, how many did not.
std::string speed_text(const CellSummary& cell, std::uint32_t reached) {
  const std::optional<EpochsToTarget>& median = cell.median_loss_target;
  if (!median) return fmt::format("area under the loss {:.3f}", cell.area.mean.value_or(1));
  if (reached == 0) return "target loss not reached";
  const std::string share = fmt::format("reached by {} of {} seeds", reached, cell.seeds);
  if (!median->reached) return "target loss " + share;
  return fmt::format("target loss after {:.2f} epochs{}", median->epochs,
                     reached < cell.seeds ? ", " + share : "");
}

/// "Of 4 settings as accurate as the best within noise it has the best balance of ..."
std::string balance_text(const SetEvidence& evidence, const ChoiceStory& story, double speed_weight) {
  const CellSummary& cell = evidence.cells[story.chosen];
  const std::string measured = fmt::format(
      "{}, instability {:.3f}", speed_text(cell, evidence.reached[story.chosen]), instability(cell));
  if (story.eligible.size() == 1) return fmt::format("No other setting is as good ({}).", measured);
  return fmt::format(
      "Of {} settings that are as accurate within noise it has the best balance of speed and "
      "stability ({}; speed weighs {}).",
      story.eligible.size(), measured, shortest(speed_weight));
}

std::string best_text(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story) {
  if (story.best == story.chosen) return "the highest mean of all";
  return fmt::format("{} below the most accurate, {}",
                     points(evidence.mean_accuracy(story.best) - evidence.mean_accuracy(story.chosen)),
                     name(study, evidence.cells[story.best].setting));
}

bool mixed_numeric_classes(const StudySnapshot& study, std::uint32_t set) {
  std::set<std::string> classes;
  for (const TrialRecord& trial : study.trials)
    if (trial.key.set == set) classes.insert(trial.numeric_class);
  return classes.size() > 1;
}

std::size_t trials_of(const SetEvidence& evidence) {
  std::size_t all = 0;
  for (const CellSummary& cell : evidence.cells) all += cell.seeds;
  return all;
}

/// The nearest speed weight, in steps of 0.05, that chooses another setting, on each side of the study's.
void other_weights(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story,
                   std::vector<std::string>& lines) {
  const double weight = study.plan.choice.speed_weight;
  for (const double direction : {-1.0, 1.0})
    for (int step = 1; step <= 20; ++step) {
      const double other = std::round(20 * weight + direction * step) / 20;
      if (other < 0 || other > 1) break;
      const std::size_t cell = best_balanced(evidence, story.eligible, other);
      if (cell == story.chosen) continue;
      lines.push_back(fmt::format("With speed_weight {} or {}, {} would be chosen.", shortest(other),
                                  direction < 0 ? "less" : "more",
                                  name(study, evidence.cells[cell].setting)));
      break;
    }
}

/// Cells that only their diverged seeds keep out.
void other_limit(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story,
                 std::vector<std::string>& lines) {
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell) {
    const double share = diverged_share(evidence.cells[cell]);
    if (!evidence.complete(cell) || share <= study.plan.choice.divergence_limit || share >= 1) continue;
    if (evidence.mean_accuracy(cell) <= evidence.mean_accuracy(story.best)) continue;
    lines.push_back(fmt::format(
        "{} is more accurate on average ({}), but {} of {} seeds diverged; divergence_limit "
        "{:.2f} would admit it.",
        name(study, evidence.cells[cell].setting), percent(evidence.mean_accuracy(cell)),
        evidence.cells[cell].diverged_seeds, evidence.cells[cell].seeds, std::ceil(100 * share) / 100));
  }
}

void falling_warning(const SetEvidence& evidence, const ChoiceStory& story,
                     std::vector<std::string>& warnings) {
  const std::optional<double> falling = evidence.cells[story.chosen].still_falling.mean;
  if (falling && *falling > limits::still_falling)
    warnings.push_back(
        fmt::format("The loss was still falling at the end of the budget (probability {:.2f}): the "
                    "budget was too short to see which setting ends best.",
                    *falling));
}

void missing_warning(const StudySnapshot& study, const SetEvidence& evidence,
                     std::vector<std::string>& warnings) {
  const auto complete = std::count_if(evidence.accuracy.begin(), evidence.accuracy.end(),
                                      [](const auto& seeds) { return !seeds.empty(); });
  const std::size_t open = evidence.cells.size() - static_cast<std::size_t>(complete);
  if (open > 0)
    warnings.push_back(
        fmt::format("Settings with fewer finished seeds than the others, left out: {}.", open));
  const std::size_t per_set = study.sets.empty() ? 0 : study.planned_trials / study.sets.size();
  if (trials_of(evidence) < per_set)
    warnings.push_back(
        fmt::format("Only {} of {} planned trials are finished.", trials_of(evidence), per_set));
}

/// The names of the sets on which nothing is above chance.
std::string without_signal(const std::vector<SetEvidence>& sets, const OverallStory& story) {
  std::vector<std::string> names;
  for (std::size_t set = 0; set < sets.size(); ++set)
    if (!story.counts[set]) names.push_back(sets[set].name);
  return join(names, ", ");
}

}  // namespace

std::string choice_reason(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story) {
  const CellSummary& cell = evidence.cells[story.chosen];
  if (!story.above_chance)
    return fmt::format(
        "{}: no setting on {} is above chance ({}); this one ended with the lowest training loss ({:.4g}).",
        name(study, cell.setting), evidence.name, percent(evidence.chance),
        cell.final_training_loss.mean.value_or(0));
  std::string reason = fmt::format("{}: {}, {}. {}", name(study, cell.setting), accuracy_text(cell.accuracy),
                                   best_text(study, evidence, story),
                                   balance_text(evidence, story, study.plan.choice.speed_weight));
  const auto left_out = [&](std::size_t count, const char* why) {
    if (count > 0)
      reason += fmt::format(" {} as accurate {} left out {}.", count,
                            count == 1 ? "setting was" : "settings were", why);
  };
  left_out(story.stalling, "for a seed that did not learn");
  left_out(story.without_margin, "for lying next to a setting that fails");
  return reason;
}

std::vector<std::string> choice_warnings(const StudySnapshot& study, const SetEvidence& evidence,
                                         const ChoiceStory& story, const std::vector<EdgeWarning>& edges) {
  std::vector<std::string> warnings;
  const CellSummary& cell = evidence.cells[story.chosen];
  if (!story.above_chance)
    warnings.push_back(
        fmt::format("Nothing is above chance on {}: the value is a guess. Try a longer budget or another "
                    "range of etas.",
                    evidence.name));
  if (story.beyond_limit)
    warnings.push_back(
        fmt::format("Every setting has more diverged seeds than divergence_limit {} allows; this one has "
                    "{} of {}. Lower the range.",
                    shortest(study.plan.choice.divergence_limit), cell.diverged_seeds, cell.seeds));
  if (evidence.seeds == 1)
    warnings.push_back(
        "One seed: settings were compared by a binomial bound of the standard error on the validation "
        "samples, which knows nothing of the spread between seeds. Use --seeds 3 or more.");
  const std::vector<std::string> at_edges =
      edge_texts(edges, study.plan, study.definition.groups, evidence.cells, cell.setting);
  warnings.insert(warnings.end(), at_edges.begin(), at_edges.end());
  falling_warning(evidence, story, warnings);
  missing_warning(study, evidence, warnings);
  if (mixed_numeric_classes(study, evidence.set))
    warnings.push_back(
        "Trials of different numeric classes are compared: their curves do not agree bit for bit.");
  return warnings;
}

std::vector<std::string> what_would_change(const StudySnapshot& study, const SetEvidence& evidence,
                                           const ChoiceStory& story, const Recommendation& recommendation) {
  std::vector<std::string> lines;
  if (story.best != story.chosen)
    lines.push_back(fmt::format("By mean accuracy alone, {} would be chosen ({}).",
                                name(study, evidence.cells[story.best].setting),
                                percent(evidence.mean_accuracy(story.best))));
  other_weights(study, evidence, story, lines);
  other_limit(study, evidence, story, lines);
  for (const EdgeWarning& edge : recommendation.edges)
    if (widens(edge, study.plan, evidence.cells))
      lines.push_back(fmt::format("A {} eta of {} than the search allowed may be better.",
                                  edge.side == EdgeSide::high ? "larger" : "smaller",
                                  study.definition.groups.at(edge.group).name));
  const double falling = evidence.cells[story.chosen].still_falling.mean.value_or(0);
  if (falling > limits::still_falling) lines.push_back("A longer budget may change the order.");
  if (recommendation.more_seeds_to_settle.value_or(0) > 0)
    lines.push_back(
        fmt::format("About {} more seeds a setting would tell the most accurate one from its nearest rival.",
                    *recommendation.more_seeds_to_settle));
  return lines;
}

std::string all_diverged_reason(const SetEvidence& evidence) {
  return fmt::format("Every setting diverged on {}: lower the range.", evidence.name);
}

std::string nothing_measured_reason(const SetEvidence& evidence) {
  if (evidence.cells.empty()) return fmt::format("No trial on {} is finished.", evidence.name);
  return fmt::format("Validation accuracy was not measured on {}.", evidence.name);
}

std::string overall_reason(const StudySnapshot& study, const std::vector<SetEvidence>& sets,
                           const OverallRecommendation& overall, const OverallStory& story) {
  if (sets.size() == 1)
    return fmt::format("{}: the choice on {}, the only data set.", name(study, *overall.setting),
                       sets.front().name);
  if (story.guesses())
    return fmt::format(
        "{}: no setting is above chance on any data set; this one ended with the lowest training "
        "loss, summed over them.",
        name(study, *overall.setting));
  const std::string others = fmt::format("{}: of the {} settings that ran on every data set it",
                                         name(study, *overall.setting), story.candidates);
  if (overall.worst_regret < no_difference)
    return fmt::format("{} is the most accurate on {}.", others,
                       without_signal(sets, story).empty() ? "each" : "each where anything is above chance");
  std::size_t worst = 0;
  for (std::size_t set = 0; set < sets.size(); ++set)
    if (story.counts[set] && (!story.counts[worst] || overall.regret[set] > overall.regret[worst]))
      worst = set;
  return fmt::format("{} loses least where it loses most, {} below the best on {}.", others,
                     points(overall.worst_regret), sets[worst].name);
}

std::string no_overall_reason(const std::vector<SetEvidence>& sets) {
  for (const SetEvidence& evidence : sets)
    if (evidence.cells.empty()) return nothing_measured_reason(evidence);
  return "No setting ran on every data set without diverging: lower the range.";
}

std::vector<std::string> overall_warnings(const StudySnapshot& study, const std::vector<SetEvidence>& sets,
                                          const OverallRecommendation& overall, const OverallStory& story) {
  std::vector<std::string> warnings;
  if (story.guesses())
    warnings.push_back(
        "Nothing is above chance on any data set: the value is a guess. Try a longer budget or "
        "another range of etas.");
  else if (const std::string left_out = without_signal(sets, story); !left_out.empty())
    warnings.push_back(fmt::format("Nothing is above chance on {}: left out of the comparison.", left_out));
  if (!story.keeps_limit)
    warnings.push_back(
        "Every setting has more diverged seeds on some data set than divergence_limit allows.");
  if (sets.front().seeds == 1) warnings.push_back("One seed: differences between settings may be chance.");
  const std::vector<EdgeWarning> edges = edges_of(*overall.setting, study.plan, sets.front().cells);
  const std::vector<std::string> texts =
      edge_texts(edges, study.plan, study.definition.groups, sets.front().cells, overall.setting);
  warnings.insert(warnings.end(), texts.begin(), texts.end());
  return warnings;
}

}  // namespace etalon
