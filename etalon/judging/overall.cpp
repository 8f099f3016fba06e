#include <algorithm>
#include <cmath>

#include "etalon/judging/cells.h"
#include "etalon/judging/choose.h"
#include "etalon/judging/reasons.h"

namespace etalon {
namespace {

/// A setting that is complete on every set, with what it loses there.
struct Candidate {
  Setting setting;
  std::vector<double> regret;  // [set]
  double worst = 0, sum = 0;   // of the regrets on the sets that count
  double training_loss = 0;    // final, summed over the sets
  bool keeps_limit = true;
};

/// What a set can say: the best accuracy there, and whether it tells anything but chance.
struct Best {
  double accuracy = 0;
  bool counts = true;
};

std::optional<std::size_t> complete_cell(const SetEvidence& evidence, const Setting& setting) {
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    if (evidence.complete(cell) && evidence.cells[cell].setting == setting) return cell;
  return {};
}

/// The best mean accuracy on a set, among the cells that may be chosen there if there are any.
Best best_on(const SetEvidence& evidence, const ChoiceRules& rules) {
  std::vector<std::size_t> cells = admissible(evidence, rules);
  for (std::size_t cell = 0; cell < evidence.cells.size() && cells.empty(); ++cell)
    if (evidence.complete(cell)) cells.push_back(cell);
  const std::size_t best = most_accurate(evidence, cells);
  return {evidence.mean_accuracy(best), above_chance(evidence, best)};
}

std::optional<Candidate> candidate(const Setting& setting, const std::vector<SetEvidence>& sets,
                                   const std::vector<Best>& best, const ChoiceRules& rules) {
  Candidate result{setting, {}};
  for (std::size_t set = 0; set < sets.size(); ++set) {
    const std::optional<std::size_t> cell = complete_cell(sets[set], setting);
    if (!cell) return {};
    const CellSummary& summary = sets[set].cells[*cell];
    const double regret = std::max(0.0, best[set].accuracy - sets[set].mean_accuracy(*cell));
    result.regret.push_back(regret);
    if (best[set].counts) {
      result.worst = std::max(result.worst, regret);
      result.sum += regret;
    }
    result.training_loss += summary.final_training_loss.mean.value_or(0);
    result.keeps_limit = result.keeps_limit && diverged_share(summary) <= rules.divergence_limit;
    if (summary.diverged_seeds == summary.seeds) return {};
  }
  return result;
}

/// Empty where a set has nothing to compare yet.
std::vector<Best> best_on_each(const std::vector<SetEvidence>& sets, const ChoiceRules& rules) {
  std::vector<Best> best;
  for (const SetEvidence& evidence : sets) {
    if (evidence.seeds == 0) return {};
    best.push_back(best_on(evidence, rules));
  }
  return best;
}

std::vector<Candidate> candidates(const std::vector<SetEvidence>& sets, const std::vector<Best>& best,
                                  const ChoiceRules& rules) {
  if (best.empty()) return {};
  std::vector<Candidate> found;
  for (const CellSummary& cell : sets.front().cells)
    if (std::optional<Candidate> one = candidate(cell.setting, sets, best, rules))
      found.push_back(std::move(*one));
  if (std::any_of(found.begin(), found.end(), [](const Candidate& one) { return one.keeps_limit; }))
    std::erase_if(found, [](const Candidate& one) { return !one.keeps_limit; });
  return found;
}

bool better(const Candidate& a, const Candidate& b) {
  constexpr double tie = 1e-12;
  if (std::abs(a.worst - b.worst) > tie) return a.worst < b.worst;
  return a.sum < b.sum - tie;
}

bool lower_loss(const Candidate& a, const Candidate& b) { return a.training_loss < b.training_loss; }

bool nothing_finished(const std::vector<SetEvidence>& sets) {
  return std::all_of(sets.begin(), sets.end(), [](const SetEvidence& set) { return set.cells.empty(); });
}

}  // namespace

std::optional<OverallRecommendation> choose_overall(const StudySnapshot& study,
                                                    const std::vector<SetEvidence>& sets,
                                                    const std::vector<Recommendation>& recommendations) {
  if (nothing_finished(sets)) return {};
  OverallRecommendation result;
  const std::vector<Best> best = best_on_each(sets, study.plan.choice);
  std::vector<Candidate> found = candidates(sets, best, study.plan.choice);
  if (sets.size() == 1)  // the set's own choice weighs speed and stability too
    std::erase_if(found,
                  [&](const Candidate& one) { return one.setting != recommendations.front().setting; });
  if (found.empty()) {
    result.reason = sets.size() == 1 ? recommendations.front().reason : no_overall_reason(sets);
    return result;
  }
  OverallStory story;
  story.candidates = found.size();
  for (const Best& one : best) story.counts.push_back(one.counts);
  const Candidate& chosen =
      *std::min_element(found.begin(), found.end(), story.guesses() ? lower_loss : better);
  story.keeps_limit = chosen.keeps_limit;
  result.setting = chosen.setting;
  result.regret = chosen.regret;
  result.worst_regret = sets.size() == 1 ? chosen.regret.front() : chosen.worst;
  result.reason = overall_reason(study, sets, result, story);
  if (sets.size() == 1)
    result.warnings = recommendations.front().warnings;
  else
    result.warnings = overall_warnings(study, sets, result, story);
  return result;
}

}  // namespace etalon
