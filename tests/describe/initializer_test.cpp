#include "etalon/nn/initializer.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <gtest/gtest.h>

#include "tests/describe/describe_help.h"

namespace etalon {
namespace {

struct Moments {
  double mean = 0, variance = 0, fourth = 0, largest = 0;
};

Moments moments(std::span<const float> values) {
  Moments result;
  for (const float value : values) result.mean += value / static_cast<double>(values.size());
  for (const float value : values) {
    const double square = (value - result.mean) * (value - result.mean);
    result.variance += square / static_cast<double>(values.size());
    result.fourth += square * square / static_cast<double>(values.size());
    result.largest = std::max(result.largest, std::abs(double{value}));
  }
  return result;
}

NetworkDescription network() {
  return describe_layers({"conv 64 5x5 label stem", "relu", "conv 32 5x5", "dense 60"}, {8, 13, 13}, 10);
}

std::span<const float> weights_of(const std::vector<float>& all, const LayerDescription& layer) {
  return std::span(all).subspan(layer.first_parameter, layer.weights);
}

struct Case {
  const char* name;
  bool counts_outputs, uniform;
};

class Initializers : public testing::TestWithParam<Case> {};

TEST_P(Initializers, have_their_mean_variance_and_shape) {
  const NetworkDescription described = network();
  const auto all = initial_weights(described, GetParam().name, 7, 1);
  ASSERT_EQ(all.size(), described.parameters);
  const double fan_in[] = {8 * 25, 0, 64 * 25, 32 * 25}, fan_out[] = {64 * 25, 0, 32 * 25, 60};
  for (const std::size_t i : {0, 2, 3}) {
    const LayerDescription& layer = described.layers[i];
    const double expected = 2.0 / (fan_in[i] + (GetParam().counts_outputs ? fan_out[i] : 0));
    const Moments m = moments(weights_of(all, layer));
    const double standard_error = 1.0 / std::sqrt(layer.weights);
    EXPECT_NEAR(m.mean / std::sqrt(expected), 0, 4 * standard_error);
    EXPECT_NEAR(m.variance / expected, 1, 6 * standard_error);
    EXPECT_NEAR(m.fourth / (m.variance * m.variance), GetParam().uniform ? 1.8 : 3.0, 20 * standard_error);
    if (GetParam().uniform) {
      EXPECT_LE(m.largest, std::sqrt(3 * expected) * 1.000001);
    }
  }
}

TEST_P(Initializers, leave_biases_at_zero) {
  const NetworkDescription described = network();
  const auto all = initial_weights(described, GetParam().name, 7, 1);
  for (const LayerDescription& layer : described.layers)
    for (std::uint32_t i = 0; i < layer.biases; ++i)
      EXPECT_EQ(all[layer.first_parameter + layer.weights + i], 0.0f);
}

INSTANTIATE_TEST_SUITE_P(All, Initializers,
                         testing::Values(Case{"he", false, false}, Case{"he-uniform", false, true},
                                         Case{"glorot", true, false}, Case{"glorot-uniform", true, true}));

// torch.nn.init's fans: weight.size(1) * area = 4 * 9 in, weight.size(0) * area = 64 * 9 out.
TEST_P(Initializers, count_the_input_channels_of_one_group) {
  const auto described = describe_layers({"conv 64 3x3 groups 4", "dense 2"}, {16, 5, 5}, 2);
  const auto all = initial_weights(described, GetParam().name, 7, 1);
  const double expected = 2.0 / (4 * 9 + (GetParam().counts_outputs ? 64 * 9 : 0));
  const Moments m = moments(weights_of(all, described.layers[0]));
  EXPECT_NEAR(m.variance / expected, 1, 6 / std::sqrt(described.layers[0].weights));
}

TEST(InitialWeights, of_a_batch_norm_change_nothing_yet) {
  const auto described = describe_layers({"dense 3", "batchnorm", "dense 2"}, {1, 2, 2}, 2);
  const auto all = initial_weights(described, "he", 7, 1);
  const std::vector<float> expected{1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1};
  EXPECT_TRUE(std::ranges::equal(std::span(all).subspan(15, 12), expected));
}

TEST(InitialWeights, depend_on_seeds_alone) {
  const NetworkDescription described = network();
  const auto first = initial_weights(described, "he", 7, 1);
  EXPECT_EQ(first, initial_weights(described, "he", 7, 1));
  EXPECT_NE(first, initial_weights(described, "he", 7, 2));
  EXPECT_NE(first, initial_weights(described, "he", 8, 1));
}

TEST(InitialWeights, of_a_layer_do_not_depend_on_the_layers_after_it) {
  const auto shorter = describe_layers({"conv 4 3x3", "dense 10"}, {1, 5, 5}, 10);
  const auto longer = describe_layers({"conv 4 3x3", "dense 20", "dense 10"}, {1, 5, 5}, 10);
  const auto a = initial_weights(shorter, "he", 7, 1), b = initial_weights(longer, "he", 7, 1);
  EXPECT_TRUE(std::ranges::equal(weights_of(a, shorter.layers[0]), weights_of(b, longer.layers[0])));
}

TEST(InitialWeights, of_two_equal_layers_differ) {
  const auto described = describe_layers({"dense 25", "dense 25"}, {1, 5, 5}, 10);
  const auto all = initial_weights(described, "he", 7, 1);
  EXPECT_FALSE(
      std::ranges::equal(weights_of(all, described.layers[0]), weights_of(all, described.layers[1])));
}

// Golden bits, computed apart from this code with Python integers and libm: whoever changes these raises the
// version of the numerics.
TEST(InitialWeights, keep_their_bits) {
  const auto described = describe_layers({"dense 3"}, {1, 1, 1}, 2);
  const std::vector<float> expected{-0x1.1787dp-3f, 0x1.ccc0dep-1f, -0x1.b7e0c2p-3f, 0, 0, 0};
  EXPECT_EQ(initial_weights(described, "he", 1, 0), expected);
}

TEST(InitialWeights, as_py_torchs_keep_their_bits) {
  const auto described = describe_layers({"dense 3"}, {1, 1, 1}, 2);
  const std::vector<float> expected{-0x1.406f6cp-1f, -0x1.ceefe4p-2f, -0x1.4d6c1ap-1f,
                                    -0x1.af369ap-2f, -0x1.276d7cp-1f, 0x1.7470a6p-1f};
  EXPECT_EQ(initial_weights(described, "torch", 1, 0), expected);
}

TEST(InitialWeights, of_an_unknown_name_are_refused) {
  try {
    initial_weights(network(), "hee", 7, 1);
    FAIL();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().hint, "did you mean 'he'?");
  }
}

}  // namespace
}  // namespace etalon
