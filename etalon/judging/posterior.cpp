#include "etalon/judging/posterior.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <Eigen/Cholesky>

#include "etalon/base/exact_math.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

constexpr double unknown_samples = 10'000;  // where the size of the validation part is not known
constexpr double most_room = 2;             // decades beyond which the cliff is not felt
constexpr std::size_t shape_points = 41;
constexpr double contender_deviations = 3.5;

/// Accuracies at evenly spaced levels, read in between by straight lines.
class LevelTable {
 public:
  template <class Accuracy>
  LevelTable(double centre, double deviation, Accuracy accuracy)
      : low_(centre - reach * deviation), step_(2 * reach * deviation / (points - 1)) {
    for (std::size_t i = 0; i < points; ++i) values_[i] = accuracy(low_ + step_ * static_cast<double>(i));
  }
  double at(double level) const {
    const double place = std::clamp((level - low_) / step_, 0.0, static_cast<double>(points - 1) - 1e-9);
    const auto left = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(left);
    return (1 - share) * values_[left] + share * values_[left + 1];
  }

 private:
  static constexpr std::size_t points = 65;
  static constexpr double reach = 6;  // deviations
  double low_, step_;
  std::array<double, points> values_{};
};

/// Standard normal quantiles at (i + 1/2) / 9, scaled to variance 1: the mean over a level that is not known.
constexpr std::array<double, 9> normal_nodes{-1.6906, -1.0210, -0.6245, -0.2991, 0,
                                             0.2991,  0.6245,  1.0210,  1.6906};

double samples_of(const SetOutcomes& outcomes) {
  return outcomes.validation_samples > 0 ? outcomes.validation_samples : unknown_samples;
}

double logit(double share, double samples) {
  const double inside = (std::clamp(share, 0.0, 1.0) * samples + 0.5) / (samples + 1);
  return exact_log(inside / (1 - inside));
}

double share_of(double logit) { return 1 / (1 + exact_exp(-logit)); }

std::vector<LearnedRuns> learned_runs(const SetOutcomes& outcomes, const std::vector<std::size_t>& settings) {
  std::vector<LearnedRuns> runs;
  for (const std::size_t setting : settings) {
    LearnedRuns& learned = runs.emplace_back();
    for (const SeedOutcome& seed : outcomes.settings[setting].seeds) {
      if (seed.failed) continue;
      learned.seeds.push_back(seed.seed_index);
      learned.logits.push_back(logit(seed.accuracy, samples_of(outcomes)));
    }
  }
  return runs;
}

std::vector<FailureCount> failure_counts(const SetOutcomes& outcomes) {
  std::vector<FailureCount> counts;
  for (const SettingOutcomes& setting : outcomes.settings)
    counts.push_back({static_cast<double>(std::ranges::count_if(setting.seeds, &SeedOutcome::failed)),
                      static_cast<double>(setting.seeds.size())});
  return counts;
}

Eigen::MatrixXd places(const SetOutcomes& outcomes) {
  const auto settings = static_cast<Eigen::Index>(outcomes.settings.size());
  const auto axes = static_cast<Eigen::Index>(outcomes.settings.front().setting.values.size());
  Eigen::MatrixXd place(settings, axes);
  for (Eigen::Index setting = 0; setting < settings; ++setting)
    for (Eigen::Index axis = 0; axis < axes; ++axis) {
      const auto i = static_cast<std::size_t>(axis);
      place(setting, axis) =
          place_of(quantity_of(outcomes.axes, i),
                   outcomes.settings[static_cast<std::size_t>(setting)].setting.values.at(i));
    }
  return place;
}

/// [setting] The mean accuracy of the runs that learned, chance where all failed; of a setting without seeds
/// that of the nearest one that has some.
std::vector<double> plain_means(const SetOutcomes& outcomes, const Eigen::MatrixXd& place) {
  std::vector<double> means;
  std::vector<Eigen::Index> seen;
  for (const SettingOutcomes& setting : outcomes.settings) {
    std::vector<double> accuracies;
    for (const SeedOutcome& seed : setting.seeds)
      if (!seed.failed) accuracies.push_back(std::clamp(seed.accuracy, 0.0, 1.0));
    if (!setting.seeds.empty()) seen.push_back(static_cast<Eigen::Index>(means.size()));
    means.push_back(accuracies.empty() ? outcomes.chance : mean(accuracies));
  }
  for (std::size_t setting = 0; setting < means.size(); ++setting) {
    if (!outcomes.settings[setting].seeds.empty()) continue;
    const Eigen::RowVectorXd here = place.row(static_cast<Eigen::Index>(setting));
    const auto nearest = std::ranges::min_element(
        seen, {}, [&](Eigen::Index other) { return (place.row(other) - here).squaredNorm(); });
    means[setting] = means[static_cast<std::size_t>(*nearest)];
  }
  return means;
}

/// The settings of the highest `promise`, at most `most_modelled` of those with seeds and of those without;
/// ascending.
std::vector<std::size_t> most_promising(const SetOutcomes& outcomes, const std::vector<double>& promise) {
  std::vector<std::size_t> order(promise.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t setting) { return promise[setting]; });
  std::vector<std::size_t> chosen;
  std::size_t room[] = {AccuracyPosterior::most_modelled, AccuracyPosterior::most_modelled};
  for (const std::size_t setting : order) {
    std::size_t& left = room[outcomes.settings[setting].seeds.empty()];
    if (left == 0) continue;
    --left;
    chosen.push_back(setting);
  }
  std::ranges::sort(chosen);
  return chosen;
}

/// [setting] Their plain means as far as runs are not expected to fail.
std::vector<double> promises(const std::vector<double>& plain, const Cliff& cliff, double chance) {
  std::vector<double> promise;
  for (std::size_t setting = 0; setting < plain.size(); ++setting) {
    const double fails = cliff.mean(static_cast<Eigen::Index>(setting));
    promise.push_back((1 - fails) * plain[setting] + fails * chance);
  }
  return promise;
}

/// The columns of the axes along which runs may begin to fail.
Eigen::MatrixXd failing_places(const SetOutcomes& outcomes, const Eigen::MatrixXd& place) {
  std::vector<Eigen::Index> columns;
  for (Eigen::Index axis = 0; axis < place.cols(); ++axis)
    if (traits_of(quantity_of(outcomes.axes, static_cast<std::size_t>(axis))).makes_fail)
      columns.push_back(axis);
  return place(Eigen::all, columns);
}

Eigen::MatrixXd rows_of(const Eigen::MatrixXd& place, const std::vector<std::size_t>& settings) {
  return place(settings, Eigen::all);
}

/// [one of settings] Decades up to the nearest setting of which most runs fail, summed over axes.
Eigen::VectorXd room_below_cliff(const Eigen::MatrixXd& place, const std::vector<FailureCount>& counts,
                                 const std::vector<std::size_t>& settings) {
  Eigen::VectorXd room = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(settings.size()), most_room);
  for (Eigen::Index bad = 0; bad < place.rows(); ++bad) {
    const FailureCount& count = counts[static_cast<std::size_t>(bad)];
    if (count.runs == 0 || 2 * count.failed < count.runs) continue;
    for (Eigen::Index row = 0; row < room.size(); ++row) {
      const Eigen::RowVectorXd way =
          place.row(bad) - place.row(static_cast<Eigen::Index>(settings[static_cast<std::size_t>(row)]));
      if ((way.array() > -1e-9).all()) room(row) = std::min(room(row), way.sum());
    }
  }
  return room;
}

/// Variance of the logit that rounding to whole samples makes, near the best accuracy.
double rounding_variance(const SetOutcomes& outcomes) {
  double best = 0;
  for (const SettingOutcomes& setting : outcomes.settings)
    for (const SeedOutcome& seed : setting.seeds) best = std::max(best, std::min(1.0, seed.accuracy));
  const double samples = samples_of(outcomes), inside = (best * samples + 0.5) / (samples + 1);
  const double slope = 1 / (samples * inside * (1 - inside));
  return slope * slope / 12;
}

Surface surface_of(const Eigen::MatrixXd& place, const std::vector<LearnedRuns>& runs, const Noise& noise) {
  SurfaceData data;
  data.place = place;
  std::vector<double> levels;
  for (std::size_t setting = 0; setting < runs.size(); ++setting) {
    if (runs[setting].logits.empty()) continue;
    data.measured.push_back(static_cast<Eigen::Index>(setting));
    levels.push_back(mean(runs[setting].logits));
  }
  if (levels.empty())  // every run failed: nothing is known of what a run that learns would reach
    return {Eigen::VectorXd::Zero(place.rows()), Eigen::MatrixXd::Identity(place.rows(), place.rows())};
  data.level = Eigen::Map<const Eigen::VectorXd>(levels.data(), static_cast<Eigen::Index>(levels.size()));
  data.error = error_of_means(runs, noise, data.measured);
  return fit_surface(data);
}

/// Quantiles of the standardized residuals of the settings in the upper half, as if a few normal ones were
/// among them.
std::vector<double> residual_shape(const std::vector<LearnedRuns>& runs, const Noise& noise,
                                   const Surface& surface) {
  std::vector<double> pool;
  for (int copy = 0; copy < 2; ++copy) pool.insert(pool.end(), normal_nodes.begin(), normal_nodes.end());
  const double best = surface.mean.maxCoeff(), middle = (best + surface.mean.minCoeff()) / 2;
  for (std::size_t setting = 0; setting < runs.size(); ++setting) {
    const auto& logits = runs[setting].logits;
    const auto place = static_cast<Eigen::Index>(setting);
    if (logits.size() < 3 || surface.mean(place) < middle) continue;
    const double centre = mean(logits), n = static_cast<double>(logits.size());
    const double scale = std::sqrt(noise.variance(place) * (n - 1) / n);
    for (const double value : logits) pool.push_back((value - centre) / scale);
  }
  std::ranges::sort(pool);
  std::vector<double> shape;
  for (std::size_t point = 0; point < shape_points; ++point)
    shape.push_back(pool[(2 * point + 1) * pool.size() / (2 * shape_points)]);
  const double centre = mean(shape), deviation = std::max(1e-9, std::sqrt(sample_variance(shape)));
  for (double& value : shape) value = (value - centre) / deviation;
  return shape;
}

/// L with L L' = covariance, or hardly more where rounding left it without a root.
Eigen::MatrixXd root_of(const Eigen::MatrixXd& covariance) {
  for (double more = 1e-9;; more *= 10) {
    const Eigen::MatrixXd lifted =
        covariance + more * Eigen::MatrixXd::Identity(covariance.rows(), covariance.cols());
    const Eigen::LLT<Eigen::MatrixXd> root(lifted);
    if (root.info() == Eigen::Success) return root.matrixL();
  }
}

}  // namespace

AccuracyPosterior::AccuracyPosterior(const SetOutcomes& outcomes)
    : chance_(outcomes.chance),
      counts_(failure_counts(outcomes)),
      place_(places(outcomes)),
      plain_(plain_means(outcomes, place_)),
      cliff_(failing_places(outcomes, place_), counts_),
      modelled_(most_promising(outcomes, promises(plain_, cliff_, chance_))),
      runs_(learned_runs(outcomes, modelled_)),
      noise_(estimate_noise(runs_, room_below_cliff(failing_places(outcomes, place_), counts_, modelled_),
                            rounding_variance(outcomes))),
      surface_(surface_of(rows_of(place_, modelled_), runs_, noise_)),
      shape_(residual_shape(runs_, noise_, surface_)) {}

std::optional<Eigen::Index> AccuracyPosterior::row(std::size_t setting) const {
  const auto found = std::ranges::lower_bound(modelled_, setting);
  if (found == modelled_.end() || *found != setting) return {};
  return found - modelled_.begin();
}

double AccuracyPosterior::learned_accuracy(double level, Eigen::Index row) const {
  const double deviation = std::sqrt(noise_.variance(row));
  double sum = 0;
  for (const double z : shape_) sum += share_of(level + deviation * z);
  return sum / static_cast<double>(shape_.size());
}

double AccuracyPosterior::level_deviation(Eigen::Index row) const {
  return std::sqrt(std::max(0.0, surface_.covariance(row, row)));
}

double AccuracyPosterior::expected(std::size_t setting) const {
  double learned = plain_[setting];
  if (const std::optional<Eigen::Index> own = row(setting)) {
    learned = 0;
    for (const double node : normal_nodes)
      learned += learned_accuracy(surface_.mean(*own) + level_deviation(*own) * node, *own);
    learned /= normal_nodes.size();
  }
  const double fails = failure(setting);
  return (1 - fails) * learned + fails * chance_;
}

AccuracyPosterior::Reach AccuracyPosterior::reach_of(Eigen::Index row) const {
  const std::size_t setting = modelled_[static_cast<std::size_t>(row)];
  const double level = surface_.mean(row), off = contender_deviations * level_deviation(row);
  const double middle = learned_accuracy(level, row), rise = std::max(0.0, middle - chance_);
  const double fails = failure(setting),
               share = contender_deviations * cliff_.deviation(static_cast<Eigen::Index>(setting));
  return {expected(setting),
          std::hypot(learned_accuracy(level + off, row) - middle, rise * std::min(share, fails)),
          std::hypot(middle - learned_accuracy(level - off, row), rise * std::min(share, 1 - fails))};
}

std::vector<std::size_t> AccuracyPosterior::contenders(bool unseen) const {
  std::vector<Reach> reaches;
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < modelled_.size(); ++i) {
    reaches.push_back(reach_of(static_cast<Eigen::Index>(i)));
    if (counts_[modelled_[i]].runs > 0 && (!best || reaches[i].expected > reaches[*best].expected)) best = i;
  }
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < modelled_.size(); ++i) {
    if (counts_[modelled_[i]].runs == 0 && !unseen) continue;
    if (reaches[i].expected + std::hypot(reaches[i].up, reaches[*best].down) >= reaches[*best].expected)
      result.push_back(modelled_[i]);
  }
  return result;
}

PosteriorDraws AccuracyPosterior::draw(std::vector<std::size_t> settings, std::size_t draws,
                                       RandomSequence random) const {
  PosteriorDraws result;
  result.settings = std::move(settings);
  const auto rows = static_cast<Eigen::Index>(draws);
  result.expected.resize(rows, static_cast<Eigen::Index>(result.settings.size()));
  result.run.resizeLike(result.expected);
  result.failure.resizeLike(result.expected);
  const std::vector<Eigen::Index> places(result.settings.begin(), result.settings.end());
  std::vector<Eigen::Index> own;  // rows of the surface
  for (const std::size_t setting : result.settings)
    if (const std::optional<Eigen::Index> one = row(setting)) own.push_back(*one);
  const Eigen::MatrixXd root = root_of(surface_.covariance(own, own));
  std::vector<LevelTable> tables;
  for (const Eigen::Index one : own)
    tables.emplace_back(surface_.mean(one), std::max(1e-4, level_deviation(one)),
                        [&](double level) { return learned_accuracy(level, one); });
  Eigen::VectorXd normal(root.rows()), shares;
  for (Eigen::Index draw = 0; draw < rows; ++draw) {
    for (double& one : normal) one = random.normal();
    const Eigen::VectorXd off = root * normal;
    cliff_.draw(places, random, shares);
    result.failure.row(draw) = shares.transpose();
    std::size_t next = 0;  // of `own`
    for (std::size_t i = 0; i < result.settings.size(); ++i) {
      const auto column = static_cast<Eigen::Index>(i);
      double learned = plain_[result.settings[i]], run = learned;
      if (next < own.size() && modelled_[static_cast<std::size_t>(own[next])] == result.settings[i]) {
        const Eigen::Index one = own[next];
        const double degrees = noise_.degrees(one);
        const double tail = std::sqrt(degrees / (2 * draw_gamma(degrees / 2, random)));  // Student's t
        const double level = surface_.mean(one) + off(static_cast<Eigen::Index>(next)) * tail;
        learned = tables[next].at(level);
        const double z = shape_[random.below(static_cast<std::uint32_t>(shape_.size()))];
        run = share_of(level + std::sqrt(noise_.variance(one)) * z);
        ++next;
      }
      const double fails = shares(column);
      result.expected(draw, column) = (1 - fails) * learned + fails * chance_;
      result.run(draw, column) = random.uniform() < fails ? chance_ : run;
    }
  }
  return result;
}

std::vector<double> shares_of_best(const PosteriorDraws& draws) {
  std::vector<double> shares(draws.settings.size(), 0);
  for (Eigen::Index row = 0; row < draws.expected.rows(); ++row) {
    Eigen::Index best = 0;
    draws.expected.row(row).maxCoeff(&best);
    shares[static_cast<std::size_t>(best)] += 1.0 / static_cast<double>(draws.expected.rows());
  }
  return shares;
}

}  // namespace etalon
