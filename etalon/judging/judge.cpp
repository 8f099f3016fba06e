#include "etalon/judging/judge.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "etalon/judging/cells.h"
#include "etalon/judging/choose.h"
#include "etalon/judging/evidence.h"
#include "etalon/judging/failure.h"
#include "etalon/judging/forecast.h"
#include "etalon/judging/measures.h"
#include "etalon/judging/over_seeds.h"
#include "etalon/judging/targets.h"
#include "etalon/judging/words.h"

namespace etalon {
namespace {

/// Chance as recorded, else of evenly frequent classes.
double chance_of(const SetFacts& facts) {
  if (facts.chance > 0) return facts.chance;
  return facts.classes > 0 ? 1.0 / facts.classes : 0.0;
}

SetFacts facts_of(const StudySnapshot& study, std::uint32_t set) {
  SetFacts facts = set < study.sets.size() ? study.sets[set] : SetFacts{};
  if (facts.name.empty() && set < study.definition.sets.size()) facts.name = study.definition.sets[set].name;
  return facts;
}

std::uint32_t set_count(const StudySnapshot& study) {
  std::size_t count = std::max(study.sets.size(), study.definition.sets.size());
  for (const TrialRecord& trial : study.trials) count = std::max<std::size_t>(count, trial.key.set + 1);
  return static_cast<std::uint32_t>(count);
}

std::vector<MeasuredTrial> measure_set(const StudySnapshot& study, std::uint32_t set, bool stopped,
                                       double label_entropy) {
  std::vector<const TrialRecord*> records;
  for (const TrialRecord& trial : study.trials)
    if (trial.key.set == set && is_stopped(trial, study) == stopped) records.push_back(&trial);
  std::sort(records.begin(), records.end(),
            [](const TrialRecord* a, const TrialRecord* b) { return a->key < b->key; });
  std::vector<const Curve*> curves;
  for (const TrialRecord* record : records) curves.push_back(&record->curve);
  const double offset = loss_offset(curves);
  std::vector<MeasuredTrial> trials;
  for (const TrialRecord* record : records) {
    NormalizedCurve curve = normalize(record->curve, offset);
    const TrialStatus status = status_of(curve, label_entropy);
    const CurveMeasures measures = measures_of(curve);
    trials.push_back({record, std::move(curve), measures, status});
  }
  return trials;
}

struct Targets {
  std::optional<double> loss, accuracy;  ///< what speed is measured to: the study file's, else the default
  std::optional<double> picture;         ///< the default loss target: what the words go by
};

/// [label smoothing] Losses of labels that are smoothed differently do not compare: each has targets of its own.
using TargetsBySmoothing = std::map<double, Targets>;

/// The smoothing that the setting names; 0 where the study does not vary it.
double smoothing_of(const Setting& setting, const std::vector<Axis>& axes) {
  const auto axis = std::ranges::find(axes, Quantity::label_smoothing, &Axis::quantity);
  return axis == axes.end() ? 0 : setting.values.at(static_cast<std::size_t>(axis - axes.begin()));
}

TargetsBySmoothing targets_of(const std::vector<MeasuredTrial>& measured, const StudySnapshot& study,
                              double chance) {
  const std::vector<Axis> axes = axes_of(study.definition);
  const ChoiceRules& rules = study.plan.choice;
  Targets common;
  common.accuracy = rules.target_accuracy ? rules.target_accuracy : default_accuracy_target(measured, chance);
  TargetsBySmoothing all;
  for (const MeasuredTrial& trial : measured) {
    const double smoothing = smoothing_of(trial.record->key.setting, axes);
    const auto [targets, is_new] = all.try_emplace(smoothing, common);
    if (!is_new) continue;
    targets->second.picture = default_loss_target(
        measured, [&](const TrialRecord& one) { return smoothing_of(one.key.setting, axes) == smoothing; });
    targets->second.loss = rules.target_loss ? rules.target_loss : targets->second.picture;
  }
  if (all.empty()) all[0] = {rules.target_loss, common.accuracy, {}};
  return all;
}

Verdict verdict_of(const MeasuredTrial& trial, const Targets& targets, double chance, const Look& look) {
  Verdict verdict;
  const NormalizedCurve& curve = trial.curve;
  const CurveMeasures& measures = trial.measures;
  verdict.status = trial.status;
  if (targets.loss) verdict.loss_target = epochs_to_loss(curve, *targets.loss);
  if (targets.accuracy) verdict.accuracy_target = epochs_to_accuracy(trial.record->curve, *targets.accuracy);
  verdict.area = measures.area;
  verdict.set_back = set_back(measures);
  verdict.catapult = catapult(measures);
  if (measures.spikes) verdict.spike_share = measures.spikes->share;
  verdict.still_falling = measures.still_falling;
  verdict.oscillation = measures.oscillation;
  verdict.instability = instability(measures);
  verdict.too_short = look.too_short;
  verdict.fate = *look.fate;
  verdict.final_training_loss = curve.raw(trial.status == TrialStatus::diverged ? 1.0 : measures.final_loss);
  const auto& epochs = trial.record->curve.epochs;
  if (trial.status != TrialStatus::diverged && !epochs.empty() &&
      std::isfinite(epochs.back().validation_loss))
    verdict.final_validation_loss = epochs.back().validation_loss;
  verdict.accuracy = last_accuracy(trial, chance);
  verdict.speed = speed_word(look);
  verdict.stability = stability_word(look);
  verdict.sentence = sentence(look);
  return verdict;
}

/// What one set adds to the judgement.
struct JudgedSet {
  std::vector<JudgedTrial> trials;
  std::vector<double> seconds;          ///< [trial]
  std::vector<Look> looks;              ///< [trial]
  std::vector<NormalizedCurve> curves;  ///< [trial]
  double label_entropy = 0;
  double budget_epochs = 0;
  double best_rise = 0;  ///< the highest accuracy of all runs over chance
  std::uint32_t validation_samples = 0;
  std::vector<Axis> axes;
  TargetsBySmoothing targets;       ///< at least one
  std::optional<double> user_loss;  ///< the study file's

  /// Where nothing was trained to the end with the setting's smoothing, those of another without its losses.
  Targets targets_for(const Setting& setting) const {
    if (const auto found = targets.find(smoothing_of(setting, axes)); found != targets.end())
      return found->second;
    return {user_loss, targets.begin()->second.accuracy, {}};
  }
};

bool is_tuning(const TrialKey& key) { return key.seed_index < first_confirmation_seed; }

/// The one rule of failure, over all runs of the set. Confirmation seeds judge no other run.
std::vector<Fate> judge_fates(const std::vector<MeasuredTrial>& measured, double chance,
                              std::uint32_t samples, const std::vector<Axis>& axes) {
  std::vector<RunEnd> runs;
  for (const MeasuredTrial& trial : measured) {
    const TrialKey& key = trial.record->key;
    runs.push_back({key.setting, trial.status, last_accuracy(trial, chance), is_tuning(key)});
  }
  return fates_of(runs, chance, samples, axes);
}

JudgedSet judge_trials(const StudySnapshot& study, std::uint32_t set, const SetFacts& facts) {
  std::vector<MeasuredTrial> measured = measure_set(study, set, false, facts.label_entropy);
  const double chance = chance_of(facts);
  JudgedSet judged;
  judged.label_entropy = facts.label_entropy;
  judged.validation_samples = facts.validation_samples;
  judged.axes = axes_of(study.definition);
  judged.targets = targets_of(measured, study, chance);
  judged.user_loss = study.plan.choice.target_loss;
  const std::vector<Fate> fates = judge_fates(measured, chance, facts.validation_samples, judged.axes);
  for (MeasuredTrial& trial : measured) {
    const Targets targets = judged.targets_for(trial.record->key.setting);
    Look look = look_at(trial.curve, trial.measures, trial.status, targets.picture, facts.label_entropy);
    look.accuracy = last_accuracy(trial, chance);
    look.above_chance = above_chance(look.accuracy.value_or(0), chance, facts.validation_samples);
    look.fate = fates[judged.looks.size()];
    judged.best_rise = std::max(judged.best_rise, look.accuracy.value_or(0) - chance);
    judged.trials.push_back({trial.record->key, verdict_of(trial, targets, chance, look)});
    judged.seconds.push_back(trial.record->times.seconds);
    judged.looks.push_back(look);
    judged.curves.push_back(std::move(trial.curve));
    judged.budget_epochs = std::max(judged.budget_epochs, look.budget_epochs);
  }
  return judged;
}

/// What was stopped before the study's epochs, by itself.
std::vector<JudgedTrial> judge_stopped(const StudySnapshot& study, std::uint32_t set, const SetFacts& facts,
                                       const JudgedSet& complete) {
  std::vector<JudgedTrial> judged;
  for (const MeasuredTrial& trial : measure_set(study, set, true, facts.label_entropy)) {
    const Targets targets = complete.targets_for(trial.record->key.setting);
    Look look = look_at(trial.curve, trial.measures, trial.status, targets.picture, facts.label_entropy);
    look.fate = fate_of(look);
    Verdict verdict = verdict_of(trial, targets, chance_of(facts), look);
    verdict.status = TrialStatus::stopped;
    verdict.sentence = fmt::format("Stopped after {} of {} epochs. {}", trial.record->curve.budget_epochs,
                                   study.plan.epochs, verdict.sentence);
    judged.push_back({trial.record->key, std::move(verdict)});
  }
  return judged;
}

/// Trials by setting, in Setting order; [index into judged.trials]. Confirmation seeds beside tuning seeds,
/// apart.
std::map<Setting, std::vector<std::size_t>> by_setting(const JudgedSet& judged, bool tuning) {
  std::map<Setting, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < judged.trials.size(); ++i)
    if (is_tuning(judged.trials[i].key) == tuning) groups[judged.trials[i].key.setting].push_back(i);
  return groups;
}

CellSummary cell_of(const Setting& setting, const JudgedSet& judged, const std::vector<std::size_t>& trials) {
  std::vector<SeedResult> seeds;
  std::vector<Look> looks;
  std::vector<const NormalizedCurve*> curves;
  for (const std::size_t i : trials) {
    seeds.push_back({judged.trials[i].key.seed_index, &judged.trials[i].verdict, judged.seconds[i]});
    looks.push_back(judged.looks[i]);
    curves.push_back(&judged.curves[i]);
  }
  CellSummary cell = sum_up(setting, seeds, judged.budget_epochs);
  const Look together =
      look_over_seeds(curves, looks, judged.targets_for(setting).picture, judged.label_entropy);
  CellWords words =
      words_over_seeds(looks, together, seed_spread(looks, judged.best_rise, judged.validation_samples));
  cell.speed = words.speed;
  cell.stability = words.stability;
  cell.sentence = std::move(words.sentence);
  return cell;
}

std::vector<LearnedRun> learned_runs(const JudgedSet& judged, const std::vector<std::size_t>& trials) {
  std::vector<LearnedRun> runs;
  for (const std::size_t i : trials)
    if (judged.looks[i].fate == Fate::learned && judged.looks[i].accuracy)
      runs.push_back({&judged.curves[i], *judged.looks[i].accuracy});
  return runs;
}

void add_forecast(const JudgedSet& judged, const std::vector<std::size_t>& trials,
                  std::optional<double> per_loss, CellSummary& cell) {
  const std::vector<LearnedRun> runs = learned_runs(judged, trials);
  std::vector<const NormalizedCurve*> curves;
  for (const LearnedRun& run : runs) curves.push_back(run.curve);
  cell.slope = pooled_slope(curves);
  if (!per_loss) return;
  for (const double budgets : {2.0, 5.0})
    if (const auto one = forecast_accuracy(runs, *per_loss, budgets, judged.validation_samples))
      cell.forecast.push_back(*one);
}

/// A run that reached its target and diverged later ended without it.
std::uint32_t seeds_at_target(const JudgedSet& judged, const std::vector<std::size_t>& trials) {
  const auto reached = [&](std::size_t i) {
    const Verdict& verdict = judged.trials[i].verdict;
    return verdict.status != TrialStatus::diverged && verdict.loss_target && verdict.loss_target->reached;
  };
  return static_cast<std::uint32_t>(std::ranges::count_if(trials, reached));
}

SettingOutcomes outcomes_of(const Setting& setting, const JudgedSet& judged,
                            const std::vector<std::size_t>& trials) {
  SettingOutcomes outcomes{setting, {}};
  for (const std::size_t i : trials) {
    const Verdict& verdict = judged.trials[i].verdict;
    if (verdict.accuracy)
      outcomes.seeds.push_back(
          {judged.trials[i].key.seed_index, *verdict.accuracy, verdict.fate == Fate::failed});
  }
  return outcomes;
}

std::vector<double> accuracies_of(const SettingOutcomes& outcomes) {
  std::vector<double> accuracies;
  for (const SeedOutcome& seed : outcomes.seeds) accuracies.push_back(seed.accuracy);
  return accuracies;
}

SetEvidence gather(std::uint32_t set, const SetFacts& facts, const JudgedSet& judged) {
  SetEvidence evidence;
  evidence.set = set;
  evidence.name = facts.name;
  evidence.outcomes.chance = chance_of(facts);
  evidence.outcomes.validation_samples = facts.validation_samples;
  evidence.outcomes.axes = judged.axes;
  const auto confirmation = by_setting(judged, false), settings = by_setting(judged, true);
  std::map<double, std::vector<std::size_t>> tuning;  // [label smoothing]: only their losses compare
  for (const auto& [setting, trials] : settings) {
    std::vector<std::size_t>& all = tuning[smoothing_of(setting, judged.axes)];
    all.insert(all.end(), trials.begin(), trials.end());
  }
  std::map<double, std::optional<double>> per_loss;
  for (const auto& [smoothing, trials] : tuning)
    per_loss[smoothing] = accuracy_per_loss(learned_runs(judged, trials), facts.validation_samples);
  for (const auto& [setting, trials] : settings) {
    evidence.cells.push_back(cell_of(setting, judged, trials));
    add_forecast(judged, trials, per_loss.at(smoothing_of(setting, judged.axes)), evidence.cells.back());
    evidence.reached.push_back(seeds_at_target(judged, trials));
    evidence.outcomes.settings.push_back(outcomes_of(setting, judged, trials));
    const auto fresh = confirmation.find(setting);
    evidence.confirmation.push_back(fresh == confirmation.end()
                                        ? std::vector<double>{}
                                        : accuracies_of(outcomes_of(setting, judged, fresh->second)));
  }
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell) {
    evidence.cells[cell].sensitivity = sensitivity(evidence.cells, cell, judged.axes);
    evidence.cells[cell].margin = margin(evidence.cells, cell, judged.axes);
  }
  return evidence;
}

/// What all trials were measured to; no loss where each label smoothing has a target of its own.
Targets common_targets(const JudgedSet& judged) {
  Targets common = judged.targets.begin()->second;
  for (const auto& [smoothing, targets] : judged.targets)
    if (targets.loss != common.loss) common.loss.reset();
  return common;
}

}  // namespace

Judgement judge(const StudySnapshot& study) {
  Judgement judgement;
  std::vector<SetEvidence> sets;
  std::vector<std::optional<SetPosterior>> posteriors;
  for (std::uint32_t set = 0; set < set_count(study); ++set) {
    const SetFacts facts = facts_of(study, set);
    JudgedSet judged = judge_trials(study, set, facts);
    sets.push_back(gather(set, facts, judged));
    posteriors.push_back(posterior_if_any(sets.back(), study.definition.study_seed));
    std::ranges::merge(judged.trials, judge_stopped(study, set, facts, judged),
                       std::back_inserter(judgement.trials), {}, &JudgedTrial::key, &JudgedTrial::key);
    judgement.cells.push_back(sets.back().cells);
    const Targets targets = common_targets(judged);
    judgement.loss_target.push_back(targets.loss);
    judgement.accuracy_target.push_back(targets.accuracy);
    judgement.recommendations.push_back(choose(study, sets.back(), posteriors.back()));
  }
  judgement.overall = choose_overall(study, sets, posteriors, judgement.recommendations);
  return judgement;
}

std::vector<double> seed_accuracies(const Judgement& judgement, std::uint32_t set, const Setting& setting,
                                    bool fresh) {
  std::vector<double> accuracies;
  for (const JudgedTrial& trial : judgement.trials)
    if (trial.key.set == set && trial.key.setting == setting && trial.verdict.accuracy &&
        trial.verdict.status != TrialStatus::stopped &&
        (trial.key.seed_index >= first_confirmation_seed) == fresh)
      accuracies.push_back(*trial.verdict.accuracy);
  return accuracies;
}

}  // namespace etalon
