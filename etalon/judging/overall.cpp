#include <algorithm>

#include "etalon/judging/choose.h"
#include "etalon/judging/limits.h"
#include "etalon/judging/reasons.h"

namespace etalon {
namespace {

constexpr std::size_t most_candidates = 16, draws = 2000;
constexpr double doubt = 0.05;

using Posteriors = std::vector<std::optional<SetPosterior>>;

/// A setting that learned on every set, with what it is expected to lose there.
struct Candidate {
  Setting setting;
  std::vector<std::size_t> cell;  // [set]
  std::vector<double> regret;     // [set] expected
  double worst = 0;               // largest of `regret` on the sets that count
  double expected_worst = 0;      // mean of the largest regret over the posterior
  double loss = 0;                // at the end, summed over the sets
  std::size_t chosen_by = 0;      // sets whose choice it is
  Eigen::VectorXd worst_draws;    // [draw]
};

std::optional<std::size_t> tried_cell(const SetEvidence& evidence, const Setting& setting) {
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    if (evidence.seeds(cell) > 0 && evidence.cells[cell].setting == setting) return cell;
  return {};
}

/// How far the cell's expected accuracy lies below the highest.
double regret_of(const SetEvidence& evidence, const SetPosterior& posterior, std::size_t cell) {
  double best = posterior.expected[cell];
  for (std::size_t other = 0; other < evidence.cells.size(); ++other)
    if (evidence.seeds(other) > 0) best = std::max(best, posterior.expected[other]);
  return best - posterior.expected[cell];
}

std::optional<Candidate> candidate(const Setting& setting, const std::vector<SetEvidence>& sets,
                                   const Posteriors& posteriors, const std::vector<bool>& counts,
                                   const std::vector<Recommendation>& recommendations) {
  Candidate result;
  result.setting = setting;
  for (std::size_t set = 0; set < sets.size(); ++set) {
    const std::optional<std::size_t> cell = tried_cell(sets[set], setting);
    if (!cell) return {};
    const CellSummary& summary = sets[set].cells[*cell];
    if ((counts[set] ? summary.failed_seeds : summary.diverged_seeds) == summary.seeds) return {};
    result.cell.push_back(*cell);
    result.regret.push_back(posteriors[set] ? regret_of(sets[set], *posteriors[set], *cell) : 0);
    if (counts[set]) result.worst = std::max(result.worst, result.regret.back());
    result.loss += end_loss(summary).loss;
    result.chosen_by += recommendations[set].setting == setting;
  }
  return result;
}

std::vector<Candidate> candidates(const std::vector<SetEvidence>& sets, const Posteriors& posteriors,
                                  const std::vector<bool>& counts,
                                  const std::vector<Recommendation>& recommendations) {
  std::vector<Candidate> found;
  if (std::ranges::none_of(posteriors, [](const auto& one) { return one.has_value(); })) return found;
  for (const CellSummary& cell : sets.front().cells)
    if (auto one = candidate(cell.setting, sets, posteriors, counts, recommendations))
      found.push_back(std::move(*one));
  return found;
}

/// On one set: [draw][candidate] how far the candidates lie below the best.
Eigen::MatrixXd regrets_on(const SetEvidence& evidence, const SetPosterior& posterior,
                           const std::vector<Candidate>& found, std::uint64_t study_seed) {
  std::vector<std::size_t> cells = posterior.draws.settings;
  for (const Candidate& one : found) cells.push_back(one.cell[evidence.set]);
  std::ranges::sort(cells);
  cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  const RandomSequence random({study_seed, 0, Purpose::resampling}, 8 * evidence.set + 3);
  const PosteriorDraws drawn = posterior.model.draw(cells, draws, random);
  const Eigen::VectorXd best = drawn.expected.rowwise().maxCoeff();
  Eigen::MatrixXd regrets(best.size(), static_cast<Eigen::Index>(found.size()));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto place = std::ranges::lower_bound(cells, found[i].cell[evidence.set]) - cells.begin();
    regrets.col(static_cast<Eigen::Index>(i)) = best - drawn.expected.col(place);
  }
  return regrets;
}

/// Sets are independent, so their draws may be put side by side.
void add_worst_draws(const std::vector<SetEvidence>& sets, const Posteriors& posteriors,
                     const std::vector<bool>& counts, std::uint64_t study_seed,
                     std::vector<Candidate>& found) {
  Eigen::MatrixXd worst = Eigen::MatrixXd::Zero(draws, static_cast<Eigen::Index>(found.size()));
  for (std::size_t set = 0; set < sets.size(); ++set)
    if (counts[set]) worst = worst.cwiseMax(regrets_on(sets[set], *posteriors[set], found, study_seed));
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i].worst_draws = worst.col(static_cast<Eigen::Index>(i));
    found[i].expected_worst = found[i].worst_draws.mean();
  }
}

/// The smallest expected worst regret; of those as good, what most sets chose.
const Candidate& least_regretted(const std::vector<Candidate>& found) {
  const double least = std::ranges::min_element(found, {}, &Candidate::expected_worst)->expected_worst;
  const Candidate* best = nullptr;
  for (const Candidate& one : found) {
    if (one.expected_worst > least + limits::same_regret) continue;
    if (!best || one.chosen_by > best->chosen_by ||
        (one.chosen_by == best->chosen_by && one.expected_worst < best->expected_worst))
      best = &one;
  }
  return *best;
}

std::vector<Setting> undecided_settings(const std::vector<Candidate>& found, const Candidate& chosen) {
  std::vector<Setting> settings;
  for (const Candidate& one : found) {
    const double better =
        static_cast<double>((one.worst_draws.array() < chosen.worst_draws.array()).count()) /
        static_cast<double>(chosen.worst_draws.size());
    if (one.setting != chosen.setting && better >= doubt) settings.push_back(one.setting);
  }
  return settings;
}

double high_end(const Eigen::VectorXd& values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return sorted[static_cast<std::size_t>((1 - doubt) * static_cast<double>(sorted.size()))];
}

std::vector<bool> sets_that_count(const std::vector<Recommendation>& recommendations) {
  std::vector<bool> counts;
  for (const Recommendation& one : recommendations) counts.push_back(one.certificate.has_value());
  return counts;
}

/// One set: its own choice, which weighs speed and stability too.
OverallRecommendation only_choice(const StudySnapshot& study, const std::vector<SetEvidence>& sets,
                                  const Posteriors& posteriors, const Recommendation& only) {
  OverallRecommendation result;
  result.setting = only.setting;
  result.warnings = only.warnings;
  if (only.setting) result.regret = {0};
  if (only.certificate) {
    std::vector<Candidate> alone(1);
    alone.front().cell = {*tried_cell(sets.front(), *only.setting)};
    result.worst_regret = regret_of(sets.front(), *posteriors.front(), alone.front().cell.front());
    result.regret = {result.worst_regret};
    add_worst_draws(sets, posteriors, {true}, study.definition.study_seed, alone);
    result.worst_regret_high = high_end(alone.front().worst_draws);
  }
  result.reason = only.setting ? overall_reason(study, sets, result, {}) : only.reason;
  return result;
}

}  // namespace

std::optional<OverallRecommendation> choose_overall(const StudySnapshot& study,
                                                    const std::vector<SetEvidence>& sets,
                                                    const Posteriors& posteriors,
                                                    const std::vector<Recommendation>& recommendations) {
  if (std::ranges::all_of(sets, [](const SetEvidence& set) { return set.cells.empty(); })) return {};
  if (sets.size() == 1) return only_choice(study, sets, posteriors, recommendations.front());
  OverallRecommendation result;
  OverallStory story;
  story.counts = sets_that_count(recommendations);
  std::vector<Candidate> found = candidates(sets, posteriors, story.counts, recommendations);
  story.candidates = found.size();
  if (found.empty()) {
    result.reason = no_overall_reason(sets);
    return result;
  }
  const Candidate* chosen = nullptr;
  if (story.guesses()) {
    chosen = &*std::ranges::min_element(found, {}, &Candidate::loss);
  } else {
    std::ranges::stable_sort(found, {}, &Candidate::worst);
    if (found.size() > most_candidates) found.resize(most_candidates);
    add_worst_draws(sets, posteriors, story.counts, study.definition.study_seed, found);
    chosen = &least_regretted(found);
    story.by_votes = std::ranges::any_of(
        found, [&](const Candidate& one) { return one.expected_worst < chosen->expected_worst; });
    result.undecided = undecided_settings(found, *chosen);
    result.worst_regret_high = high_end(chosen->worst_draws);
  }
  result.setting = chosen->setting;
  result.regret = chosen->regret;
  result.worst_regret = chosen->worst;
  result.reason = overall_reason(study, sets, result, story);
  result.warnings = overall_warnings(study, sets, result, story);
  return result;
}

}  // namespace etalon
