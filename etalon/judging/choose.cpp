#include "etalon/judging/choose.h"

#include <algorithm>

#include "etalon/judging/balance.h"
#include "etalon/judging/cells.h"
#include "etalon/judging/edges.h"
#include "etalon/judging/limits.h"
#include "etalon/judging/reasons.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

using Cells = std::vector<std::size_t>;

/// The cells that pass a test or, where none does, all of them.
template <class Test>
Cells preferred(const Cells& cells, Test test) {
  Cells passing;
  std::ranges::copy_if(cells, std::back_inserter(passing), test);
  return passing.empty() ? cells : passing;
}

std::size_t most_expected(const SetPosterior& posterior, const Cells& cells) {
  return *std::ranges::max_element(cells, {}, [&](std::size_t cell) { return posterior.expected[cell]; });
}

/// The cells whose mean accuracy is above chance or, where none is, all.
Cells telling_cells(const SetEvidence& evidence, const Cells& cells) {
  return preferred(cells, [&](std::size_t cell) { return above_chance(evidence, cell); });
}

/// Of the cells above chance those that are not likely to fail more often than the limit allows or, where all
/// are, all. Where none is above chance, every cell.
Cells choosable(const SetEvidence& evidence, const SetPosterior& posterior, const Cells& learning,
                const ChoiceRules& rules, ChoiceStory& story) {
  const double limit = failure_limit(rules);
  const Cells telling = telling_cells(evidence, learning);
  Cells cells;
  std::ranges::copy_if(telling, std::back_inserter(cells), [&](std::size_t cell) {
    return probability_over(posterior, cell, limit) < limits::likely_over;
  });
  story.beyond_limit = cells.empty();
  return cells.empty() ? telling : cells;
}

MarginAnswer margin_of(const SetEvidence& evidence, std::size_t cell, const ChoiceRules& rules) {
  return margin_answer(
      evidence.cells, cell, [&](const CellSummary& next) { return within_limit(next, rules); },
      evidence.outcomes.axes);
}

/// What speed and stability may decide between: as accurate as the best within noise and within half a point
/// of it, shown by at least half as many seeds; of these the ones with the safest margin.
Cells eligible_cells(const SetEvidence& evidence, const SetPosterior& posterior, const Cells& from,
                     const ChoiceRules& rules, ChoiceStory& story) {
  Cells as_good = as_accurate_as(evidence, posterior, story.best);
  std::erase_if(as_good, [&](std::size_t cell) { return std::ranges::find(from, cell) == from.end(); });
  std::erase_if(as_good, [&](std::size_t cell) {
    return posterior.expected[cell] < posterior.expected[story.best] - limits::speed_decides_within ||
           probability_as_accurate(posterior, cell, story.best, 0) < limits::in_doubt ||
           2 * evidence.seeds(cell) < evidence.seeds(story.best);
  });
  MarginAnswer safest = MarginAnswer::fails;
  for (const std::size_t cell : as_good) safest = std::min(safest, margin_of(evidence, cell, rules));
  Cells with_margin =
      preferred(as_good, [&](std::size_t cell) { return margin_of(evidence, cell, rules) == safest; });
  story.without_margin = as_good.size() - with_margin.size();
  return with_margin;
}

std::size_t lowest_loss(const SetEvidence& evidence, const Cells& cells) {
  return *std::ranges::min_element(cells, {},
                                   [&](std::size_t cell) { return end_loss(evidence.cells[cell]).loss; });
}

/// Nothing can be chosen: nothing ran, or all of it failed.
Recommendation no_choice(const StudySnapshot& study, const SetEvidence& evidence) {
  Recommendation result;
  result.set = evidence.set;
  const bool diverged =
      std::ranges::any_of(evidence.cells, [](const CellSummary& cell) { return cell.diverged_seeds > 0; });
  result.reason = diverged ? all_diverged_reason(evidence) : nothing_measured_reason(evidence);
  if (!diverged) return result;
  const SearchedAxes searched = searched_axes(study, evidence.cells);
  for (std::size_t axis = 0; axis < searched.axes.size(); ++axis)
    if (searched.axes[axis].quantity == Quantity::eta && !searched_values(searched, axis).empty())
      result.edges.push_back(
          {static_cast<std::uint32_t>(axis), EdgeSide::low, wider_values(searched, axis, EdgeSide::low)});
  result.warnings = edge_warnings(result.edges, searched, std::nullopt);
  return result;
}

std::vector<Setting> settings_of(const SetEvidence& evidence, const Cells& cells) {
  std::vector<Setting> settings;
  for (const std::size_t cell : cells) settings.push_back(evidence.cells[cell].setting);
  return settings;
}

/// The accuracies that are printed: of fresh seeds where there are any.
void add_accuracies(const SetEvidence& evidence, std::size_t chosen, Recommendation& result) {
  result.tuning_accuracy = evidence.cells[chosen].accuracy;
  result.confirmed = !evidence.confirmation[chosen].empty();
  result.validation_accuracy =
      result.confirmed ? spread_of(evidence.confirmation[chosen]) : result.tuning_accuracy;
}

/// Where nothing is above chance, accuracies tell no setting from another: no certificate.
void add_certificate(const StudySnapshot& study, const SetEvidence& evidence, const SetPosterior& posterior,
                     const ChoiceStory& story, Recommendation& result) {
  const std::size_t chosen = story.chosen;
  const std::uint64_t seed = study.definition.study_seed;
  result.certificate =
      certify(evidence, posterior, chosen, {study.plan.choice.current, study.machine.threads}, seed);
  const Cells together = may_be_best(posterior, story.eligible);
  result.equivalent = settings_of(evidence, together);
  for (const std::size_t cell : together) result.certificate->p_best_of.push_back(posterior.p_best[cell]);
  if (const std::optional<std::size_t> rival = closest_rival(posterior, chosen)) {
    result.rival = evidence.cells[*rival].setting;
    result.rival_accuracy = spread_of(evidence.confirmation[*rival]);
  }
}

}  // namespace

std::optional<SetPosterior> posterior_if_any(const SetEvidence& evidence, std::uint64_t study_seed) {
  if (cells_that_learn(evidence).empty()) return {};
  return posterior_of(evidence, study_seed);
}

Recommendation choose(const StudySnapshot& study, const SetEvidence& evidence,
                      const std::optional<SetPosterior>& posterior) {
  const ChoiceRules& rules = study.plan.choice;
  if (!posterior) return no_choice(study, evidence);
  const Cells learning = cells_that_learn(evidence);
  ChoiceStory story;
  const Cells cells = choosable(evidence, *posterior, learning, rules, story);
  story.best = most_expected(*posterior, cells);
  story.best_of_all = most_expected(*posterior, telling_cells(evidence, learning)) == story.best;
  story.above_chance = above_chance(evidence, story.best);
  story.eligible = story.above_chance ? eligible_cells(evidence, *posterior, cells, rules, story)
                                      : Cells{lowest_loss(evidence, learning)};
  story.chosen = best_balanced(evidence, *posterior, story.eligible, rules.speed_weight);
  story.margin = margin_of(evidence, story.chosen, rules);

  Recommendation result;
  result.set = evidence.set;
  result.setting = evidence.cells[story.chosen].setting;
  add_accuracies(evidence, story.chosen, result);
  result.eligible = settings_of(evidence, story.eligible);
  result.trade_offs = trade_offs(evidence, story.eligible, rules);
  result.edges = edges_of(*result.setting, searched_axes(study, evidence.cells));
  if (story.above_chance) add_certificate(study, evidence, *posterior, story, result);
  if (story.above_chance) result.why = choice_why(study, evidence, story, result);
  result.reason = choice_reason(study, evidence, story, result);
  result.warnings = choice_warnings(study, evidence, story, result);
  result.what_would_change_it = what_would_change(study, evidence, *posterior, story, result);
  return result;
}

}  // namespace etalon
