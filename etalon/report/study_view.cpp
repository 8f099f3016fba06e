#include "etalon/report/study_view.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace etalon::report {
namespace {

using Trials = std::map<TrialKey, SeedView>;

Trials paired(const StudySnapshot& study, const Judgement& judgement) {
  Trials trials;
  for (const TrialRecord& trial : study.trials) trials[trial.key].trial = &trial;
  for (const JudgedTrial& judged : judgement.trials)
    if (const auto found = trials.find(judged.key); found != trials.end())
      found->second.verdict = &judged.verdict;
  std::erase_if(trials, [](const auto& entry) { return entry.second.verdict == nullptr; });
  return trials;
}

bool among(const std::vector<Setting>& settings, const Setting& setting) {
  return std::find(settings.begin(), settings.end(), setting) != settings.end();
}

CellView view_of(const CellSummary& summary, std::uint32_t set, const Trials& trials,
                 const Recommendation* recommendation) {
  CellView cell;
  cell.summary = &summary;
  const auto end = trials.upper_bound({set, summary.setting, UINT32_MAX});
  for (auto seed = trials.lower_bound({set, summary.setting, 0}); seed != end; ++seed)
    if (seed->second.verdict->status != TrialStatus::stopped)
      (seed->first.seed_index < first_confirmation_seed ? cell.seeds : cell.confirmation)
          .push_back(seed->second);
  if (recommendation) {
    cell.chosen = recommendation->setting == summary.setting;
    cell.eligible = among(recommendation->eligible, summary.setting);
    cell.equivalent = among(recommendation->equivalent, summary.setting);
  }
  return cell;
}

}  // namespace

const CellView* SetView::chosen() const {
  const auto found =
      std::find_if(cells.begin(), cells.end(), [](const CellView& cell) { return cell.chosen; });
  return found == cells.end() ? nullptr : &*found;
}

StudyView::StudyView(const StudySnapshot& study, const Judgement& judgement)
    : study_(study), judgement_(judgement), axes_(axes_of(study.definition)) {
  const Trials trials = paired(study, judgement);
  for (std::uint32_t set = 0; set < study.sets.size(); ++set) {
    SetView view;
    view.facts = &study.sets[set];
    if (set < study.networks.size()) view.network = &study.networks[set];
    if (set < judgement.recommendations.size()) view.recommendation = &judgement.recommendations[set];
    if (set < judgement.loss_target.size()) view.loss_target = judgement.loss_target[set];
    if (set < judgement.accuracy_target.size()) view.accuracy_target = judgement.accuracy_target[set];
    if (set < judgement.cells.size())
      for (const CellSummary& summary : judgement.cells[set])
        if (summary.seeds > 0) view.cells.push_back(view_of(summary, set, trials, view.recommendation));
    for (const auto& [key, trial] : trials)
      if (key.set == set && trial.verdict->status == TrialStatus::stopped) view.stopped.push_back(trial);
    sets_.push_back(std::move(view));
  }
}

std::uint64_t StudyView::samples_trained() const {
  std::uint64_t samples = 0;
  for (const TrialRecord& trial : study_.trials) samples += trial.samples_trained;
  return samples;
}

Spread StudyView::test_accuracy(std::size_t set) const {
  Spread spread;
  const auto& recommendations = judgement_.recommendations;
  if (set >= recommendations.size() || !recommendations[set].setting) return spread;
  std::vector<double> tuned, values;
  for (const TestResult& test : study_.tests)
    if (test.key.set == set && test.key.setting == *recommendations[set].setting)
      (test.key.seed_index < first_confirmation_seed ? tuned : values).push_back(test.accuracy);
  if (values.empty()) values = tuned;
  if (values.empty()) return spread;
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double count = static_cast<double>(values.size()), mean = sum / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  spread.count = static_cast<std::uint32_t>(values.size());
  spread.mean = mean;
  if (values.size() > 1) spread.deviation = std::sqrt(squares / (count - 1));
  return spread;
}

bool StudyView::varies(Quantity quantity) const {
  return std::ranges::find(axes_, quantity, &Axis::quantity) != axes_.end();
}

}  // namespace etalon::report
