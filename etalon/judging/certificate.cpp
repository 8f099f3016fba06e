#include "etalon/judging/certificate.h"

#include <algorithm>
#include <cmath>

#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

constexpr std::size_t most_draws = 10'000, least_draws = 2'000, most_numbers = 250'000;
constexpr double confidence = 0.95;
constexpr double most_seeds = 1000;

/// Fewer draws where many cells share them: the work stays bounded, the result a function of the study alone.
std::size_t draws_for(std::size_t cells) { return std::clamp(most_numbers / cells, least_draws, most_draws); }

/// Accuracy of a share p on n samples, off 0 and 1.
double logit(double share, double samples) {
  const double inside = (share * samples + 0.5) / (samples + 1);
  return std::log(inside / (1 - inside));
}

/// Samples where they are not known: enough that the logit stays finite.
double samples_of(const SetEvidence& evidence) {
  return evidence.validation_samples > 0 ? evidence.validation_samples : 10'000;
}

std::vector<std::size_t> contenders(const SetEvidence& evidence, std::span<const std::size_t> cells,
                                    std::span<const std::size_t> eligible) {
  const auto learns = [&](std::size_t cell) { return learned(evidence.cells[cell]); };
  const auto is_eligible = [&](std::size_t cell) {
    return std::ranges::find(eligible, cell) != eligible.end();
  };
  std::vector<std::size_t> result(cells.begin(), cells.end());
  if (std::ranges::all_of(eligible, learns))
    std::erase_if(result, [&](std::size_t cell) { return !learns(cell) && !is_eligible(cell); });
  if (result.empty()) return {};
  const double rise = evidence.mean_accuracy(most_accurate(evidence, result)) - evidence.chance;
  std::erase_if(result, [&](std::size_t cell) {
    return evidence.mean_accuracy(cell) < evidence.chance + 0.5 * rise && !is_eligible(cell);
  });
  return result;
}

/// Sum of squares left when cell and seed means are taken out of the table.
double residual_squares(const std::vector<std::vector<double>>& table) {
  const std::size_t seeds = table.front().size();
  std::vector<double> seed_mean(seeds, 0.0), cell_mean;
  for (const auto& row : table) {
    cell_mean.push_back(mean(row));
    for (std::size_t seed = 0; seed < seeds; ++seed)
      seed_mean[seed] += row[seed] / static_cast<double>(table.size());
  }
  const double all = mean(cell_mean);
  double sum = 0;
  for (std::size_t cell = 0; cell < table.size(); ++cell)
    for (std::size_t seed = 0; seed < seeds; ++seed) {
      const double off = table[cell][seed] - cell_mean[cell] - seed_mean[seed] + all;
      sum += off * off;
    }
  return sum;
}

/// Variance of the logit that rounding to whole samples makes, near the best accuracy.
double rounding_variance(double best, double samples) {
  const double inside = (best * samples + 0.5) / (samples + 1);
  const double slope = 1 / (samples * inside * (1 - inside));
  return slope * slope / 12;
}

/// Chi-square over its degrees (Wilson and Hilferty 1931).
double chi_square_share(double degrees, RandomSequence& random) {
  const double part = 2 / (9 * degrees);
  const double root = 1 - part + random.normal() * std::sqrt(part);
  return std::max(1e-3, root * root * root);
}

/// Dunnett's one-sided point: the 95 % quantile of max over rivals of (z_0 - z_i) / sqrt 2 / sqrt(chi^2 /
/// df).
double dunnett_point(std::size_t rivals, double degrees, RandomSequence random) {
  std::vector<double> largest;
  const std::size_t draws = draws_for(rivals);
  for (std::size_t draw = 0; draw < draws; ++draw) {
    const double own = random.normal();
    double low = random.normal();
    for (std::size_t rival = 1; rival < rivals; ++rival) low = std::min(low, random.normal());
    largest.push_back((own - low) / std::sqrt(2.0 * chi_square_share(degrees, random)));
  }
  const auto place = largest.begin() + static_cast<std::ptrdiff_t>(confidence * static_cast<double>(draws));
  std::nth_element(largest.begin(), place, largest.end());
  return *place;
}

}  // namespace

std::optional<AccuracyModel> model_accuracy(const SetEvidence& evidence, std::span<const std::size_t> cells,
                                            std::span<const std::size_t> eligible) {
  if (evidence.seeds < 2) return {};
  AccuracyModel model;
  model.cells = contenders(evidence, cells, eligible);
  model.seeds = evidence.seeds;
  if (model.cells.empty()) return {};
  std::vector<std::vector<double>> table;
  double best = 0;
  for (const std::size_t cell : model.cells) {
    std::vector<double> row;
    for (const double share : evidence.accuracy[cell]) row.push_back(logit(share, samples_of(evidence)));
    model.level.push_back(mean(row));
    table.push_back(std::move(row));
    best = std::max(best, evidence.mean_accuracy(cell));
  }
  model.degrees = static_cast<double>((model.cells.size() - 1) * (model.seeds - 1));
  if (model.degrees > 0) model.noise = residual_squares(table) / model.degrees;
  model.noise = std::max(model.noise, rounding_variance(best, samples_of(evidence)));
  return model;
}

std::vector<double> probability_best(const AccuracyModel& model, const RandomKey& key, std::uint32_t stream) {
  const std::size_t cells = model.cells.size();
  if (cells == 1) return {1.0};
  RandomSequence random(key, stream);
  const double centre = mean(model.level), spread = sample_variance(model.level);
  std::vector<double> wins(cells, 0.0), values(cells);
  const std::size_t draws = draws_for(cells);
  for (std::size_t draw = 0; draw < draws; ++draw) {
    const double error =
        model.noise / chi_square_share(model.degrees, random) / static_cast<double>(model.seeds);
    // Equal levels leave a little of the prior, so that all are drawn alike instead of tying.
    const double prior = std::max(spread - error, 1e-6 * error), kept = prior / (prior + error);
    for (std::size_t cell = 0; cell < cells; ++cell)
      values[cell] = centre + kept * (model.level[cell] - centre) + std::sqrt(kept * error) * random.normal();
    wins[static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin())] += 1;
  }
  for (double& count : wins) count /= static_cast<double>(draws);
  return wins;
}

SimultaneousSet may_be_best(const AccuracyModel& model, const RandomKey& key, std::uint32_t stream) {
  SimultaneousSet result;
  if (model.cells.size() == 1) return {model.cells, 0};
  const double seeds = static_cast<double>(model.seeds);
  const double point = dunnett_point(model.cells.size() - 1, model.degrees, RandomSequence(key, stream));
  const double reach = point * std::sqrt(2 * model.noise / seeds);
  std::vector<double> sorted = model.level;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  for (std::size_t cell = 0; cell < model.cells.size(); ++cell)
    if (model.level[cell] >= sorted[0] - reach) result.cells.push_back(model.cells[cell]);
  const double gap = sorted[0] - sorted[1],
               needed = gap > 0 ? std::ceil(seeds * (reach / gap) * (reach / gap)) : 0;
  if (result.cells.size() == 1)
    result.more_seeds = 0;
  else if (gap > 0 && needed <= most_seeds)
    result.more_seeds = static_cast<std::uint32_t>(std::max(1.0, needed - seeds));
  return result;
}

}  // namespace etalon
