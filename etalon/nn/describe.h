/// Networks as descriptions: plain values, shapes inferred, nothing instantiated. The front door of the nn
/// room.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/study/definition.h"

namespace etalon {

/// Shape of one sample between two layers; a flat vector is {n, 1, 1}.
struct TensorShape {
  std::uint32_t channels = 0, height = 1, width = 1;
  std::uint32_t size() const { return channels * height * width; }
  bool operator==(const TensorShape&) const = default;
};
std::string to_text(const TensorShape& shape);  ///< "6x28x28", "120"

enum class LayerKind {
  conv,
  dense,
  maxpool,
  avgpool,
  relu,
  leaky_relu,
  tanh,
  sigmoid,
  gelu,
  silu,
  dropout,
  batchnorm,
  add
};

/// One layer, its shapes inferred.
struct LayerDescription {
  LayerKind kind = LayerKind::relu;
  std::string text;   ///< as written: "conv 6 5x5 pad 2"
  std::string label;  ///< given with "label NAME"; may be empty
  TensorShape input, output;
  std::int32_t source = -1;  ///< the layer whose output is this one's input; -1: the network's input
  std::int32_t addend = -1;  ///< add: the layer whose output is added, -1: the network's input; never the
                             ///< source. Of a larger addend every stride-th row and column, from the first;
                             ///< zeros for channels that it lacks, which are the last (He et al. 2015,
                             ///< arXiv 1512.03385, option A)
  std::uint32_t channel_groups =
      1;  ///< conv: output channels of a group see the input channels of theirs alone
  std::uint32_t kernel_height = 0, kernel_width = 0;  ///< conv, maxpool, avgpool
  std::uint32_t stride = 1, padding = 0;              ///< stride also of add: of its addend
  float parameter = 0;                                ///< leaky-relu: slope; dropout: share dropped, [0, 1)
  std::uint32_t weights =
      0;  ///< conv: out * in / channel_groups * kh * kw; dense: out * in; batchnorm: channels
  std::uint32_t biases = 0;  ///< out, or 0 ("no-bias"); batchnorm: channels
  std::uint32_t statistics =
      0;                    ///< batchnorm: running mean, then running variance, 2 * channels: not trained
  std::int32_t group = -1;  ///< index into the study's groups; -1 without weights
  std::uint32_t first_parameter =
      0;  ///< where weights, biases, then statistics stand in the network's flat parameter array
};

struct NetworkDescription {
  std::string name;  ///< "lenet5", or "custom"
  TensorShape input;
  std::uint32_t classes = 0;  ///< outputs; softmax cross-entropy follows
  std::vector<LayerDescription> layers;
  std::uint32_t parameters = 0;  ///< length of the flat parameter array: layer by layer, weights
                                 ///< [out][in][kh][kw], biases, statistics
};

std::vector<std::string> known_networks();

/// Every layer reads the one before it, or that with the label "from NAME" names; every output but the last
/// is read. Throws RequestError naming the layer and the shape it got, the unknown word with the nearest
/// known one, an output that no layer reads, a group without a layer, a layer in two groups, or a layer with
/// weights in none. Named networks end in `classes` outputs; a list that ends in fewer is refused. `place` is
/// where the network was written
/// ("--network", "study.toml:7") and begins every message.
NetworkDescription describe_network(const NetworkSpec& spec, const std::vector<LayerGroup>& groups,
                                    TensorShape input, std::uint32_t classes, const std::string& place);

}  // namespace etalon
