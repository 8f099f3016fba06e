/// Initial weights, as a function of network, study seed and seed index alone (law 2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/nn/describe.h"

namespace etalon {

/// "torch", "he", "he-uniform", "glorot", "glorot-uniform"
std::vector<std::string> initializer_names();

/// The network's flat parameter array, [NetworkDescription::parameters], before the first step. torch:
/// weights and biases are uniform in [-b, b), b = 1 / sqrt(fan_in), as torch.nn.Conv2d and torch.nn.Linear
/// start by default (Kaiming-uniform with a = sqrt(5)). Else weights have mean 0 and variance 2 / fan_in (he:
/// He et al. 2015, arXiv 1502.01852) or 2 / (fan_in + fan_out) (glorot: Glorot and Bengio 2010), normal or,
/// with "-uniform", uniform; biases are 0. fan_in is the input channels that one output sees, fan_out the
/// layer's output channels, times kernel area (dense: inputs and outputs), as in PyTorch. A batch norm's
/// scale and running variance are 1, its shift and running mean 0. Layer i draws from stream i of
/// Purpose::initial_weights, in double, rounded to float at the end. Throws RequestError for an unknown
/// initializer.
std::vector<float> initial_weights(const NetworkDescription& network, const std::string& initializer,
                                   std::uint64_t study_seed, std::uint32_t seed_index);

}  // namespace etalon
