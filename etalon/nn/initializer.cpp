#include "etalon/nn/initializer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/exact_math.h"
#include "etalon/base/random.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

struct Initializer {
  const char* name;
  double gain;          ///< the variance is gain / fan
  bool counts_outputs;  ///< fan is fan_in + fan_out, not fan_in alone
  bool uniform;
  bool draws_biases;  ///< as it draws weights; else biases are 0
};

constexpr std::array<Initializer, 5> initializers{{
    {"torch", 1.0 / 3.0, false, true, true},  // uniform in +-1 / sqrt(fan_in)
    {"he", 2.0, false, false, false},
    {"he-uniform", 2.0, false, true, false},
    {"glorot", 2.0, true, false, false},
    {"glorot-uniform", 2.0, true, true, false},
}};

const Initializer& find_initializer(const std::string& name) {
  const auto found =
      std::ranges::find_if(initializers, [&](const auto& known) { return name == known.name; });
  if (found != initializers.end()) return *found;
  const auto known = initializer_names();
  throw RequestError({"initializer", fmt::format("the unknown name '{}'", name),
                      "one of " + join(known, ", "), hint_for(name, known)});
}

double variance(const LayerDescription& layer, const Initializer& initializer) {
  // With channel groups an output sees the channels of its group alone; fan_out leaves groups aside.
  const double fan_in = static_cast<double>(layer.weights) / layer.output.channels;
  const double area = layer.kind == LayerKind::conv ? 1.0 * layer.kernel_height * layer.kernel_width : 1.0;
  const double fan_out = layer.output.channels * area;
  return initializer.gain / (initializer.counts_outputs ? fan_in + fan_out : fan_in);
}

void fill_uniform(std::span<float> weights, double deviation, RandomSequence sequence) {
  const double bound = deviation * std::sqrt(3.0);  // uniform on [-b, b): variance b^2 / 3
  for (float& weight : weights) weight = static_cast<float>(sequence.uniform(-bound, bound));
}

/// Box and Muller's method, both numbers of each pair used.
void fill_normal(std::span<float> weights, double deviation, RandomSequence sequence) {
  for (std::size_t i = 0; i < weights.size(); i += 2) {
    const double radius = deviation * std::sqrt(-2.0 * exact_log(1.0 - sequence.uniform()));
    const double angle = 2.0 * exact_pi * sequence.uniform();
    weights[i] = static_cast<float>(radius * exact_cos(angle));
    if (i + 1 < weights.size()) weights[i + 1] = static_cast<float>(radius * exact_sin(angle));
  }
}

void fill_batch_norm(const LayerDescription& layer, std::vector<float>& parameters) {
  const std::uint32_t channels = layer.weights;
  float* const scale = parameters.data() + layer.first_parameter;
  float* const running_variance = scale + layer.weights + layer.biases + channels;
  std::fill_n(scale, channels, 1.0f);
  std::fill_n(running_variance, channels, 1.0f);
}

}  // namespace

std::vector<std::string> initializer_names() {
  std::vector<std::string> names;
  for (const Initializer& initializer : initializers) names.emplace_back(initializer.name);
  return names;
}

std::vector<float> initial_weights(const NetworkDescription& network, const std::string& initializer,
                                   std::uint64_t study_seed, std::uint32_t seed_index) {
  const Initializer& chosen = find_initializer(initializer);
  std::vector<float> parameters(network.parameters, 0.0f);
  for (std::uint32_t position = 0; position < network.layers.size(); ++position) {
    const LayerDescription& layer = network.layers[position];
    if (layer.weights == 0) continue;
    if (layer.kind == LayerKind::batchnorm) {
      fill_batch_norm(layer, parameters);
      continue;
    }
    const RandomSequence sequence({study_seed, seed_index, Purpose::initial_weights}, position);
    const double deviation = std::sqrt(variance(layer, chosen));
    const std::uint32_t drawn = layer.weights + (chosen.draws_biases ? layer.biases : 0);
    const std::span weights(parameters.data() + layer.first_parameter, drawn);
    chosen.uniform ? fill_uniform(weights, deviation, sequence) : fill_normal(weights, deviation, sequence);
  }
  return parameters;
}

}  // namespace etalon
