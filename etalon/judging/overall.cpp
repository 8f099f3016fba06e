#include <algorithm>
#include <map>
#include <numeric>

#include "etalon/judging/cells.h"
#include "etalon/judging/choose.h"
#include "etalon/judging/reasons.h"

namespace etalon {
namespace {

/// A setting that is complete on every set, with what it loses there.
struct Candidate {
  Setting setting;
  std::vector<double> regret;  // [set]
  std::uint32_t diverged = 0;
  bool keeps_limit = true;

  double worst() const { return *std::max_element(regret.begin(), regret.end()); }
  double sum() const { return std::accumulate(regret.begin(), regret.end(), 0.0); }
};

std::optional<std::size_t> complete_cell(const SetEvidence& evidence, const Setting& setting) {
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    if (evidence.complete(cell) && evidence.cells[cell].setting == setting) return cell;
  return {};
}

/// The best mean accuracy on a set, among the cells that may be chosen there if there are any.
double best_accuracy(const SetEvidence& evidence, const ChoiceRules& rules) {
  std::vector<std::size_t> cells = admissible(evidence, rules);
  for (std::size_t cell = 0; cell < evidence.cells.size() && cells.empty(); ++cell)
    if (evidence.complete(cell)) cells.push_back(cell);
  return evidence.mean_accuracy(most_accurate(evidence, cells));
}

std::optional<Candidate> candidate(const Setting& setting, const std::vector<SetEvidence>& sets,
                                   const std::vector<double>& best, const ChoiceRules& rules) {
  Candidate result{setting, {}};
  for (std::size_t set = 0; set < sets.size(); ++set) {
    const std::optional<std::size_t> cell = complete_cell(sets[set], setting);
    if (!cell) return {};
    const CellSummary& summary = sets[set].cells[*cell];
    result.regret.push_back(std::max(0.0, best[set] - sets[set].mean_accuracy(*cell)));
    result.diverged += summary.diverged_seeds;
    result.keeps_limit = result.keeps_limit && diverged_share(summary) <= rules.divergence_limit;
    if (summary.diverged_seeds == summary.seeds) return {};
  }
  return result;
}

std::vector<Candidate> candidates(const std::vector<SetEvidence>& sets, const ChoiceRules& rules) {
  std::vector<double> best;
  for (const SetEvidence& evidence : sets) {
    if (evidence.seeds == 0) return {};
    best.push_back(best_accuracy(evidence, rules));
  }
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
  if (std::abs(a.worst() - b.worst()) > tie) return a.worst() < b.worst();
  return a.sum() < b.sum() - tie;
}

bool nothing_finished(const std::vector<SetEvidence>& sets) {
  return std::all_of(sets.begin(), sets.end(), [](const SetEvidence& set) { return set.cells.empty(); });
}

}  // namespace

std::optional<OverallRecommendation> choose_overall(const StudySnapshot& study,
                                                    const std::vector<SetEvidence>& sets,
                                                    const std::vector<Recommendation>& recommendations) {
  if (nothing_finished(sets)) return {};
  OverallRecommendation result;
  std::vector<Candidate> found = candidates(sets, study.plan.choice);
  if (sets.size() == 1)  // the set's own choice weighs speed and stability too
    std::erase_if(found,
                  [&](const Candidate& one) { return one.setting != recommendations.front().setting; });
  if (found.empty()) {
    result.reason = sets.size() == 1 ? recommendations.front().reason : no_overall_reason(sets);
    return result;
  }
  const Candidate& chosen = *std::min_element(found.begin(), found.end(), better);
  result.setting = chosen.setting;
  result.regret = chosen.regret;
  result.worst_regret = chosen.worst();
  result.reason = overall_reason(study, sets, result, found.size());
  if (sets.size() == 1)
    result.warnings = recommendations.front().warnings;
  else
    result.warnings = overall_warnings(study, sets, result, chosen.keeps_limit);
  return result;
}

}  // namespace etalon
