// The engine's kernels against nested loops, bit for bit, and against central differences in double.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/nn/lane_network.h"
#include "tests/nn/made_networks.h"

namespace etalon {
namespace {

struct Made {
  NetworkDescription network;
  std::uint32_t batch;
};

Made make_network(RandomSequence& random, Kinds kinds = Kinds::all) {
  const TensorShape input{1 + random.below(4), 3 + random.below(10), 3 + random.below(10)};
  const std::vector<std::string> layers = random_layers(random, input, kinds);
  std::string text;
  for (const std::string& layer : layers) text += layer + "; ";
  RC_LOG() << to_text(input) << ": " << text;
  return {described(layers, input), 1 + random.below(21)};
}

template <class T>
double mean(const std::vector<T>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

template <int slots>
void agrees_with_nested_loops(const Made& made, const std::vector<float>& parameters,
                              const PlainBatch<float>& batch) {
  const PlainResult<float> plain = PlainNetwork<float>(made.network, parameters, slots).run(batch);
  const PlainResult<float> later = PlainNetwork<float>(made.network, parameters, slots).run(batch, false);
  for (const bool fuse : {false, true}) {
    LaneNetwork<float, slots> lanes(made.network, made.batch, fuse);
    for (int again = 0; again < 2; ++again) {  // nothing of a step may be left over in the next
      const PlainResult<float> fast = lanes.run(parameters, batch);
      RC_ASSERT(fast.logits == plain.logits);
      RC_ASSERT(fast.losses == plain.losses);
      RC_ASSERT(fast.gradient == plain.gradient);
      RC_ASSERT(fast.parameters == plain.parameters);
    }
    const PlainResult<float> fast = lanes.run(parameters, batch, false);
    RC_ASSERT(fast.logits == later.logits);
    RC_ASSERT(fast.losses == later.losses);
  }
}

RC_GTEST_PROP(Kernels, agree_with_nested_loops_to_the_last_bit, (std::uint64_t seed)) {
  RandomSequence random({.study_seed = seed});
  const Made made = make_network(random);
  const auto parameters = random_parameters<float>(random, made.network);
  const auto batch = random_batch<float>(random, made.network, made.batch);
  agrees_with_nested_loops<1>(made, parameters, batch);
  agrees_with_nested_loops<4>(made, parameters, batch);
  agrees_with_nested_loops<8>(made, parameters, batch);
  agrees_with_nested_loops<16>(made, parameters, batch);
}

/// The derivative of the mean loss by one parameter; NaN where a ReLU or a maximum changes sides nearby: the
/// loss bends, or half the step gives another slope.
double central_difference(LaneNetwork<double>& lanes, std::vector<double> parameters, std::size_t at,
                          const PlainBatch<double>& batch) {
  const double step = 1e-5, value = parameters[at];
  const auto loss_at = [&](double moved) {
    parameters[at] = moved;
    return mean(lanes.run(parameters, batch).losses);
  };
  const double here = loss_at(value), up = loss_at(value + step), down = loss_at(value - step);
  const double bend = std::abs((up - here) - (here - down));
  if (bend > 1e-8 + 1e-3 * std::abs(up - down)) return std::nan("");
  const double slope = (up - down) / (2 * step);
  const double closer = (loss_at(value + step / 2) - loss_at(value - step / 2)) / step;
  return std::abs(closer - slope) > 2e-8 + 2e-6 * std::abs(slope) ? std::nan("") : closer;
}

RC_GTEST_PROP(Kernels, gradients_are_central_differences, (std::uint64_t seed)) {
  RandomSequence random({.study_seed = seed});
  // A batch norm over few values bends more than differences can follow; EachLayer and EachGraph have it.
  const Made made = make_network(random, Kinds::without_batch_norm);
  const auto parameters = random_parameters<double>(random, made.network);
  const auto batch = random_batch<double>(random, made.network, made.batch);
  LaneNetwork<double> lanes(made.network, made.batch, true);
  const PlainResult<double> result = lanes.run(parameters, batch);
  for (int probe = 0; probe < 12; ++probe) {
    const std::size_t at = random.below(made.network.parameters);
    const double expected = central_difference(lanes, parameters, at, batch);
    if (std::isnan(expected)) continue;
    RC_ASSERT(std::abs(result.gradient[at] - expected) <= 1e-7 + 1e-5 * std::abs(expected));
  }
}

/// Every kind of layer by itself, between two layers with weights, so that both its passes are seen.
class EachLayer : public testing::TestWithParam<const char*> {};

TEST_P(EachLayer, has_the_gradient_of_its_function) {
  const NetworkDescription network =
      described({"conv 3 3x3 pad 1", "tanh", GetParam(), "conv 2 2x2", "dense 4"}, {2, 7, 6});
  RandomSequence random({.study_seed = 11});
  const auto parameters = random_parameters<double>(random, network);
  const auto batch = random_batch<double>(random, network, 3);
  LaneNetwork<double> lanes(network, 3, true);
  const PlainResult<double> result = lanes.run(parameters, batch);
  int seen = 0;
  for (std::size_t at = 0; at < parameters.size(); at += 3) {
    const double expected = central_difference(lanes, parameters, at, batch);
    if (std::isnan(expected)) continue;
    ++seen;
    EXPECT_NEAR(result.gradient[at], expected, 1e-7 + 1e-5 * std::abs(expected)) << "parameter " << at;
  }
  EXPECT_GT(seen, static_cast<int>(parameters.size()) / 6);
}

INSTANTIATE_TEST_SUITE_P(All, EachLayer,
                         testing::Values("conv 5 1x1", "conv 4 3x3 stride 2 pad 1", "conv 7 5x5",
                                         "conv 2 4x4 pad 3", "maxpool 2", "maxpool 3 stride 1", "avgpool 2",
                                         "avgpool 3 stride 2", "relu", "leaky-relu 0.2", "tanh", "sigmoid",
                                         "dropout 0.4", "gelu", "silu", "batchnorm",
                                         "conv 6 3x3 pad 1 groups 3", "conv 3 3x3 pad 1 groups 3 no-bias"));

/// Networks whose layers are not a chain, with gradients that are added, lent and recycled.
class EachGraph : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(EachGraph, has_the_gradient_of_its_function) {
  const NetworkDescription network = described(GetParam(), {2, 8, 8});
  RandomSequence random({.study_seed = 12});
  auto parameters = random_parameters<double>(random, network);
  const auto batch = random_batch<double>(random, network, 5);
  for (const bool fuse : {false, true}) {
    LaneNetwork<double> lanes(network, 5, fuse, true);
    const PlainResult<double> result = lanes.run(parameters, batch);
    int seen = 0;
    for (std::size_t at = 0; at < parameters.size(); at += 1 + parameters.size() / 97) {
      const double expected = central_difference(lanes, parameters, at, batch);
      if (std::isnan(expected)) continue;
      ++seen;
      ASSERT_NEAR(result.gradient[at], expected, 1e-7 + 1e-5 * std::abs(expected)) << "parameter " << at;
    }
    EXPECT_GT(seen, 40);
  }
}

TEST_P(EachGraph, agrees_with_nested_loops_to_the_last_bit) {
  const NetworkDescription network = described(GetParam(), {2, 8, 8});
  RandomSequence random({.study_seed = 13});
  const auto parameters = random_parameters<float>(random, network);
  const auto batch = random_batch<float>(random, network, 5);
  const PlainResult<float> plain = PlainNetwork<float>(network, parameters).run(batch);
  for (const bool fuse : {false, true}) {
    const PlainResult<float> fast = LaneNetwork<float>(network, 5, fuse).run(parameters, batch);
    EXPECT_EQ(fast.logits, plain.logits);
    EXPECT_EQ(fast.gradient, plain.gradient);
    EXPECT_EQ(fast.parameters, plain.parameters);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, EachGraph,
    testing::Values(
        // a residual block, then one with half the size and twice the channels
        std::vector<std::string>{"conv 4 3x3 pad 1 no-bias", "batchnorm", "relu label a",
                                 "conv 4 3x3 pad 1 no-bias", "batchnorm", "relu", "conv 4 3x3 pad 1 no-bias",
                                 "batchnorm", "add a", "relu label b", "conv 8 3x3 stride 2 pad 1",
                                 "batchnorm", "relu", "conv 8 3x3 pad 1", "batchnorm", "add b", "relu", "gap",
                                 "dense 4"},
        // by Winograd's algorithm
        std::vector<std::string>{"conv 8 3x3 pad 1", "tanh label a", "conv 9 3x3 pad 1", "batchnorm", "tanh",
                                 "conv 8 3x3 pad 1", "add a", "relu", "maxpool 2", "conv 8 3x3 pad 1", "relu",
                                 "maxpool 2", "dense 4"},
        // so, with kernels of 5x5
        std::vector<std::string>{"conv 7 5x5 pad 2", "tanh label a", "conv 8 5x5 pad 2", "batchnorm", "tanh",
                                 "conv 7 5x5 pad 2 no-bias", "add a", "relu", "maxpool 2", "dense 4"},
        // so, a residual block that does the work of its batch norms
        std::vector<std::string>{"conv 8 3x3 pad 1", "relu label a", "conv 8 3x3 pad 1 no-bias", "batchnorm",
                                 "relu", "conv 8 3x3 pad 1 no-bias", "batchnorm", "add a", "relu", "gap",
                                 "dense 4"},
        // one value read three times, twice by adds, and an add whose main side writes in place
        std::vector<std::string>{"conv 3 3x3 pad 1 label a", "tanh label t", "conv 3 1x1", "dropout 0.4",
                                 "add t", "tanh", "add t", "sigmoid", "dense 4"},
        std::vector<std::string>{"conv 3 3x3 pad 1 label c", "batchnorm", "relu", "add c", "tanh", "dense 5",
                                 "batchnorm", "relu", "dense 4"}));

TEST(Kernels, batch_norm_normalizes_and_remembers) {
  const NetworkDescription network = described({"conv 2 1x1", "batchnorm", "dense 4"}, {2, 3, 3});
  RandomSequence random({.study_seed = 6});
  auto parameters = random_parameters<double>(random, network);
  // conv: two weights and a bias an output; here each passes its channel on. Then scale, shift, mean,
  // variance.
  const std::vector<double> first{1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1};
  std::copy(first.begin(), first.end(), parameters.begin());
  const auto batch = random_batch<double>(random, network, 4);
  LaneNetwork<double> lanes(network, 4, true);
  lanes.run(parameters, batch);
  double mean = 0, square = 0;
  for (const auto& image : batch.inputs)
    for (std::size_t k = 9; k < 18; ++k) mean += image[k] / 36, square += image[k] * image[k] / 36;
  const std::vector<double> after = lanes.parameters();
  EXPECT_NEAR(after[11], 0.1 * mean, 1e-12);
  EXPECT_NEAR(after[13], 0.9 + 0.1 * (square - mean * mean) * 36 / 35, 1e-12);
}

TEST(Kernels, padded_convolutions_may_follow_dense_layers) {
  const NetworkDescription network = described({"dense 6", "conv 5 3x3 pad 1", "dense 4"}, {2, 3, 4});
  RandomSequence random({.study_seed = 7});
  const auto parameters = random_parameters<float>(random, network);
  const auto batch = random_batch<float>(random, network, 5);
  const PlainResult<float> plain = PlainNetwork<float>(network, parameters).run(batch),
                           fast = LaneNetwork<float>(network, 5, true).run(parameters, batch);
  EXPECT_EQ(fast.logits, plain.logits);
  EXPECT_EQ(fast.gradient, plain.gradient);
}

TEST(Kernels, dropout_does_nothing_outside_training) {
  const TensorShape input{1, 5, 5};
  const NetworkDescription with = described({"conv 2 2x2", "dropout 0.5", "dense 4"}, input);
  const NetworkDescription without = described({"conv 2 2x2", "dense 4"}, input);
  RandomSequence random({.study_seed = 3});
  const auto parameters = random_parameters<float>(random, with);
  const auto batch = random_batch<float>(random, with, 4);
  const auto first = LaneNetwork<float>(with, 4, true).run(parameters, batch, false);
  const auto second = LaneNetwork<float>(without, 4, true).run(parameters, batch, false);
  EXPECT_EQ(first.logits, second.logits);
  EXPECT_NE(LaneNetwork<float>(with, 4, true).run(parameters, batch).logits, first.logits);
}

TEST(Kernels, relu_and_maximum_pass_na_n_on) {
  for (const bool fuse : {false, true}) {
    const NetworkDescription network = described({"conv 1 1x1", "relu", "maxpool 2", "dense 4"}, {1, 4, 4});
    RandomSequence random({.study_seed = 4});
    const auto parameters = random_parameters<float>(random, network);
    auto batch = random_batch<float>(random, network, 2);
    batch.inputs[1][5] = std::nanf("");
    LaneNetwork<float> lanes(network, 2, fuse);
    const auto result = lanes.run(parameters, batch);
    EXPECT_TRUE(std::isfinite(result.losses[0]));
    EXPECT_TRUE(std::isnan(result.losses[1]));
    EXPECT_TRUE(std::isnan(result.gradient[0]));
  }
}

}  // namespace
}  // namespace etalon
