/// Every optimizer, schedule and kind of layer against PyTorch: the same weights and minibatches, 20 steps
/// and the validation after each of 4 epochs.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/golden/golden_losses.h"
#include "tests/golden/one_trial.h"

namespace etalon::golden {
namespace {

constexpr double tolerance = 1e-4;  // relative, on each of the 20 losses

class AgainstPyTorch : public testing::TestWithParam<GoldenCase> {};

TEST_P(AgainstPyTorch, inputs_are_those_that_py_torch_saw) {
  EXPECT_EQ(digest_of(inputs_of(GetParam())), losses_of(GetParam()).inputs)
      << "run tools/golden/make_pytorch_goldens.py";
}

TEST_P(AgainstPyTorch, losses_agree_for_every_instruction_set) {
  const GoldenInputs inputs = inputs_of(GetParam());
  const std::vector<double> expected = losses_of(GetParam()).losses;
  ASSERT_EQ(expected.size(), epochs * steps_per_epoch);
  for (const std::string& set : engine_support().instruction_sets) {
    const Curve curve = train_case(inputs, GetParam().training, trial_of(GetParam()), set).curve;
    ASSERT_EQ(curve.loss.size(), expected.size());
    for (std::size_t step = 0; step < expected.size(); ++step)
      EXPECT_NEAR(curve.loss[step] / expected[step], 1, tolerance) << "step " << step << ", " << set;
  }
}

// Batch norms by their running statistics, labels as they are.
TEST_P(AgainstPyTorch, validation_losses_agree) {
  const std::vector<double> expected = losses_of(GetParam()).validation_losses;
  const Curve curve = train_case(inputs_of(GetParam()), GetParam().training, trial_of(GetParam())).curve;
  ASSERT_EQ(curve.epochs.size(), expected.size());
  for (std::size_t epoch = 0; epoch < expected.size(); ++epoch)
    EXPECT_NEAR(curve.epochs[epoch].validation_loss / expected[epoch], 1, tolerance) << "epoch " << epoch;
}

TEST_P(AgainstPyTorch, epochs_are_the_mean_of_their_steps) {
  const Curve curve = train_case(inputs_of(GetParam()), GetParam().training, trial_of(GetParam())).curve;
  ASSERT_EQ(curve.epochs.size(), epochs);
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    const auto first = curve.loss.begin() + static_cast<long>(epoch * steps_per_epoch);
    const double mean = std::accumulate(first, first + steps_per_epoch, 0.0) / steps_per_epoch;
    EXPECT_NEAR(curve.epochs[epoch].training_loss / mean, 1, 1e-6);
  }
}

std::string test_name(const testing::TestParamInfo<GoldenCase>& tested) {
  std::string name = tested.param.file + "_" + tested.param.name;
  std::ranges::replace_if(
      name, [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, AgainstPyTorch, testing::ValuesIn(golden_cases()), test_name);

}  // namespace
}  // namespace etalon::golden
