#include "tests/calibration/simulation.h"

#include <algorithm>
#include <cmath>

#include "etalon/base/random.h"

namespace etalon::calibration {
namespace {

constexpr int side = 5;
constexpr std::uint32_t seeds = 60, truth_draws = 4000;
constexpr double chance = 0.1;

struct Scenario {
  const char* name;
  bool unequal, heavy, of_seed, stalls, dies;
};

constexpr Scenario known[] = {
    {"equal-noise", false, false, false, false, false}, {"unequal-noise", true, false, false, false, false},
    {"heavy-tails", true, true, false, false, false},   {"seed-effects", true, false, true, false, false},
    {"stalls", true, false, false, true, false},        {"dies-late", true, false, false, false, true}};

double share_of(double logit) { return 1 / (1 + std::exp(-logit)); }

// Of variance 1.
double noise(RandomSequence& random, bool heavy) {
  const double z = random.normal();
  if (!heavy) return z;
  double squares = 0;
  for (int i = 0; i < 3; ++i) {
    const double one = random.normal();
    squares += one * one;
  }
  return z / std::sqrt(squares / 3) / std::sqrt(3.0);
}

struct Cell {
  double level = 0, deviation = 0, failure = 0, over_edge = 0;
};

std::vector<Cell> surface_of(const Scenario& scenario, RandomSequence& random) {
  const double top_u = random.uniform(-2.2, -0.6), top_v = random.uniform(-2.4, -0.6);
  const double top = 2.2 + 0.9 * random.normal();
  const double curve_u = random.uniform(0.25, 0.8), curve_v = random.uniform(0.25, 0.8);
  const double tilt = random.uniform(-0.2, 0.4);
  const double edge_u = top_u + random.uniform(0.3, 1.4), edge_v = top_v + random.uniform(0.3, 1.4);
  const double base = random.uniform(0.12, 0.3), extra = scenario.unequal ? random.uniform(2, 6) : 0;
  std::vector<Cell> cells;
  for (int i = 0; i < side; ++i)
    for (int j = 0; j < side; ++j) {
      const double u = i - 4, v = j - 4, du = u - top_u, dv = v - top_v;
      Cell cell;
      cell.level = top - curve_u * du * du - curve_v * dv * dv - tilt * du * dv + 0.1 * random.normal();
      cell.level = std::max(cell.level, -2.2);
      cell.over_edge = std::max(u - edge_u, v - edge_v);
      cell.deviation = base * (1 + extra * std::exp(std::min(0.0, cell.over_edge) / 0.5));
      cell.failure = share_of((cell.over_edge - 0.15) / 0.12);
      if (scenario.stalls || scenario.dies) cell.failure = 1 - 0.9 * (1 - cell.failure);
      cells.push_back(cell);
    }
  return cells;
}

double truth_of(const Cell& cell, const Scenario& scenario, double seed_deviation, RandomSequence random) {
  double sum = 0;
  for (std::uint32_t draw = 0; draw < truth_draws; ++draw)
    sum += share_of(cell.level + seed_deviation * random.normal() +
                    cell.deviation * noise(random, scenario.heavy));
  return (1 - cell.failure) * sum / truth_draws + cell.failure * chance;
}

Verdict run_of(const Cell& cell, const Scenario& scenario, double seed_part, RandomSequence& random) {
  Verdict verdict;
  const double logit = cell.level + seed_part + cell.deviation * noise(random, scenario.heavy);
  const bool fails = random.uniform() < cell.failure;
  const double p = fails ? chance : share_of(logit);
  const double rounding = std::sqrt(p * (1 - p) / 2000) * random.normal();  // of 2,000 validation samples
  verdict.accuracy = std::clamp(p + rounding, 0.0, 1.0);
  if (fails) {
    verdict.status = scenario.dies && cell.over_edge < 0 ? TrialStatus::learning : TrialStatus::stalled;
    if (cell.over_edge > 0.6 && random.uniform() < 0.4) verdict.status = TrialStatus::diverged;
    verdict.accuracy = std::min(*verdict.accuracy, chance);
  }
  const double epochs = 0.5 * std::exp(0.2 * random.normal());
  verdict.loss_target = fails || epochs > 1 ? EpochsToTarget{1, false} : EpochsToTarget{epochs, true};
  verdict.area = 0.4;
  verdict.set_back = fails ? 3.0 : 0.04 * std::exp(0.5 * random.normal());
  verdict.spike_share = 0;
  verdict.instability = verdict.set_back;
  return verdict;
}

}  // namespace

std::vector<std::string> scenarios() {
  std::vector<std::string> names;
  for (const Scenario& one : known) names.emplace_back(one.name);
  return names;
}

Table simulated_table(const std::string& scenario, std::uint64_t number) {
  const Scenario& one = *std::ranges::find(known, scenario, &Scenario::name);
  RandomSequence random({number, 0, Purpose::generated_set}, static_cast<std::uint32_t>(&one - known));
  const std::vector<Cell> cells = surface_of(one, random);
  const double seed_deviation = one.of_seed ? 0.35 : 0.12;
  std::vector<double> seed_parts;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) seed_parts.push_back(seed_deviation * random.normal());
  Table table;
  table.name = scenario;
  table.chance = chance;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const int u = static_cast<int>(i) / side - 4, v = static_cast<int>(i) % side - 4;
    table.settings.push_back({{std::pow(10.0, u), std::pow(10.0, v)}});
    table.runs.emplace_back();
    for (const double part : seed_parts) table.runs.back().push_back(run_of(cells[i], one, part, random));
    table.truth.push_back(
        truth_of(cells[i], one, seed_deviation, RandomSequence({number, 1, Purpose::generated_set})));
  }
  return table;
}

}  // namespace etalon::calibration
