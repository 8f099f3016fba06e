#include "etalon/judging/certificate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Cholesky>

#include "etalon/base/check.h"

namespace etalon {
namespace {

constexpr std::size_t most_draws = 4000, least_draws = 1000, most_numbers = 100'000;
constexpr double confidence = 0.95, doubt = 0.05;
constexpr double one_point = 0.01;
constexpr double low_share = 0.1;         // of the runs end below low_run
constexpr std::size_t most_extended = 6;  // settings that more time would go to
constexpr std::uint32_t seed_numbers[] = {4, 16};

std::size_t draws_for(std::size_t settings) {
  return std::clamp(most_numbers / std::max<std::size_t>(1, settings), least_draws, most_draws);
}

RandomSequence random_of(std::uint64_t study_seed, std::uint32_t set, std::uint32_t use) {
  return RandomSequence({study_seed, 0, Purpose::resampling}, 8 * set + use);
}

/// The value that a share of `values` lies below.
double quantile(std::vector<double> values, double share) {
  const auto place =
      std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end());
  return values[place];
}

std::vector<double> column(const Eigen::MatrixXd& draws, Eigen::Index place) {
  return {draws.col(place).begin(), draws.col(place).end()};
}

/// What `cell` loses against the chosen one.
Cost cost_of(const SetEvidence& evidence, const PosteriorDraws& draws, Eigen::Index chosen,
             Eigen::Index cell) {
  const Eigen::VectorXd difference = draws.expected.col(chosen) - draws.expected.col(cell);
  const std::vector<double> values(difference.begin(), difference.end());
  return {evidence.cells[draws.settings[static_cast<std::size_t>(cell)]].setting, difference.mean(),
          quantile(values, doubt / 2), quantile(values, 1 - doubt / 2)};
}

/// The etas of a setting, one a layer group.
std::vector<double> etas_of(const SetEvidence& evidence, const Setting& setting) {
  std::vector<double> etas;
  for (std::size_t i = 0; i < setting.values.size(); ++i)
    if (quantity_of(evidence.outcomes.axes, i) == Quantity::eta) etas.push_back(setting.values[i]);
  return etas;
}

/// The cell of the highest expected accuracy that passes a test and has a seed.
template <class Test>
std::optional<std::size_t> best_of(const SetEvidence& evidence, const SetPosterior& posterior, Test test) {
  std::optional<std::size_t> best;
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell) {
    if (evidence.seeds(cell) == 0 || !test(evidence.cells[cell].setting)) continue;
    if (!best || posterior.expected[cell] > posterior.expected[*best]) best = cell;
  }
  return best;
}

/// The likeliest cells, at most `count`.
std::vector<Eigen::Index> likeliest(const SetPosterior& posterior, std::size_t count) {
  std::vector<Eigen::Index> places(posterior.draws.settings.size());
  std::iota(places.begin(), places.end(), Eigen::Index{0});
  std::ranges::stable_sort(places, std::greater<>(), [&](Eigen::Index place) {
    return posterior.p_best[posterior.draws.settings[static_cast<std::size_t>(place)]];
  });
  if (places.size() > count) places.resize(count);
  return places;
}

/// Value of information: for every draw of the truth, the runs that it would give, the expectations that
/// would follow (linear in what the runs show), and the truth of whoever would be the highest then, against
/// that of whoever is now. Runs are taken to show how accurate those that learn are; shares of failures, of
/// which a few runs tell little, stay at their means. What speed and stability give up of accuracy is no gain
/// of more time.
double gain_of(const PosteriorDraws& draws, const std::vector<Eigen::Index>& places, double chance,
               std::uint32_t seeds, RandomSequence random) {
  const Eigen::ArrayXXd failure = draws.failure(Eigen::all, places);
  const Eigen::ArrayXXd learned =
      chance + (draws.expected(Eigen::all, places).array() - chance) / (1 - failure).max(1e-6);
  const Eigen::ArrayXd holds = 1 - failure.colwise().mean().transpose();
  const Eigen::MatrixXd truth = (chance + (learned - chance).rowwise() * holds.transpose()).matrix();
  const Eigen::RowVectorXd centre = truth.colwise().mean();
  const Eigen::MatrixXd off = truth.rowwise() - centre;
  const Eigen::MatrixXd covariance = off.transpose() * off / static_cast<double>(truth.rows() - 1);
  const Eigen::ArrayXXd run = draws.run(Eigen::all, places).array();
  const Eigen::ArrayXXd kept = (run != chance).cast<double>();  // runs that did not fail
  const Eigen::RowVectorXd error = ((kept * (run - learned).square()).colwise().sum() /
                                    kept.colwise().sum().max(1.0) / static_cast<double>(seeds))
                                       .max(1e-10)
                                       .matrix();
  const Eigen::MatrixXd seen = covariance + Eigen::MatrixXd(error.asDiagonal());
  const Eigen::MatrixXd weight = seen.llt().solve(covariance).transpose();
  Eigen::Index now = 0;
  centre.maxCoeff(&now);
  double sum = 0;
  for (Eigen::Index row = 0; row < truth.rows(); ++row) {
    Eigen::RowVectorXd shown = off.row(row);
    for (Eigen::Index i = 0; i < shown.size(); ++i) shown(i) += std::sqrt(error(i)) * random.normal();
    Eigen::Index then = 0;
    (centre + (weight * shown.transpose()).transpose()).maxCoeff(&then);
    sum += truth(row, then) - truth(row, now);
  }
  return std::max(0.0, sum / static_cast<double>(truth.rows()));
}

std::vector<MoreTime> more_time(const SetEvidence& evidence, const SetPosterior& posterior,
                                Eigen::Index chosen, const CertificateRequest& request,
                                std::uint64_t study_seed) {
  const std::vector<Eigen::Index> places = likeliest(posterior, most_extended);
  if (places.size() < 2) return {};
  const std::size_t cell = posterior.draws.settings[static_cast<std::size_t>(chosen)];
  const double seconds = evidence.cells[cell].seconds.mean.value_or(0) / std::max(1u, request.threads);
  std::vector<MoreTime> result;
  for (const std::uint32_t seeds : seed_numbers) {
    const auto trials = static_cast<std::uint32_t>(seeds * places.size());
    result.push_back({trials, seconds * trials,
                      gain_of(posterior.draws, places, evidence.outcomes.chance, seeds,
                              random_of(study_seed, evidence.set, 2))});
  }
  return result;
}

}  // namespace

std::optional<Eigen::Index> SetPosterior::place(std::size_t cell) const {
  const auto found = std::ranges::lower_bound(draws.settings, cell);
  if (found == draws.settings.end() || *found != cell) return {};
  return found - draws.settings.begin();
}

SetPosterior posterior_of(const SetEvidence& evidence, std::uint64_t study_seed) {
  const bool seen = std::ranges::any_of(
      evidence.outcomes.settings, [](const SettingOutcomes& setting) { return !setting.seeds.empty(); });
  check(seen, "cells with a seed", 0, "at least one");
  AccuracyPosterior model(evidence.outcomes);
  std::vector<std::size_t> contenders = model.contenders();
  const std::size_t draws = draws_for(contenders.size());
  SetPosterior result{std::move(model), {}, {}, std::vector<double>(evidence.cells.size(), 0.0)};
  result.draws = result.model.draw(std::move(contenders), draws, random_of(study_seed, evidence.set, 0));
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    result.expected.push_back(result.model.expected(cell));
  const std::vector<double> shares = shares_of_best(result.draws);
  for (std::size_t i = 0; i < shares.size(); ++i) result.p_best[result.draws.settings[i]] = shares[i];
  return result;
}

std::vector<std::size_t> may_be_best(const SetPosterior& posterior, std::span<const std::size_t> eligible) {
  std::vector<std::size_t> cells;
  double together = 0;
  for (const Eigen::Index place : likeliest(posterior, posterior.draws.settings.size())) {
    if (together >= confidence) break;
    cells.push_back(posterior.draws.settings[static_cast<std::size_t>(place)]);
    together += posterior.p_best[cells.back()];
  }
  for (const std::size_t cell : eligible)
    if (std::ranges::find(cells, cell) == cells.end()) cells.push_back(cell);
  std::ranges::sort(cells);
  return cells;
}

std::optional<std::size_t> closest_rival(const SetPosterior& posterior, std::size_t chosen) {
  std::optional<std::size_t> rival;
  for (const std::size_t cell : posterior.draws.settings) {
    if (cell == chosen) continue;
    const auto rank = [&](std::size_t one) {
      return std::pair(posterior.p_best[one], posterior.expected[one]);
    };
    if (!rival || rank(cell) > rank(*rival)) rival = cell;
  }
  return rival;
}

double probability_over(const SetPosterior& posterior, std::size_t cell, double limit) {
  const std::optional<Eigen::Index> place = posterior.place(cell);
  if (!place) return posterior.model.failure(cell) > limit ? 1 : 0;
  const Eigen::ArrayXd shares = posterior.draws.failure.col(*place).array();
  return static_cast<double>((shares > limit).count()) / static_cast<double>(shares.size());
}

double probability_as_accurate(const SetPosterior& posterior, std::size_t cell, std::size_t best,
                               double floor) {
  const std::optional<Eigen::Index> one = posterior.place(cell), top = posterior.place(best);
  if (!one || !top) return posterior.expected[best] - posterior.expected[cell] <= floor ? 1 : 0;
  const Eigen::MatrixXd& draws = posterior.draws.expected;
  const Eigen::ArrayXd below = (draws.col(*top) - draws.col(*one)).array();
  return static_cast<double>((below <= floor).count()) / static_cast<double>(below.size());
}

std::vector<std::size_t> as_accurate_as(const SetEvidence& evidence, const SetPosterior& posterior,
                                        std::size_t best) {
  const double floor = validation_error(evidence.outcomes, posterior.expected[best]);
  std::vector<std::size_t> cells;
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    if (cell == best ||
        (evidence.seeds(cell) > 0 && probability_as_accurate(posterior, cell, best, floor) >= doubt))
      cells.push_back(cell);
  return cells;
}

Certificate certify(const SetEvidence& evidence, const SetPosterior& posterior, std::size_t chosen,
                    const CertificateRequest& request, std::uint64_t study_seed) {
  check(chosen < evidence.cells.size(), "the chosen cell", chosen, "one of the set's");
  check(posterior.place(chosen).has_value() ||
            !std::ranges::all_of(evidence.outcomes.settings[chosen].seeds, &SeedOutcome::failed),
        "the chosen cell", chosen, "a contender, or one with a seed that did not fail");
  const auto equal = best_of(evidence, posterior, [&](const Setting& one) {
    const std::vector<double> etas = etas_of(evidence, one);
    return std::ranges::count(etas, etas.front()) == std::ssize(etas);
  });
  const auto current =
      best_of(evidence, posterior, [&](const Setting& one) { return one == request.current; });
  std::vector<std::size_t> cells = posterior.draws.settings;
  for (const std::optional<std::size_t> cell : {std::optional(chosen), equal, current})
    if (cell && std::ranges::find(cells, *cell) == cells.end()) cells.push_back(*cell);
  std::ranges::sort(cells);
  const bool more = cells.size() > posterior.draws.settings.size();
  const PosteriorDraws draws =
      more ? posterior.model.draw(cells, draws_for(cells.size()), random_of(study_seed, evidence.set, 1))
           : posterior.draws;
  const auto place_of = [&](std::size_t cell) {
    return static_cast<Eigen::Index>(std::ranges::find(cells, cell) - cells.begin());
  };
  const Eigen::Index place = place_of(chosen);
  // The same draws as p_best where they hold the chosen one, so that the numbers agree.
  const std::optional<Eigen::Index> contender = posterior.place(chosen);
  const PosteriorDraws& own = contender ? posterior.draws : draws;
  const Eigen::Index here = contender.value_or(place);
  const Eigen::ArrayXd loss = own.expected.rowwise().maxCoeff().array() - own.expected.col(here).array();

  Certificate result;
  result.p_best = posterior.p_best[chosen];
  result.expected_accuracy = posterior.expected[chosen];
  result.expected_loss = loss.mean();
  result.p_within_point = static_cast<double>((loss <= one_point).count()) / static_cast<double>(loss.size());
  result.p_failure = posterior.model.failure(chosen);
  result.low_run = quantile(column(own.run, here), low_share);
  const bool several = etas_of(evidence, evidence.cells[chosen].setting).size() > 1;
  if (several && equal) result.one_eta = cost_of(evidence, draws, place, place_of(*equal));
  if (current) result.current = cost_of(evidence, draws, place, place_of(*current));
  if (contender) result.more_time = more_time(evidence, posterior, *contender, request, study_seed);
  return result;
}

}  // namespace etalon
