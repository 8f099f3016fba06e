/// Initial weights and biases of every kind of layer against PyTorch's: bounds and moments over many copies.
#include <algorithm>
#include <cctype>
#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "etalon/base/files.h"
#include "etalon/nn/initializer.h"

namespace etalon {
namespace {

constexpr std::uint32_t copies = 2000;  // as many as PyTorch made

/// How numbers lie, as tools/golden/make_pytorch_starts.py has it.
struct Spread {
  std::size_t count = 0;
  double mean = 0, variance = 0, kurtosis = 0, largest = 0;
};

struct Start {
  std::string initializer, layer;
  TensorShape input;
  std::optional<Spread> weights, biases;
};

Spread spread_of(const std::vector<float>& values) {
  Spread spread{values.size(), 0, 0, 0, 0};
  const auto count = static_cast<double>(values.size());
  double fourth = 0;
  for (const float value : values) spread.mean += value;
  spread.mean /= count;
  for (const double value : values) {
    const double square = (value - spread.mean) * (value - spread.mean);
    spread.variance += square / count;
    fourth += square * square / count;
    spread.largest = std::max(spread.largest, std::abs(value));
  }
  spread.kurtosis = spread.variance > 0 ? fourth / (spread.variance * spread.variance) : 0;
  return spread;
}

std::optional<Spread> spread_in(const nlohmann::json& stored, const char* kind) {
  if (!stored.contains(kind)) return std::nullopt;
  const auto& of = stored.at(kind);
  return Spread{of.at("count"), of.at("mean"), of.at("variance"), of.at("kurtosis"), of.at("largest")};
}

std::vector<Start> starts() {
  const auto file = nlohmann::json::parse(read_text(ETALON_SOURCE_DIR "/tests/golden/starts.json"));
  std::vector<Start> all;
  for (const auto& stored : file.at("cases")) {
    const std::vector<std::uint32_t> shape = stored.at("input");
    all.push_back({stored.at("initializer"),
                   stored.at("layer"),
                   {shape.at(0), shape.at(1), shape.at(2)},
                   spread_in(stored, "weights"),
                   spread_in(stored, "biases")});
  }
  return all;
}

/// Equal but for chance: five standard errors of the difference of two samples of so many numbers.
void expect_alike(const Spread& ours, const Spread& torchs) {
  ASSERT_EQ(ours.count, torchs.count);
  if (torchs.variance == 0) {  // a constant: biases at 0, a batch norm's scale
    EXPECT_EQ(ours.mean, torchs.mean);
    EXPECT_EQ(ours.variance, 0);
    return;
  }
  const double error = 5 * std::sqrt(2.0 / static_cast<double>(ours.count));
  EXPECT_NEAR(ours.mean / std::sqrt(torchs.variance), torchs.mean / std::sqrt(torchs.variance), error);
  EXPECT_NEAR(ours.variance / torchs.variance, 1, error * std::sqrt(torchs.kurtosis - 1));
  EXPECT_NEAR(ours.kurtosis, torchs.kurtosis, 6 * error);
  if (torchs.kurtosis < 2) {  // uniform: both come within 1 in 1,000 of the bound
    EXPECT_NEAR(ours.largest / torchs.largest, 1, 1e-3);
  }
}

class AsPyTorch : public testing::TestWithParam<Start> {};

TEST_P(AsPyTorch, layers_start) {
  const Start& start = GetParam();
  const NetworkDescription network = describe_network(
      {"", {start.layer, "dense 2"}}, {{"all", {"conv", "dense", "batchnorm"}}}, start.input, 2, "golden");
  const LayerDescription& layer = network.layers.at(0);
  std::vector<float> weights, biases;
  for (std::uint32_t seed = 0; seed < copies; ++seed) {
    const auto all = initial_weights(network, start.initializer, 0, seed);
    const auto first = all.begin() + static_cast<long>(layer.first_parameter);
    weights.insert(weights.end(), first, first + layer.weights);
    biases.insert(biases.end(), first + layer.weights, first + layer.weights + layer.biases);
  }
  expect_alike(spread_of(weights), start.weights.value());
  ASSERT_EQ(!biases.empty(), start.biases.has_value());
  if (start.biases) expect_alike(spread_of(biases), *start.biases);
}

std::string test_name(const testing::TestParamInfo<Start>& tested) {
  std::string name = tested.param.initializer + "_" + tested.param.layer;
  std::ranges::replace_if(
      name, [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, AsPyTorch, testing::ValuesIn(starts()), test_name);

}  // namespace
}  // namespace etalon
