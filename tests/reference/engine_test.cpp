/// The engine against the plain scalar reference: the same network, initial weights, minibatches and etas.
#include <cmath>

#include <gtest/gtest.h>

#include "tests/golden/one_trial.h"
#include "tests/reference/tiny_help.h"

namespace etalon {
namespace {

// The engine computes in float, the reference in double: a rounding error of 6e-8 a step, with room to grow.
constexpr double tolerance = 1e-5;

golden::GoldenCase plain_sgd(const std::vector<std::string>& layers, ImageShape shape,
                             std::uint32_t classes) {
  golden::GoldenCase result;
  result.shape = shape;
  result.classes = classes;
  result.layers = layers;
  result.groups = default_groups();
  return result;
}

golden::GoldenCase tiny_lenet() {
  return plain_sgd({"conv 4 3x3 pad 1", "relu", "maxpool 2", "conv 8 3x3", "relu", "maxpool 2", "dense 16",
                    "relu", "dense 4"},
                   {1, 12, 12}, 4);
}

void expect_same_curves(const golden::GoldenCase& golden_case, const std::vector<double>& eta,
                        const std::string& set) {
  const golden::GoldenInputs inputs = golden::inputs_of(golden_case);
  const tiny::Curve expected = train_tiny(inputs, eta);
  const Curve curve = golden::train_case(inputs, golden_case.training, eta, set).curve;
  EXPECT_NEAR(curve.reference_loss / expected.reference_loss, 1, tolerance);
  ASSERT_EQ(curve.loss.size(), expected.loss.size());
  for (std::size_t t = 0; t < curve.loss.size(); ++t)
    EXPECT_NEAR(curve.loss[t] / expected.loss[t], 1, tolerance)
        << "step " << t << ", " << set << ", eta " << eta[0] << " " << eta[1];
}

TEST(EngineAgainstReference, agrees_over_a_grid_of_etas) {
  for (const std::string& set : engine_support().instruction_sets)
    for (const double conv_eta : {0.001, 0.01, 0.05})
      for (const double full_eta : {0.001, 0.01, 0.05})
        expect_same_curves(tiny_lenet(), {conv_eta, full_eta}, set);
}

TEST(EngineAgainstReference, agrees_on_le_net5) {
  const auto lenet5 = plain_sgd({"conv 6 5x5 pad 2", "relu", "maxpool 2", "conv 16 5x5", "relu", "maxpool 2",
                                 "dense 120", "relu", "dense 84", "relu", "dense 10"},
                                {1, 28, 28}, 10);
  expect_same_curves(lenet5, {0.01, 0.005}, "");
}

TEST(EngineAgainstReference, agrees_on_colour_and_strides) {
  const auto strided = plain_sgd({"conv 5 5x5 stride 2 pad 2", "relu", "conv 7 3x3 pad 1", "relu",
                                  "maxpool 3", "dense 11", "relu", "dense 3"},
                                 {3, 17, 13}, 3);
  for (const std::string& set : engine_support().instruction_sets)
    expect_same_curves(strided, {0.01, 0.01}, set);
}

TEST(EngineAgainstReference, both_see_the_same_run_blow_up) {
  const golden::GoldenInputs inputs = golden::inputs_of(tiny_lenet());
  const tiny::Curve expected = train_tiny(inputs, {1e3, 1e3});
  const Curve curve = golden::train_case(inputs, {}, {1e3, 1e3}).curve;
  ASSERT_GT(curve.loss.size(), 1u);
  EXPECT_GT(curve.loss[1] / curve.loss[0], 100);
  EXPECT_NEAR(curve.loss[1] / expected.loss[1], 1, 1e-4);
}

}  // namespace
}  // namespace etalon
