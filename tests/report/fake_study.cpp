#include "tests/report/fake_study.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "etalon/base/exact_math.h"
#include "etalon/base/random.h"

namespace etalon::testing {
namespace {

constexpr double first_loss = 2.302585;

/// How a setting behaves on a set, worked out from its etas.
struct Character {
  double rate = 0;   ///< descents an epoch
  double floor = 0;  ///< loss that it approaches
  double noise = 0;  ///< of each minibatch, relative
  double swing = 0;  ///< of the curve as a whole, relative
  bool may_diverge = false, must_diverge = false;
};

Character character_of(const Setting& setting, std::uint32_t set) {
  const double conv = setting.values.front(), full = setting.values.back();
  const double most = *std::max_element(setting.values.begin(), setting.values.end());
  Character character;
  character.rate = 25 * conv + 60 * std::min(full, 0.3);
  character.floor = 0.04 + 0.25 * set + 0.05 * (exact_log10(conv) + 1) * (exact_log10(conv) + 1);
  character.noise = 0.12 + 0.1 * set;
  character.swing = full > 0.05 || conv > 0.5 ? 0.25 * most + 0.1 : 0.01;
  character.must_diverge = full >= 0.9;
  character.may_diverge = conv >= 0.9;
  return character;
}

/// What else is varied changes nothing here.
Setting etas_of(const Setting& setting, const FakeOptions& options) {
  Setting etas = setting;
  etas.values.resize(std::min(etas.values.size(), options.groups.size()));
  return etas;
}

Curve fake_curve(const TrialKey& trial, const FakeOptions& options) {
  const TrialKey key{trial.set, etas_of(trial.setting, options), trial.seed_index};
  const Character character = character_of(key.setting, key.set);
  RandomSequence random({7 + key.set, key.seed_index, Purpose::resampling},
                        static_cast<std::uint32_t>(1000 * (10 + exact_log10(key.setting.values.front())) +
                                                   10 * exact_log10(key.setting.values.back())));
  Curve curve;
  curve.reference_loss = first_loss * (1 + 0.01 * (key.seed_index % first_confirmation_seed));
  curve.steps_per_epoch = options.steps_per_epoch;
  curve.budget_epochs = options.epochs;
  const std::uint32_t steps = options.epochs * options.steps_per_epoch;
  const bool diverges = character.must_diverge || (character.may_diverge && key.seed_index == 0);
  const std::uint32_t end = 4 + steps / 30 + 3 * (key.seed_index % 10);
  double sum = 0, wave = 0;
  for (std::uint32_t t = 0; t < steps; ++t) {
    const double epoch = static_cast<double>(t) / options.steps_per_epoch;
    wave = 0.93 * wave + 0.1 * character.swing * random.normal();
    const double smooth =
        character.floor + (curve.reference_loss - character.floor) * exact_exp(-character.rate * epoch);
    double loss = smooth * (1 + character.noise * random.normal()) * exact_exp(4 * wave);
    if (character.swing > 0.2 && random.uniform() < 0.03) loss *= 6;
    if (diverges) loss = curve.reference_loss * exact_exp(60.0 * t * t / (1.0 * end * end));
    loss = std::max(loss, 1e-3);
    if (diverges && t >= end) loss = std::numeric_limits<double>::infinity();
    curve.loss.push_back(static_cast<float>(loss));
    sum += loss;
    if (diverges && t >= end) break;
    if ((t + 1) % options.steps_per_epoch == 0) {
      const double accuracy = 1 - 0.9 * std::min(1.0, (smooth + 0.02 * random.normal()) / first_loss);
      curve.epochs.push_back({sum / options.steps_per_epoch, smooth * 1.1, std::clamp(accuracy, 0.1, 0.999)});
      sum = 0;
    }
  }
  return curve;
}

SetFacts fake_facts(const std::string& name) {
  SetFacts facts;
  facts.name = facts.source = name;
  facts.channels = 1, facts.height = facts.width = 28, facts.classes = 10;
  facts.training_samples = 3840, facts.validation_samples = 1000, facts.test_samples = 1000;
  facts.label_entropy = first_loss;
  facts.chance = 0.1;
  return facts;
}

NetworkFacts fake_network(std::uint32_t set) {
  return {set,
          {{"conv 6 5x5 pad 2", "6x28x28", 156, "conv"},
           {"relu", "6x28x28", 0, ""},
           {"maxpool 2", "6x14x14", 0, ""},
           {"dense 10", "10", 11770, "full"}},
          11926};
}

std::vector<std::uint32_t> fake_seeds(const FakeOptions& options, const Setting& setting, std::size_t place) {
  std::vector<std::uint32_t> seeds(options.uneven_seeds.empty()
                                       ? options.seeds
                                       : options.uneven_seeds[place % options.uneven_seeds.size()]);
  std::iota(seeds.begin(), seeds.end(), 0);
  if (std::find(options.confirmed.begin(), options.confirmed.end(), setting) != options.confirmed.end())
    for (std::uint32_t seed = 0; seed < options.confirmation_seeds; ++seed)
      seeds.push_back(first_confirmation_seed + seed);
  return seeds;
}

Spread spread_of(const std::vector<double>& values) {
  Spread spread;
  if (values.empty()) return spread;
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  spread.count = static_cast<std::uint32_t>(values.size());
  spread.mean = sum / static_cast<double>(values.size());
  for (const double value : values) squares += (value - *spread.mean) * (value - *spread.mean);
  if (values.size() > 1) spread.deviation = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return spread;
}

Verdict fake_verdict(const TrialRecord& trial) {
  const Character character = character_of(trial.key.setting, trial.key.set);
  const Curve& curve = trial.curve;
  const bool diverged = has_non_finite_loss(curve);
  Verdict verdict;
  verdict.status = diverged ? TrialStatus::diverged : TrialStatus::learning;
  verdict.fate = diverged ? Fate::failed : Fate::learned;
  verdict.final_training_loss = diverged ? curve.reference_loss : curve.epochs.back().training_loss;
  verdict.accuracy = diverged ? 0.1 : curve.epochs.back().validation_accuracy;
  if (!diverged) verdict.final_validation_loss = curve.epochs.back().validation_loss;
  const double epochs = std::min<double>(curve.budget_epochs, 2.3 / character.rate);
  verdict.loss_target =
      EpochsToTarget{diverged ? curve.budget_epochs : epochs, !diverged && epochs < curve.budget_epochs};
  verdict.area = diverged ? 10 : std::min(1.0, 0.1 + 0.5 * epochs);
  verdict.set_back = diverged ? 10 : 2 * character.swing + 0.02 * trial.key.seed_index;
  if (!diverged) verdict.spike_share = character.swing > 0.2 ? 0.03 : 0.0, verdict.still_falling = 0.5;
  verdict.speed = diverged ? SpeedWord::not_moving : epochs < 0.5 ? SpeedWord::fast : SpeedWord::very_slow;
  verdict.stability = diverged                ? StabilityWord::diverging
                      : character.swing > 0.1 ? StabilityWord::unstable
                                              : StabilityWord::perfectly_stable;
  verdict.sentence = diverged ? "The loss runs away." : "The loss goes down.";
  return verdict;
}

CellSummary fake_cell(const Setting& setting, const std::vector<Verdict>& verdicts, double seconds) {
  CellSummary cell;
  cell.setting = setting;
  std::vector<double> accuracy, training, validation, area, set_back, spikes;
  for (const Verdict& verdict : verdicts) {
    cell.diverged_seeds += verdict.status == TrialStatus::diverged;
    accuracy.push_back(*verdict.accuracy), training.push_back(verdict.final_training_loss);
    area.push_back(verdict.area), set_back.push_back(verdict.set_back);
    if (verdict.final_validation_loss) validation.push_back(*verdict.final_validation_loss);
    if (verdict.spike_share) spikes.push_back(*verdict.spike_share);
  }
  cell.seeds = static_cast<std::uint32_t>(verdicts.size());
  cell.failed_seeds = cell.diverged_seeds;
  cell.failure_upper = cell.failed_seeds > 0 ? 0.9 : 0.56;
  cell.accuracy = spread_of(accuracy), cell.final_training_loss = spread_of(training);
  cell.final_validation_loss = spread_of(validation), cell.area = spread_of(area);
  cell.set_back = spread_of(set_back), cell.spike_share = spread_of(spikes);
  cell.seconds = spread_of({seconds});
  cell.median_loss_target = verdicts.back().loss_target;
  cell.margin.assign(setting.values.size(), Margin{1.0, {}});
  cell.margin.front() = {0.0, 1.0};
  cell.speed = verdicts.back().speed, cell.stability = verdicts.back().stability;
  cell.sentence = cell.diverged_seeds == cell.seeds ? "The loss runs away at once: every seed diverges."
                  : cell.diverged_seeds > 0         ? "The loss goes down, but one seed diverges."
                  : cell.speed == SpeedWord::fast   ? "The loss goes down fast and is perfectly stable."
                                                  : "The loss goes down very slowly and is perfectly stable.";
  return cell;
}

Recommendation fake_recommendation(std::uint32_t set, const std::vector<CellSummary>& cells) {
  Recommendation chosen;
  chosen.set = set;
  const CellSummary* best = nullptr;
  for (const CellSummary& cell : cells)
    if (cell.diverged_seeds == 0 && (!best || *cell.accuracy.mean > *best->accuracy.mean)) best = &cell;
  if (!best) {
    chosen.reason = "Every trial diverged: lower the range.";
    return chosen;
  }
  chosen.setting = best->setting;
  chosen.validation_accuracy = best->accuracy;
  chosen.why = "It is the fastest of the accurate settings, and stable.";
  chosen.reason = "The setting: its accuracy. " + chosen.why;
  chosen.warnings = {"The loss was still falling: the budget may be too short."};
  chosen.tuning_accuracy = best->accuracy;
  chosen.certificate = Certificate{
      .p_best = 0.71,
      .expected_accuracy = *best->accuracy.mean,
      .expected_loss = 0.002,
      .p_within_point = 0.97,
      .p_failure = 0.004,
      .low_run = *best->accuracy.mean - 0.02,
      .one_eta = Cost{{std::vector<double>(best->setting.values.size(), 0.01)}, 0.023, 0.011, 0.039},
      .current = std::nullopt,
      .more_time = {{24, 60, 0.0012}, {96, 240, 0.0015}},
      .p_best_of = {}};
  chosen.what_would_change_it = {"A speed_weight below 0.2 would choose a calmer setting."};
  for (const CellSummary& cell : cells) {
    const bool near = cell.diverged_seeds == 0 && *best->accuracy.mean - *cell.accuracy.mean < 0.02;
    if (near) chosen.eligible.push_back(cell.setting);
    if (cell.diverged_seeds == 0 && *best->accuracy.mean - *cell.accuracy.mean < 0.04)
      chosen.equivalent.push_back(cell.setting), chosen.certificate->p_best_of.push_back(0.1);
    chosen.trade_offs.push_back({cell.setting, cell.median_loss_target->epochs,
                                 *cell.set_back.mean + cell.spike_share.mean.value_or(0), 0.5, near,
                                 near && cell.diverged_seeds == 0});
  }
  chosen.edges = {{0, EdgeSide::high, {0.01, 0.1, 1, 10}}};
  return chosen;
}

}  // namespace

AxisValues varied(Quantity quantity, const std::string& group, const std::vector<double>& values) {
  AxisValues list;
  list.axis.quantity = quantity;
  list.axis.group = group;
  list.values = values;
  return list;
}

StudySnapshot fake_study(const FakeOptions& options) {
  StudySnapshot study;
  study.name = "fake-lenet5-0a1b2c";
  study.definition.groups = options.groups;
  study.definition.epochs = options.epochs;
  study.plan.strategy = "grid";
  study.plan.seeds = options.seeds;
  study.plan.space.values.assign(options.groups.size(), options.etas);
  study.plan.space.settings = options.settings;
  for (const AxisValues& list : options.axes) {
    study.definition.axes.push_back(list.axis);
    study.plan.space.values.push_back(list.values);
  }
  study.machine = {"Imaginary 9000", 2, "AVX2", "x86-64-fma", "0.1.0"};
  study.command = "etalon tune --data shapes,digits --epochs 2";
  study.times = {1'700'000'000'000, 1'700'000'060'000, 41.5, 230'400};
  for (std::uint32_t set = 0; set < options.sets.size(); ++set) {
    study.definition.sets.push_back({options.sets[set], "0123"});
    study.sets.push_back(fake_facts(options.sets[set]));
    study.networks.push_back(fake_network(set));
    std::size_t place = 0;
    for (const Setting& setting : all_settings(study.plan.space))
      for (const std::uint32_t seed : fake_seeds(options, setting, place++)) {
        const TrialKey key{set, setting, seed};
        study.trials.push_back({key, fake_curve(key, options), "x86-64-fma", 7680, {0, 0, 0.5, 1, ""}});
      }
  }
  std::sort(study.trials.begin(), study.trials.end(),
            [](const TrialRecord& a, const TrialRecord& b) { return a.key < b.key; });
  study.planned_trials = static_cast<std::uint32_t>(study.trials.size());
  return study;
}

Judgement fake_judgement(const StudySnapshot& study) {
  Judgement judgement;
  judgement.cells.resize(study.sets.size());
  for (std::size_t first = 0; first < study.trials.size();) {
    const TrialKey& key = study.trials[first].key;
    std::vector<Verdict> verdicts;
    std::size_t last = first;
    for (; last < study.trials.size() && study.trials[last].key.set == key.set &&
           study.trials[last].key.setting == key.setting;
         ++last) {
      const Verdict verdict = fake_verdict(study.trials[last]);
      judgement.trials.push_back({study.trials[last].key, verdict});
      if (study.trials[last].key.seed_index < first_confirmation_seed) verdicts.push_back(verdict);
    }
    judgement.cells[key.set].push_back(fake_cell(key.setting, verdicts, study.trials[first].times.seconds));
    first = last;
  }
  for (std::uint32_t set = 0; set < study.sets.size(); ++set) {
    judgement.recommendations.push_back(fake_recommendation(set, judgement.cells[set]));
    judgement.loss_target.push_back(0.3);
    judgement.accuracy_target.push_back(std::nullopt);
  }
  if (!study.trials.empty())
    judgement.overall = OverallRecommendation{judgement.recommendations.front().setting,
                                              std::vector<double>(study.sets.size(), 0.004),
                                              0.004,
                                              0.006,
                                              {},
                                              "It gives up least on the data set where it does worst.",
                                              {}};
  return judgement;
}

}  // namespace etalon::testing
