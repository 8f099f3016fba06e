#include "etalon/judging/posterior.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <Eigen/Cholesky>

#include "etalon/base/exact_math.h"
#include "etalon/judging/statistics.h"

namespace etalon {
namespace {

constexpr double unknown_samples = 10'000;  // where the size of the validation part is not known
constexpr double most_room = 2;             // decades beyond which the cliff is not felt
constexpr std::size_t shape_points = 41;

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
  const double inside = (share * samples + 0.5) / (samples + 1);
  return exact_log(inside / (1 - inside));
}

double share_of(double logit) { return 1 / (1 + exact_exp(-logit)); }

std::vector<LearnedRuns> learned_runs(const SetOutcomes& outcomes) {
  std::vector<LearnedRuns> runs;
  for (const SettingOutcomes& setting : outcomes.settings) {
    LearnedRuns& learned = runs.emplace_back();
    for (const SeedOutcome& seed : setting.seeds) {
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
  const auto groups = static_cast<Eigen::Index>(outcomes.settings.front().setting.eta.size());
  Eigen::MatrixXd place(settings, groups);
  for (Eigen::Index setting = 0; setting < settings; ++setting)
    for (Eigen::Index group = 0; group < groups; ++group)
      place(setting, group) = exact_log10(
          outcomes.settings[static_cast<std::size_t>(setting)].setting.eta[static_cast<std::size_t>(group)]);
  return place;
}

/// Decades up to the nearest setting of which most runs fail, summed over groups.
Eigen::VectorXd room_below_cliff(const Eigen::MatrixXd& place, const std::vector<FailureCount>& counts) {
  Eigen::VectorXd room = Eigen::VectorXd::Constant(place.rows(), most_room);
  for (Eigen::Index bad = 0; bad < place.rows(); ++bad) {
    const FailureCount& count = counts[static_cast<std::size_t>(bad)];
    if (count.runs == 0 || 2 * count.failed < count.runs) continue;
    for (Eigen::Index setting = 0; setting < place.rows(); ++setting) {
      const Eigen::RowVectorXd way = place.row(bad) - place.row(setting);
      if (way.minCoeff() > -1e-9) room(setting) = std::min(room(setting), way.sum());
    }
  }
  return room;
}

/// Variance of the logit that rounding to whole samples makes, near the best accuracy.
double rounding_variance(const SetOutcomes& outcomes) {
  double best = 0;
  for (const SettingOutcomes& setting : outcomes.settings)
    for (const SeedOutcome& seed : setting.seeds) best = std::max(best, seed.accuracy);
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
  const double centre = mean(shape), deviation = std::sqrt(sample_variance(shape));
  for (double& value : shape) value = (value - centre) / deviation;
  return shape;
}

}  // namespace

AccuracyPosterior::AccuracyPosterior(const SetOutcomes& outcomes)
    : chance_(outcomes.chance),
      runs_(learned_runs(outcomes)),
      counts_(failure_counts(outcomes)),
      place_(places(outcomes)),
      cliff_(place_, counts_),
      noise_(estimate_noise(runs_, room_below_cliff(place_, counts_), rounding_variance(outcomes))),
      surface_(surface_of(place_, runs_, noise_)),
      shape_(residual_shape(runs_, noise_, surface_)) {}

double AccuracyPosterior::learned_accuracy(double level, Eigen::Index setting) const {
  const double deviation = std::sqrt(noise_.variance(setting));
  double sum = 0;
  for (const double z : shape_) sum += share_of(level + deviation * z);
  return sum / static_cast<double>(shape_.size());
}

double AccuracyPosterior::expected(std::size_t setting) const {
  const auto place = static_cast<Eigen::Index>(setting);
  const double deviation = std::sqrt(std::max(0.0, surface_.covariance(place, place)));
  double learned = 0;
  for (const double node : normal_nodes)
    learned += learned_accuracy(surface_.mean(place) + deviation * node, place) / normal_nodes.size();
  const double fails = cliff_.mean(place);
  return (1 - fails) * learned + fails * chance_;
}

std::vector<std::size_t> AccuracyPosterior::contenders(bool unseen) const {
  double best = 0;
  for (std::size_t setting = 0; setting < runs_.size(); ++setting)
    if (counts_[setting].runs > 0) best = std::max(best, expected(setting));
  std::vector<std::size_t> result;
  for (std::size_t setting = 0; setting < runs_.size(); ++setting) {
    const auto place = static_cast<Eigen::Index>(setting);
    if (counts_[setting].runs == 0 && !unseen) continue;
    const double deviation = std::sqrt(std::max(0.0, surface_.covariance(place, place)));
    const double high = learned_accuracy(surface_.mean(place) + 3.5 * deviation, place);
    const double held = std::min(1.0, 1 - cliff_.mean(place) + 3.5 * std::sqrt(cliff_.mean(place) / 7));
    if (held * high + (1 - held) * chance_ >= best || expected(setting) >= best) result.push_back(setting);
  }
  return result;
}

PosteriorDraws AccuracyPosterior::draw(std::vector<std::size_t> settings, std::size_t draws,
                                       RandomSequence random) const {
  PosteriorDraws result;
  result.settings = std::move(settings);
  const std::vector<Eigen::Index> places(result.settings.begin(), result.settings.end());
  const auto count = static_cast<Eigen::Index>(places.size()), rows = static_cast<Eigen::Index>(draws);
  result.expected.resize(rows, count);
  result.failure.resize(rows, count);
  result.run.resize(rows, count);
  Eigen::MatrixXd covariance = surface_.covariance(places, places);
  covariance.diagonal().array() += 1e-9;
  const Eigen::MatrixXd root = covariance.llt().matrixL();
  std::vector<LevelTable> learned;
  for (const Eigen::Index place : places)
    learned.emplace_back(surface_.mean(place), std::sqrt(surface_.covariance(place, place) + 1e-9),
                         [&](double level) { return learned_accuracy(level, place); });
  Eigen::VectorXd normal(count), shares;
  for (Eigen::Index row = 0; row < rows; ++row) {
    for (Eigen::Index i = 0; i < count; ++i) normal(i) = random.normal();
    const Eigen::VectorXd off = root * normal;
    cliff_.draw(places, random, shares);
    result.failure.row(row) = shares.transpose();
    for (Eigen::Index i = 0; i < count; ++i) {
      const Eigen::Index place = places[static_cast<std::size_t>(i)];
      const double degrees = noise_.degrees(place);
      const double tail = std::sqrt(degrees / (2 * draw_gamma(degrees / 2, random)));  // Student's t
      const double level = surface_.mean(place) + off(i) * tail;
      result.expected(row, i) =
          (1 - shares(i)) * learned[static_cast<std::size_t>(i)].at(level) + shares(i) * chance_;
      const double z = shape_[random.below(static_cast<std::uint32_t>(shape_.size()))];
      const bool fails = random.uniform() < shares(i);
      result.run(row, i) = fails ? chance_ : share_of(level + std::sqrt(noise_.variance(place)) * z);
    }
  }
  return result;
}

}  // namespace etalon
