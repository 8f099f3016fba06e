#include "made_up.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "etalon/base/random.h"

namespace etalon::made_up {

Curve draw(const std::function<double(double)>& loss, const CurveShape& shape) {
  Curve curve;
  curve.reference_loss = shape.reference;
  curve.steps_per_epoch = shape.steps_per_epoch;
  curve.budget_epochs = shape.epochs;
  RandomSequence random({shape.seed, 0, Purpose::generated_set});
  const std::uint32_t steps = shape.steps_per_epoch * shape.epochs;
  double sum = 0;
  for (std::uint32_t t = 0; t < steps; ++t) {
    const double level = loss(static_cast<double>(t) / steps) * shape.reference;
    const double value = level * std::exp(shape.noise / (0.3 + level) * random.normal());
    curve.loss.push_back(static_cast<float>(value));
    if (!std::isfinite(value)) return curve;
    sum += value;
    if ((t + 1) % shape.steps_per_epoch != 0) continue;
    curve.epochs.push_back({sum / shape.steps_per_epoch, value, 0.9});
    sum = 0;
  }
  return curve;
}

std::function<double(double)> falling(double rate, double floor) {
  return [=](double place) { return floor + (1 - floor) * std::exp(-rate * place); };
}

std::function<double(double)> blows_up(double share) {
  return [=](double place) { return place < share ? 1.0 : std::numeric_limits<double>::quiet_NaN(); };
}

Curve with_accuracy(Curve curve, double accuracy) {
  for (EpochPoint& epoch : curve.epochs) epoch.validation_accuracy = accuracy;
  return curve;
}

Study::Study(std::uint32_t sets, std::uint32_t seeds) {
  static const char* const names[] = {"one", "two", "three"};
  snapshot.plan.seeds = seeds;
  for (std::uint32_t set = 0; set < sets; ++set) {
    SetFacts facts;
    facts.name = names[set];
    facts.classes = 10;
    facts.validation_samples = 10'000;
    facts.label_entropy = guessing;
    facts.chance = chance;
    snapshot.sets.push_back(facts);
    snapshot.definition.sets.push_back({names[set], "fingerprint"});
  }
}

Study& Study::trial(const TrialKey& key, Curve curve) {
  TrialRecord record;
  record.key = key;
  record.curve = std::move(curve);
  record.numeric_class = "x86-64-fma";
  record.times.seconds = 1;
  snapshot.trials.push_back(std::move(record));
  return *this;
}

Study& Study::cell(const Setting& setting, const std::vector<double>& accuracies,
                   const std::function<double(double)>& loss, std::uint32_t set) {
  for (std::uint32_t seed = 0; seed < accuracies.size(); ++seed) {
    CurveShape shape;
    shape.seed = seed;
    trial({set, setting, seed}, with_accuracy(draw(loss, shape), accuracies[seed]));
  }
  return *this;
}

const StudySnapshot& Study::done() {
  const std::size_t groups = snapshot.trials.empty() ? 0 : snapshot.trials.front().key.setting.values.size();
  snapshot.plan.space.values.assign(groups, {});
  for (std::size_t group = 0; group < groups; ++group) {
    std::set<double> values;
    for (const TrialRecord& one : snapshot.trials) values.insert(one.key.setting.values[group]);
    snapshot.plan.space.values[group].assign(values.begin(), values.end());
  }
  std::sort(snapshot.trials.begin(), snapshot.trials.end(),
            [](const TrialRecord& a, const TrialRecord& b) { return a.key < b.key; });
  return snapshot;
}

}  // namespace etalon::made_up
