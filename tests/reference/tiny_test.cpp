/// The reference itself: gradients against central differences, losses against PyTorch, verdicts and choices
/// by hand.
#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/golden/golden_losses.h"
#include "tests/reference/tiny_help.h"

namespace etalon {
namespace {

using golden::GoldenCase;

GoldenCase case_named(const std::string& name) {
  for (const GoldenCase& golden_case : golden::golden_cases())
    if (golden_case.name == name) return golden_case;
  throw std::invalid_argument(name);
}

double loss_of(const tiny::Network& network, const tiny::Images& images, const std::vector<int>& batch) {
  tiny::Network copy = network;
  return tiny::train_step(copy, images, batch, {0, 0});
}

TEST(Tiny, gradients_are_those_of_central_differences) {
  const auto inputs = golden::inputs_of(case_named("sgd"));
  const tiny::Images images = tiny_images(inputs);
  tiny::Network network = tiny_network(inputs.network, inputs.weights);
  const std::vector<int> batch{0, 1, 2, 3};
  tiny::train_step(network, images, batch, {0, 0});
  for (tiny::Layer& layer : network)
    for (std::size_t i = 0; i < layer.parameters.size(); i += 37) {
      constexpr double step = 1e-5;
      const double before = layer.parameters[i];
      layer.parameters[i] = before + step;
      const double above = loss_of(network, images, batch);
      layer.parameters[i] = before - step;
      const double below = loss_of(network, images, batch);
      layer.parameters[i] = before;
      EXPECT_NEAR((above - below) / (2 * step), layer.gradient[i] / 4, 1e-7) << i;
    }
}

TEST(Tiny, losses_are_those_of_py_torch) {
  const GoldenCase sgd = case_named("sgd");
  const tiny::Curve curve = train_tiny(golden::inputs_of(sgd), sgd.eta);
  const auto expected = golden::losses_of(sgd).losses;
  ASSERT_EQ(curve.loss.size(), expected.size());
  for (std::size_t t = 0; t < expected.size(); ++t) EXPECT_NEAR(curve.loss[t] / expected[t], 1, 1e-9) << t;
}

TEST(Tiny, reference_loss_is_the_mean_over_the_first_minibatches) {
  const auto inputs = golden::inputs_of(case_named("sgd"));
  const tiny::Curve still = train_tiny(inputs, {0, 0});
  EXPECT_EQ(still.loss.size(), 20u);
  EXPECT_NEAR(still.reference_loss, tiny::mean(still.loss), 1e-12);
}

TEST(Tiny, a_run_that_blows_up_ends_with_its_first_non_finite_loss) {
  const tiny::Curve curve = train_tiny(golden::inputs_of(case_named("sgd")), {1e200, 1e200});
  EXPECT_LT(curve.loss.size(), 20u);
  EXPECT_FALSE(std::isfinite(curve.loss.back()));
}

tiny::Curve curve_of(double from, double to, std::size_t steps) {
  tiny::Curve curve{from, {}};
  for (std::size_t t = 0; t < steps; ++t)
    curve.loss.push_back(from + (to - from) * static_cast<double>(t) / static_cast<double>(steps - 1));
  return curve;
}

TEST(TinyVerdict, a_falling_loss_is_learning) {
  const tiny::Verdict verdict = tiny::judge(curve_of(2, 1, 101), 101, 10, 2.3);
  EXPECT_EQ(verdict.status, tiny::Status::learning);
  EXPECT_NEAR(verdict.area, 0.75, 1e-12);
}

TEST(TinyVerdict, a_loss_that_stays_is_stalled) {
  EXPECT_EQ(tiny::judge(curve_of(2, 1.99, 100), 100, 10, 2.3).status, tiny::Status::stalled);
}

TEST(TinyVerdict, a_loss_that_only_falls_to_the_labels_entropy_is_stalled) {
  EXPECT_EQ(tiny::judge(curve_of(8, 2.3, 100), 100, 10, 2.3).status, tiny::Status::stalled);
}

TEST(TinyVerdict, a_loss_that_rises_is_diverged) {
  EXPECT_EQ(tiny::judge(curve_of(2, 2.5, 100), 100, 10, 2.3).status, tiny::Status::diverged);
}

TEST(TinyVerdict, a_non_finite_loss_is_diverged_and_counts_to_the_budgets_end) {
  tiny::Curve curve{2, {2, 1, std::numeric_limits<double>::quiet_NaN()}};
  const tiny::Verdict verdict = tiny::judge(curve, 10, 10, 2.3);
  EXPECT_EQ(verdict.status, tiny::Status::diverged);
  EXPECT_NEAR(verdict.area, (1 + 0.5 + 8 * 10) / 10, 1e-12);
}

tiny::Cell cell(double eta, const tiny::Numbers& accuracy, double area, tiny::Status status) {
  return {{eta, eta}, accuracy, std::vector<tiny::Verdict>(accuracy.size(), {status, area})};
}

TEST(TinyChoice, the_fastest_of_equally_good_cells_wins) {
  const std::vector<tiny::Cell> cells{cell(0.001, {0.90, 0.92}, 0.5, tiny::Status::learning),
                                      cell(0.01, {0.905, 0.91}, 0.3, tiny::Status::learning),
                                      cell(0.1, {0.50, 0.51}, 0.1, tiny::Status::learning)};
  EXPECT_EQ(tiny::choose(cells), &cells[1]);
}

TEST(TinyChoice, a_diverged_cell_is_never_chosen) {
  const std::vector<tiny::Cell> cells{cell(1, {0.99, 0.99}, 0.1, tiny::Status::diverged),
                                      cell(0.1, {0.5, 0.5}, 0.9, tiny::Status::learning)};
  EXPECT_EQ(tiny::choose(cells), &cells[1]);
}

TEST(TinyChoice, where_all_diverged_there_is_none) {
  EXPECT_EQ(tiny::choose({cell(1, {0.1, 0.1}, 10, tiny::Status::diverged)}), nullptr);
}

}  // namespace
}  // namespace etalon
