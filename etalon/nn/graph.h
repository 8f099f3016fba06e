/// A network as steps over values: what runs, in which order, who reads what. Worked out from the description
/// alone, before anything has a place in memory.
///
/// A step is a layer, a convolution with the ReLU and the pooling that follow it, half a batch norm, or a
/// fork. A value that a gradient flows back through has exactly one reader; where a layer's output is read
/// twice, a fork stands between, which adds the readers' gradients on the way back.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/nn/describe.h"

namespace etalon {

enum class StepKind : std::uint8_t {
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
  statistics,  ///< first half of a batch norm: sums of each sample; the whole minibatch's end the stage
  normalize,   ///< second half: scale and shift
  add,
  fork,
};

inline constexpr std::uint32_t no_value = 0xFFFF'FFFF;

struct GraphValue {
  TensorShape shape;
  std::int32_t producer = -1;   ///< step; -1: the network's input
  bool wants_gradient = false;  ///< parameters stand before it
};

struct GraphStep {
  StepKind kind = StepKind::relu;
  std::uint32_t layer = 0;  ///< in the description; of a fork, the layer that it follows
  std::uint32_t input = no_value, output = no_value;
  std::uint32_t addend = no_value;  ///< add
  std::uint32_t second = no_value;  ///< fork: its second output
  bool rectify = false;             ///< a ReLU follows, done in the same pass
  bool pool = false;                ///< conv: a max-pool 2x2 follows (after the ReLU), done in the same pass
  bool in_place = false;            ///< writes over its input
  std::uint32_t stage = 0;
};

/// Consecutive steps that see their samples in the same way.
struct Stage {
  std::uint32_t first = 0, last = 0;  ///< steps [first, last)
  bool whole_minibatch = false;       ///< dense: all samples at once; else sample by sample through all steps
};

struct Graph {
  std::vector<GraphStep> steps;
  std::vector<GraphValue> values;  ///< [0] is the network's input
  std::vector<Stage> stages;
};

/// `fuse`: let convolutions, normalizations and adds take the ReLU (convolutions also the 2x2 max-pool) that
/// alone reads them.
Graph graph_of(const NetworkDescription& network, bool fuse);

/// Whether the gradient is computed from the step's own output, which no other step may overwrite then.
bool reads_its_output(const GraphStep& step);

}  // namespace etalon
