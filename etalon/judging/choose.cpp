#include "etalon/judging/choose.h"

#include <algorithm>

#include "etalon/judging/balance.h"
#include "etalon/judging/cells.h"
#include "etalon/judging/certificate.h"
#include "etalon/judging/edges.h"
#include "etalon/judging/reasons.h"

namespace etalon {
namespace {

/// The admissible cells or, where every cell has too many diverged seeds, those with the fewest.
std::vector<std::size_t> choosable(const SetEvidence& evidence, const ChoiceRules& rules) {
  std::vector<std::size_t> cells = admissible(evidence, rules);
  if (!cells.empty()) return cells;
  double fewest = 1;  // a cell of which every seed diverged is never chosen
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    if (evidence.complete(cell)) fewest = std::min(fewest, diverged_share(evidence.cells[cell]));
  for (std::size_t cell = 0; cell < evidence.cells.size() && fewest < 1; ++cell)
    if (evidence.complete(cell) && diverged_share(evidence.cells[cell]) == fewest) cells.push_back(cell);
  return cells;
}

/// The cells that pass a test or, where none does, all of them.
template <class Test>
std::vector<std::size_t> preferred(const std::vector<std::size_t>& cells, Test test) {
  std::vector<std::size_t> passing;
  std::ranges::copy_if(cells, std::back_inserter(passing), test);
  return passing.empty() ? cells : passing;
}

/// As accurate as the best within noise; among them those whose every seed gets off the level of guessing
/// and, of these, those with a cell of margin, where there are any.
std::vector<std::size_t> eligible_cells(const SetEvidence& evidence, const ChoiceRules& rules,
                                        const std::vector<std::size_t>& from, ChoiceStory& story) {
  const std::vector<PairedDifference> differences = differences_to(evidence, story.best, from);
  std::vector<std::size_t> as_good;
  for (std::size_t i = 0; i < from.size(); ++i)
    if (differences[i].difference <= differences[i].allowed) as_good.push_back(from[i]);
  const std::vector<std::size_t> learning =
      preferred(as_good, [&](std::size_t cell) { return evidence.cells[cell].stalled_seeds == 0; });
  std::vector<std::size_t> with_margin = preferred(learning, [&](std::size_t cell) {
    const auto holds = [&](const CellSummary& next) { return failed_share(next) <= rules.divergence_limit; };
    return margin_answer(evidence.cells, cell, holds) != MarginAnswer::fails;
  });
  story.as_good = as_good.size();
  story.stalling = as_good.size() - learning.size();
  story.without_margin = learning.size() - with_margin.size();
  return with_margin;
}

std::size_t lowest_loss(const SetEvidence& evidence, const std::vector<std::size_t>& cells) {
  return *std::min_element(cells.begin(), cells.end(), [&](std::size_t a, std::size_t b) {
    return evidence.cells[a].final_training_loss.mean < evidence.cells[b].final_training_loss.mean;
  });
}

/// The simultaneous set, and every eligible cell beside it: a cell that lies within its own standard error of
/// the best is not ruled out by a variance pooled with calmer ones. A larger set keeps its 95 %.
void add_equivalent(const SetEvidence& evidence, const SimultaneousSet& together,
                    const std::vector<std::size_t>& eligible, Recommendation& result) {
  std::vector<std::size_t> cells = together.cells;
  for (const std::size_t cell : eligible)
    if (std::ranges::find(together.cells, cell) == together.cells.end()) cells.push_back(cell);
  std::ranges::sort(cells);
  for (const std::size_t cell : cells) result.equivalent.push_back(evidence.cells[cell].setting);
  const bool settled = together.more_seeds == 0u;
  if (!settled || cells.size() == 1) result.more_seeds_to_settle = together.more_seeds;
}

/// Where nothing is above chance, the accuracies tell no setting from another: no certificate.
void certify(const StudySnapshot& study, const SetEvidence& evidence, const std::vector<std::size_t>& cells,
             const ChoiceStory& story, Recommendation& result) {
  if (!story.above_chance) return;
  const std::optional<AccuracyModel> model = model_accuracy(evidence, cells, story.eligible);
  if (!model) return;
  const std::size_t chosen = story.chosen;
  const RandomKey key{study.definition.study_seed, 0, Purpose::resampling};
  const auto place = std::find(model->cells.begin(), model->cells.end(), chosen);
  if (place != model->cells.end())
    result.p_best = probability_best(
        *model, key, 2 * evidence.set)[static_cast<std::size_t>(place - model->cells.begin())];
  add_equivalent(evidence, may_be_best(*model, key, 2 * evidence.set + 1), story.eligible, result);
}

/// Nothing can be chosen: nothing ran, or all of it diverged.
Recommendation no_choice(const StudySnapshot& study, const SetEvidence& evidence) {
  Recommendation result;
  result.set = evidence.set;
  const bool diverged = std::any_of(evidence.cells.begin(), evidence.cells.end(),
                                    [](const CellSummary& cell) { return cell.diverged_seeds > 0; });
  result.reason = diverged ? all_diverged_reason(evidence) : nothing_measured_reason(evidence);
  if (!diverged) return result;
  for (std::size_t group = 0; group < study.definition.groups.size(); ++group) {
    const std::vector<double> values = searched_values(study.plan, evidence.cells, group);
    if (values.empty()) continue;
    result.edges.push_back({static_cast<std::uint32_t>(group), EdgeSide::low,
                            wider_values(study.plan, evidence.cells, group, EdgeSide::low)});
  }
  result.warnings =
      edge_texts(result.edges, study.plan, study.definition.groups, evidence.cells, std::nullopt);
  return result;
}

}  // namespace

Recommendation choose(const StudySnapshot& study, const SetEvidence& evidence) {
  const ChoiceRules& rules = study.plan.choice;
  const std::vector<std::size_t> cells = choosable(evidence, rules);
  if (cells.empty()) return no_choice(study, evidence);
  ChoiceStory story;
  story.best = most_accurate(evidence, cells);
  story.above_chance = above_chance(evidence, story.best);
  story.beyond_limit = diverged_share(evidence.cells[story.best]) > rules.divergence_limit;
  const std::vector<std::size_t> eligible = story.above_chance
                                                ? eligible_cells(evidence, rules, cells, story)
                                                : std::vector<std::size_t>{lowest_loss(evidence, cells)};
  story.chosen = best_balanced(evidence, eligible, rules.speed_weight);
  story.eligible = eligible;

  Recommendation result;
  result.set = evidence.set;
  result.setting = evidence.cells[story.chosen].setting;
  result.validation_accuracy = evidence.cells[story.chosen].accuracy;
  for (const std::size_t cell : eligible) result.eligible.push_back(evidence.cells[cell].setting);
  result.trade_offs = trade_offs(evidence, eligible, rules);
  result.edges = edges_of(*result.setting, study.plan, evidence.cells);
  certify(study, evidence, cells, story, result);
  result.reason = choice_reason(study, evidence, story);
  result.warnings = choice_warnings(study, evidence, story, result.edges);
  result.what_would_change_it = what_would_change(study, evidence, story, result);
  return result;
}

}  // namespace etalon
