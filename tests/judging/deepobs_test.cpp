/// Curves of others: what Etalon says of them must hold too. Excerpts of the DeepOBS baselines (Schneider,
/// Balles, Hennig 2019; github.com/fsschneider/DeepOBS_Baselines, MIT License): CIFAR-10, the network 3c3d,
/// plain SGD with a constant rate, seed 42. Their training loss has a term of weight decay in it.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "etalon/judging/judge.h"
#include "made_up.h"

namespace etalon {
namespace {

constexpr float gone = std::numeric_limits<float>::quiet_NaN();  // not finite
constexpr double start = 3.585;                                  // the loss before training

struct PublishedRun {
  double eta;
  std::vector<float> loss;  ///< at the end of epochs, evenly spaced to the budget's end
  double accuracy;          ///< at the budget's end
};

// Every fifth epoch of 100.
const PublishedRun hundred_epochs[] = {
    {0.0001,
     {3.528, 3.494, 3.45,  3.396, 3.33,  3.273, 3.229, 3.199, 3.154, 3.127,
      3.099, 3.079, 3.042, 3.023, 3.001, 2.975, 2.968, 2.93,  2.924, 2.894},
     0.4231},
    {0.01,
     {2.491, 2.184, 1.968, 1.821, 1.681,  1.587,  1.463,  1.382,  1.33,   1.253,
      1.181, 1.131, 1.077, 1.03,  0.9967, 0.9607, 0.9668, 0.9334, 0.8791, 0.8373},
     0.8239},
    {0.0398,
     {2.052,  1.541,  1.294,  1.098,  0.9705, 0.8829, 0.7883, 0.8147, 0.7877, 0.6986,
      0.7158, 0.6604, 0.6421, 0.6454, 0.5928, 0.5969, 0.6395, 0.8763, 0.6228, 0.6003},
     0.8347},
    {0.0631,
     {1.828, 1.333, 1.075,  0.9299, 0.8094, 0.7544, 0.7373, 0.7458, 0.7157, 0.666,
      0.695, 0.704, 0.6852, 0.6367, 0.6472, 0.6266, 0.6738, 0.6929, 0.688,  0.6344},
     0.8382},
    {0.1,
     {1.615,  1.137, 0.941,  0.8772, 0.8751, 0.7681, 0.7578, 0.8358, 0.7867, 0.7602,
      0.7178, 0.781, 0.9553, gone,   gone,   gone,   gone,   gone,   gone,   gone},
     0.09986},
    {1,
     {2.305, 2.303, 2.304, 2.305, 2.304, 2.305, 2.304, 2.304, 2.303, 2.304,
      2.304, 2.304, 2.304, 2.303, 2.303, 2.305, 2.304, 2.305, 2.305, 2.304},
     0.1002},
    {1.58,
     {gone, gone, gone, gone, gone, gone, gone, gone, gone, gone,
      gone, gone, gone, gone, gone, gone, gone, gone, gone, gone},
     0.09996},
};

// The first 20 epochs, and the accuracies after 40 and 100.
struct ShortRun {
  PublishedRun run;
  double after_40, after_100;
};
const ShortRun twenty_epochs[] = {
    {{0.00251,
      {3.337, 3.134, 3.016, 2.911, 2.874, 2.787, 2.744, 2.726, 2.673, 2.666,
       2.611, 2.569, 2.551, 2.53,  2.502, 2.522, 2.44,  2.439, 2.41,  2.369},
      0.5828},
     0.673,
     0.7662},
    {{0.00631,
      {3.087, 2.865, 2.814, 2.682, 2.634, 2.537, 2.474, 2.506, 2.377, 2.393,
       2.323, 2.233, 2.216, 2.182, 2.142, 2.139, 2.11,  2.087, 2.05,  2.018},
      0.6677},
     0.7566,
     0.8107},
    {{0.0158,
      {2.891, 2.689, 2.552, 2.421, 2.349, 2.214, 2.131, 2.121, 1.993, 1.973,
       1.968, 1.873, 1.828, 1.784, 1.729, 1.74,  1.712, 1.65,  1.633, 1.585},
      0.7409},
     0.7856,
     0.826},
    {{0.0251,
      {2.822, 2.561, 2.507, 2.302, 2.187, 2.084, 1.948, 1.904, 1.806, 1.773,
       1.738, 1.668, 1.615, 1.571, 1.512, 1.483, 1.45,  1.396, 1.422, 1.323},
      0.7746},
     0.7949,
     0.8335},
    {{0.0398,
      {2.721, 2.435, 2.323, 2.107, 2.052, 1.835, 1.741, 1.657, 1.571, 1.541,
       1.503, 1.421, 1.405, 1.4,   1.294, 1.246, 1.256, 1.17,  1.188, 1.098},
      0.7846},
     0.8086,
     0.8347},
    {{0.0631,
      {2.64, 2.366, 2.15,  1.923, 1.828, 1.667, 1.511, 1.456,  1.359,  1.333,
       1.3,  1.218, 1.195, 1.163, 1.075, 1.068, 1.11,  0.9618, 0.9799, 0.9299},
      0.797},
     0.8084,
     0.8382},
};

Curve curve_of(const PublishedRun& run) {
  Curve curve;
  curve.resolution = Resolution::epoch;
  curve.reference_loss = start;
  curve.steps_per_epoch = 1;
  curve.budget_epochs = static_cast<std::uint32_t>(run.loss.size());
  for (const float loss : run.loss) {
    curve.loss.push_back(loss);
    if (!std::isfinite(loss)) break;
    curve.epochs.push_back({loss, loss, run.accuracy});
  }
  return curve;
}

TEST(DeepObs, late_collapse_is_failure_and_a_small_rate_is_slow) {
  made_up::Study study(1, 1);
  for (const PublishedRun& run : hundred_epochs) study.trial({0, {{run.eta, 0.1}}, 0}, curve_of(run));
  const Judgement judgement = judge(study.done());
  std::vector<std::string> fates;
  for (const JudgedTrial& trial : judgement.trials) fates.push_back(to_text(trial.verdict.fate));
  EXPECT_EQ(fates, (std::vector<std::string>{"slow", "learned", "learned", "learned", "failed", "failed",
                                             "failed"}));
  const std::vector<CellSummary>& cells = judgement.cells[0];
  EXPECT_EQ(cells[4].stability, StabilityWord::diverging) << "the rate 0.1 led at epochs 1 and 10";
  EXPECT_EQ(cells[5].diverged_seeds, 0u) << "the rate 1 stays at the level of guessing";
  EXPECT_EQ(cells[3].margin[0].held, 0.0);
  EXPECT_NEAR(*cells[3].margin[0].failed, 0.2, 0.001);
  ASSERT_TRUE(judgement.recommendations[0].setting);
  const double chosen = judgement.recommendations[0].setting->values[0];
  EXPECT_TRUE(chosen == 0.0398 || chosen == 0.0631) << chosen;
}

TEST(DeepObs, forecasts_of_longer_runs_hold) {
  made_up::Study study(1, 1);
  for (const ShortRun& one : twenty_epochs) study.trial({0, {{one.run.eta, 0.1}}, 0}, curve_of(one.run));
  const Judgement judgement = judge(study.done());
  for (std::size_t i = 3; i < std::size(twenty_epochs); ++i) {  // of slower ones it is too low
    const CellSummary& cell = judgement.cells[0][i];
    ASSERT_EQ(cell.forecast.size(), 2u) << i;
    const double truth[] = {twenty_epochs[i].after_40, twenty_epochs[i].after_100};
    for (const std::size_t at : {0u, 1u}) {
      const AccuracyForecast& forecast = cell.forecast[at];
      EXPECT_GT(truth[at], forecast.low - 0.01) << twenty_epochs[i].run.eta << " x " << forecast.budgets;
      EXPECT_LT(truth[at], forecast.high + 0.01) << twenty_epochs[i].run.eta << " x " << forecast.budgets;
      EXPECT_NEAR(forecast.expected, truth[at], 0.05)
          << twenty_epochs[i].run.eta << " x " << forecast.budgets;
    }
  }
}

}  // namespace
}  // namespace etalon
