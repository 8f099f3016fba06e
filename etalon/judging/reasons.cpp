#include "etalon/judging/reasons.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/text.h"
#include "etalon/judging/balance.h"
#include "etalon/judging/certificate_text.h"
#include "etalon/judging/edges.h"
#include "etalon/judging/failure.h"
#include "etalon/judging/forecast.h"
#include "etalon/judging/limits.h"
#include "etalon/judging/odds.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string name(const StudySnapshot& study, const Setting& setting) {
  return to_text(setting, axes_of(study.definition));
}

/// "94.0 % validation accuracy over 8 fresh seeds (91.2 to 95.3 %)": with few seeds their range says more
/// than a deviation.
std::string accuracy_text(const SetEvidence& evidence, const ChoiceStory& story,
                          const Recommendation& recommendation) {
  const Spread& accuracy = recommendation.validation_accuracy;
  if (!accuracy.mean) return "accuracy not measured";
  std::vector<double> seeds = evidence.confirmation[story.chosen];
  if (!recommendation.confirmed) {
    seeds.clear();
    for (const SeedOutcome& seed : evidence.outcomes.settings[story.chosen].seeds)
      seeds.push_back(seed.accuracy);
  }
  const std::string mean = percent(*accuracy.mean) + " validation accuracy";
  if (seeds.size() < 2) return mean + " (one seed)";
  const auto [low, high] = std::ranges::minmax(seeds);
  return fmt::format("{} over {} {}seeds ({:.1f} to {:.1f} %)", mean, seeds.size(),
                     recommendation.confirmed ? "fresh " : "", 100 * low, 100 * high);
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

/// Why this one of the eligible ones.
std::string balance_text(const SetEvidence& evidence, const ChoiceStory& story, double speed_weight) {
  if (story.eligible.size() == 1 && story.chosen == story.best)
    return story.best_of_all ? "Its expected accuracy is the highest."
                             : "Its expected accuracy is the highest of those that may be chosen.";
  if (story.eligible.size() == 1)
    return fmt::format("Its expected accuracy lies within {} of the highest.",
                       points_text(limits::speed_decides_within));
  const CellSummary& cell = evidence.cells[story.chosen];
  return fmt::format(
      "Of {} settings whose expected accuracies lie within {} it has the best balance of speed and stability "
      "({}, instability {:.3f}; speed weighs {}).",
      story.eligible.size(), points_text(limits::speed_decides_within),
      speed_text(cell, evidence.reached[story.chosen]), instability(cell), shortest(speed_weight));
}

/// Where a setting of a lower expected accuracy is the best more often.
std::string likelier_text(const StudySnapshot& study, const ChoiceStory& story,
                          const Recommendation& recommendation) {
  if (story.chosen != story.best || !story.best_of_all || !recommendation.certificate) return {};
  const LikelyBest likeliest = likely_best(recommendation).front();
  if (likeliest.setting == recommendation.setting ||
      likeliest.probability < recommendation.certificate->p_best + limits::likelier_by)
    return {};
  return fmt::format(" {} is more often the best, but loses more where it is not.",
                     name(study, likeliest.setting));
}

std::uint32_t seeds_behind(const SetEvidence& evidence, const ChoiceStory& story) {
  return static_cast<std::uint32_t>(evidence.seeds(story.chosen));
}

std::string certainty_text(const SetEvidence& evidence, const ChoiceStory& story,
                           const Recommendation& recommendation) {
  if (!recommendation.certificate) return {};
  const Certificate& certificate = *recommendation.certificate;
  std::string text = fmt::format(" The probability that no other setting is better is {}",
                                 odds_text(certificate.p_best, seeds_behind(evidence, story)));
  const std::size_t others = recommendation.equivalent.size() - 1;
  if (others == 0) return text + ".";
  return text + fmt::format("; {} may be the best, too, and it is expected to lose {} against the best.",
                            counted(others, "other setting"), points_text(certificate.expected_loss));
}

bool mixed_numeric_classes(const StudySnapshot& study, std::uint32_t set) {
  std::set<std::string> classes;
  for (const TrialRecord& trial : study.trials)
    if (trial.key.set == set && !is_stopped(trial, study)) classes.insert(trial.numeric_class);
  return classes.size() > 1;
}

/// The nearest speed weight, in steps of 0.05, that chooses another setting, on each side of the study's.
void other_weights(const StudySnapshot& study, const SetEvidence& evidence, const SetPosterior& posterior,
                   const ChoiceStory& story, std::vector<std::string>& lines) {
  const double weight = study.plan.choice.speed_weight;
  for (const double direction : {-1.0, 1.0})
    for (int step = 1; step <= 20; ++step) {
      const double other = std::round(20 * weight + direction * step) / 20;
      if (other < 0 || other > 1) break;
      const std::size_t cell = best_balanced(evidence, posterior, story.eligible, other);
      if (cell == story.chosen) continue;
      lines.push_back(fmt::format("With speed_weight {}, {} would be chosen.", shortest(other),
                                  name(study, evidence.cells[cell].setting)));
      break;
    }
}

/// Cells that only their failing seeds keep out: one that is not above chance no limit would admit.
void other_limit(const StudySnapshot& study, const SetEvidence& evidence, const SetPosterior& posterior,
                 const ChoiceStory& story, std::vector<std::string>& lines) {
  const double limit = failure_limit(study.plan.choice);
  for (const std::size_t cell : cells_that_learn(evidence)) {
    const double share = posterior.model.failure(cell);
    if (!above_chance(evidence, cell) || probability_over(posterior, cell, limit) < limits::likely_over ||
        posterior.expected[cell] <= posterior.expected[story.best])
      continue;
    lines.push_back(
        fmt::format("{} is expected to be more accurate ({}), but {:.0f} % of its runs are expected to fail; "
                    "divergence_limit {:.2f} would admit it.",
                    name(study, evidence.cells[cell].setting), percent(posterior.expected[cell]), 100 * share,
                    std::ceil(100 * share) / 100));
  }
}

void falling_warning(const SetEvidence& evidence, const ChoiceStory& story, std::vector<Warning>& warnings) {
  const CellSummary& cell = evidence.cells[story.chosen];
  if (const std::string text = budget_text(cell); !text.empty()) {
    warnings.push_back(text);
    return;
  }
  const std::optional<double> falling = cell.still_falling.mean;
  if (!cell.too_short && falling && *falling > limits::still_falling)
    warnings.push_back(
        fmt::format("The loss was still falling at the end of the budget (probability {:.2f}): the "
                    "budget was too short to see which setting ends best.",
                    *falling));
}

void missing_warning(const StudySnapshot& study, std::vector<Warning>& warnings) {
  if (const std::size_t complete = complete_trials(study); complete < study.planned_trials)
    warnings.push_back(
        fmt::format("Only {} of {} planned trials are finished.", complete, study.planned_trials));
}

/// Settings that a random search draws are not known beforehand, and a study's rules may change.
void current_warning(const StudySnapshot& study, const SetEvidence& evidence,
                     const Recommendation& recommendation, std::vector<Warning>& warnings) {
  const std::optional<Setting>& current = study.plan.choice.current;
  if (!current || !recommendation.certificate || recommendation.certificate->current) return;
  const std::vector<Axis> axes = axes_of(study.definition);
  std::vector<AxisValues> lists;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    lists.push_back({axes[axis], {current->values.at(axis)}});
    if (axes[axis].quantity == Quantity::eta) continue;
    std::set<double> values{current->values[axis]};  // one value alone would be no axis
    for (const double value : searched_values(searched_axes(study, evidence.cells), axis))
      values.insert(value);
    lists.back().values.assign(values.begin(), values.end());
  }
  warnings.push_back({fmt::format("The current setting, {}, was not tried on {}: what it costs is not known. "
                                  "Train it, too:",
                                  name(study, *current), evidence.name),
                      lists});
}

/// The next setting on some axis fails.
void margin_warning(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story,
                    std::vector<Warning>& warnings) {
  if (story.margin != MarginAnswer::fails) return;
  std::vector<std::string> ways;
  bool upwards = false;
  const auto holds = [&](const CellSummary& next) { return within_limit(next, study.plan.choice); };
  for (const FailingNeighbour& one :
       failing_neighbours(evidence.cells, story.chosen, holds, evidence.outcomes.axes)) {
    ways.push_back(fmt::format("{} ({:.1f} decades {})", study.definition.groups.at(one.group).name,
                               std::abs(one.decades), one.decades > 0 ? "up" : "down"));
    upwards |= one.decades > 0;
  }
  warnings.push_back(fmt::format("It lies next to a setting that fails: {}.{}", join(ways, ", "),
                                 upwards ? " A smaller eta is safer where data or network may change." : ""));
}

/// The fresh seeds of rival and choice, in pairs.
void confirmation_warning(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story,
                          const Recommendation& recommendation, std::vector<Warning>& warnings) {
  if (!recommendation.confirmed || !recommendation.rival || !recommendation.rival_accuracy.mean) return;
  const auto rival = std::ranges::find(evidence.cells, *recommendation.rival, &CellSummary::setting);
  const std::vector<double>& own = evidence.confirmation[story.chosen];
  const std::vector<double>& other =
      evidence.confirmation[static_cast<std::size_t>(rival - evidence.cells.begin())];
  if (own.size() != other.size() || own.size() < 2) return;
  std::vector<double> ahead;
  for (std::size_t seed = 0; seed < own.size(); ++seed) ahead.push_back(other[seed] - own[seed]);
  const double error = std::sqrt(sample_variance(ahead) / static_cast<double>(ahead.size()));
  if (mean(ahead) <= std::max(2 * error, validation_error(evidence.outcomes, mean(own)))) return;
  warnings.push_back(
      fmt::format("The fresh seeds speak for {}: {} more over {} seeds. They are not used to choose; more "
                  "seeds would settle it.",
                  name(study, *recommendation.rival), points_text(mean(ahead)), ahead.size()));
}

/// Fresh seeds that end lower than chance and the choice of the best explain: the certificate knows nothing
/// of them.
void disappointment_warning(const SetEvidence& evidence, const Recommendation& recommendation,
                            std::vector<Warning>& warnings) {
  const Spread &fresh = recommendation.validation_accuracy, &tuning = recommendation.tuning_accuracy;
  if (!recommendation.confirmed || !fresh.deviation || !tuning.deviation) return;
  const double error =
      std::hypot(*fresh.deviation / std::sqrt(fresh.count), *tuning.deviation / std::sqrt(tuning.count));
  const double lower = *tuning.mean - *fresh.mean;
  if (lower <= std::max(2 * error, validation_error(evidence.outcomes, *fresh.mean))) return;
  warnings.push_back(
      fmt::format("The fresh seeds end {} lower than the {} seeds that it was chosen by ({}), on which all "
                  "doubt above rests: "
                  "expect the lower one.",
                  points_text(lower), tuning.count, percent(*tuning.mean)));
}

}  // namespace

std::string choice_why(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story,
                       const Recommendation& recommendation) {
  check(story.above_chance, "a choice", "that is a guess", "one above chance");
  std::string why = balance_text(evidence, story, study.plan.choice.speed_weight) +
                    likelier_text(study, story, recommendation);
  if (story.without_margin > 0)
    why += fmt::format(" {} as close {} left out for a worse margin to failure.",
                       counted(story.without_margin, "setting"), story.without_margin == 1 ? "was" : "were");
  return why;
}

std::string choice_reason(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story,
                          const Recommendation& recommendation) {
  const CellSummary& cell = evidence.cells[story.chosen];
  if (!story.above_chance)
    return fmt::format(
        "{}: no setting on {} is above chance ({}); this one ended with the lowest {} loss ({:.4g}).",
        name(study, cell.setting), evidence.name, percent(evidence.outcomes.chance), end_loss(cell).part,
        end_loss(cell).loss);
  return fmt::format("{}: {}.{} {}", name(study, cell.setting),
                     accuracy_text(evidence, story, recommendation),
                     certainty_text(evidence, story, recommendation), recommendation.why);
}

std::vector<Warning> choice_warnings(const StudySnapshot& study, const SetEvidence& evidence,
                                     const ChoiceStory& story, const Recommendation& recommendation) {
  std::vector<Warning> warnings;
  const CellSummary& cell = evidence.cells[story.chosen];
  if (!story.above_chance)
    warnings.push_back(
        above_chance(1.0, evidence.outcomes.chance, evidence.outcomes.validation_samples)
            ? fmt::format("Nothing is above chance on {}: the value is a guess. Try a longer budget or "
                          "another range of etas.",
                          evidence.name)
            : fmt::format(
                  "The validation part of {} tells no setting from a guess: its commonest class alone "
                  "makes {} of it. Give it more samples of other classes.",
                  evidence.name, percent(evidence.outcomes.chance)));
  if (story.beyond_limit)
    warnings.push_back(
        fmt::format("Every setting is likely to fail more often than divergence_limit {} allows; of "
                    "this one {} of {} runs failed. Lower the range.",
                    shortest(study.plan.choice.divergence_limit), cell.failed_seeds, cell.seeds));
  if (evidence.seeds(story.chosen) == 1)
    warnings.push_back(
        "One seed stands behind the choice: how much a setting varies from seed to seed is a guess. "
        "Use 3 seeds or more.");
  const std::vector<Warning> at_edges =
      edge_warnings(recommendation.edges, searched_axes(study, evidence.cells), cell.setting);
  warnings.insert(warnings.end(), at_edges.begin(), at_edges.end());
  margin_warning(study, evidence, story, warnings);
  confirmation_warning(study, evidence, story, recommendation, warnings);
  disappointment_warning(evidence, recommendation, warnings);
  falling_warning(evidence, story, warnings);
  missing_warning(study, warnings);
  current_warning(study, evidence, recommendation, warnings);
  if (mixed_numeric_classes(study, evidence.set))
    warnings.push_back(
        "Trials of different numeric classes, or versions of the numerics, are compared: "
        "their curves do not agree bit for bit.");
  return warnings;
}

std::vector<std::string> what_would_change(const StudySnapshot& study, const SetEvidence& evidence,
                                           const SetPosterior& posterior, const ChoiceStory& story,
                                           const Recommendation& recommendation) {
  std::vector<std::string> lines;
  if (story.above_chance && story.best != story.chosen)
    lines.push_back(
        fmt::format("By expected accuracy alone, {} would be chosen ({} more).",
                    name(study, evidence.cells[story.best].setting),
                    points_text(posterior.expected[story.best] - posterior.expected[story.chosen])));
  other_weights(study, evidence, posterior, story, lines);
  other_limit(study, evidence, posterior, story, lines);
  const SearchedAxes searched = searched_axes(study, evidence.cells);
  for (const EdgeWarning& edge : recommendation.edges)
    if (widens(edge, searched))
      lines.push_back(fmt::format("A {} {} than the search allowed may be better.",
                                  edge.side == EdgeSide::high ? "larger" : "smaller",
                                  axis_title(searched.axes.at(edge.axis))));
  const CellSummary& chosen = evidence.cells[story.chosen];
  if (budget_too_short(chosen) ||
      (!chosen.too_short && chosen.still_falling.mean.value_or(0) > limits::still_falling))
    lines.push_back("A longer budget may change the order.");
  return lines;
}

std::string all_diverged_reason(const SetEvidence& evidence) {
  const bool all = std::ranges::all_of(
      evidence.cells, [](const CellSummary& cell) { return cell.diverged_seeds == cell.seeds; });
  return all ? fmt::format("Every run diverged on {}: lower the range.", evidence.name)
             : fmt::format("Every setting failed on {}, some by diverging: lower the range.", evidence.name);
}

std::string nothing_measured_reason(const SetEvidence& evidence) {
  if (evidence.cells.empty()) return fmt::format("No trial on {} is finished.", evidence.name);
  const bool measured = std::ranges::any_of(evidence.outcomes.settings,
                                            [](const SettingOutcomes& one) { return !one.seeds.empty(); });
  const bool too_short = std::ranges::all_of(evidence.cells, &CellSummary::too_short);
  if (measured && too_short)
    return fmt::format(
        "No setting learned on {} within its few steps, fewer than the {} by which runs are judged.",
        evidence.name, limits::short_run);
  if (measured)
    return fmt::format("No setting learned on {}: larger etas or a longer budget may.", evidence.name);
  return fmt::format("Validation accuracy was not measured on {}.", evidence.name);
}

}  // namespace etalon
