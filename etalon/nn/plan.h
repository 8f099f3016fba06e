/// How a network runs: its layers as stages over one arena, every offset and tile worked out beforehand.
///
/// A plan depends on shapes and batch alone, never on the width or the instruction set: it fixes the order of
/// every sum (law 1). All offsets count *values*: a value is one number of each lane, Lanes<W> wide. Kernels
/// read a plan through plain pointers, so that code compiled for one instruction set shares no inline
/// function with the rest.
///
/// Dimension letters: b sample of the minibatch, c channel, o output channel, i input channel, y row, x
/// column.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "etalon/nn/graph.h"

namespace etalon {

/// One tensor of a network in the arena, [b][c][y][x]. `pad` zeros stand around each channel: written once,
/// when the arena is made, and never after. The strides are odd multiples where they can be, so that
/// equal positions of neighbours don't fall into the same cache set.
struct Tensor {
  std::uint32_t channels = 0, height = 0, width = 0, pad = 0;
  std::uint64_t row = 0, plane = 0;  ///< values from one row, one channel to the next
  std::uint64_t sample = 0;          ///< values from one sample to the next
  std::uint64_t slot = 0;   ///< values from one thread's sample to the next thread's; 0: all are shared
  std::uint64_t first = 0;  ///< value [0][0][0][0] in the arena
  std::uint32_t size() const { return channels * height * width; }
  bool empty() const { return channels == 0; }
};

/// One of the threads that share a pack. All run the same code and meet between its phases; what each of them
/// does depends on nobody, so that their number changes no bit.
struct Member {
  std::uint32_t index = 0, count = 1;
  void (*meet)(void*) = nullptr;  ///< returns when all have called it; unused where count is 1
  void* crew = nullptr;
};

struct Range {
  std::uint32_t first = 0, end = 0;
  std::uint32_t count() const { return end - first; }
};

/// Where one member finds its values.
template <class L>
struct Desk {
  L* arena;
  std::uint32_t index = 0;  ///< the member's
  std::uint32_t first = 0;  ///< sample of the block at hand
  L* at(const Tensor& t, std::uint32_t sample) const {
    return arena + t.first + index * t.slot + (t.slot == 0 ? sample : sample - first) * t.sample;
  }
};

/// Four outputs of a convolution that share a register tile: where their inputs begin, where they go.
/// The last tile of a layer may repeat a position. With pooling, the four positions of a window and its
/// output.
struct PositionTile {
  std::uint32_t input[4];   ///< first tap, from the corner of the input's zeros in channel 0
  std::uint32_t output[4];  ///< from the output's first value of channel 0
};

/// Four positions of a convolution's input gradient with the rectangle of taps that covers all of theirs:
/// rows ky = first_row + a * stride, columns kx = first_column + b * stride; tap (a, b) takes the output
/// gradient at sums[j] - a * row - b. Taps that reach outside read the zeros around it.
struct GradientTile {
  std::uint32_t output[4];
  std::int32_t sums[4];
  std::uint16_t first_row, first_column, rows, columns;
};

struct WinogradPlan;

/// A step of the graph, its places known.
struct LayerPlan {
  StepKind kind = StepKind::relu;
  std::uint32_t index = 0;  ///< layer of the description
  bool in_place = false;
  bool rectify = false, pool = false;  ///< as in GraphStep
  bool merged = false;  ///< normalize, forward; statistics, backward: the convolution beside it does that
  bool runs_backward = false;  ///< has parameters, or a gradient to pass on
  bool wants_input_gradient = false;
  Tensor input, output, input_gradient, output_gradient;
  Tensor addend, addend_gradient;  ///< add; addend_gradient is empty where it is output_gradient itself
  Tensor second_gradient;          ///< fork: of its second output
  std::uint32_t kernel_height = 0, kernel_width = 0, stride = 1;
  float parameter = 0;  ///< leaky-relu, dropout: as described

  // conv, dense, batch norm: where parameters stand in the arena
  std::int32_t group = -1;
  std::uint64_t weights = 0, weight_row = 0;  ///< [o][...], `weight_row` values from one o to the next
  std::uint64_t biases = 0;                   ///< [o]; zeros where the layer has none
  bool has_biases = true;
  std::uint32_t columns = 0;     ///< weights an output: i * kh * kw of its channel group
  std::uint64_t statistics = 0;  ///< batch norm: running mean, then running variance

  // conv
  std::uint32_t channel_groups = 1;
  std::uint64_t part_gradients = 0, part_length = 0;  ///< [part][[o][weight_row], then [o] for the biases]
  Tensor sums;  ///< gradient of the convolution's own sums, before pooling and ReLU
  std::uint32_t position_tiles = 0, gradient_tiles = 0;
  const PositionTile* positions = nullptr;
  const GradientTile* gradients = nullptr;
  const WinogradPlan* winograd = nullptr;  ///< where set, conv runs by nn/winograd.h;
  const LayerPlan* input_norm = nullptr;   ///< then, unless null: its input is this batch norm's input,
  const LayerPlan* output_norm = nullptr;  ///< its output's gradient that of this one's output
  std::uint64_t transformed = 0;           ///< frequencies of the weights
  std::uint64_t workspace = 0, workspace_slot = 0;  ///< of the first member; from one to the next
  const std::uint32_t* taps = nullptr;              ///< [columns] offset of tap (i, ky, kx) in the input

  /// maxpool: which tap was largest, one integer an output, [b][output.size()]; conv with pooling: the same
  /// as one byte a lane, or 4 where the ReLU lets nothing through; dropout: factors, [b][input.size()]; batch
  /// norm: what its two steps keep, see nn/batch_norm.h
  std::uint64_t extra = 0;
  std::uint64_t extra_sample = 0;  ///< from one sample to the next: values, for conv bytes a lane
};

/// Plain pointers to all of a plan that kernels need.
struct PlanView {
  const LayerPlan* layers;
  std::uint32_t layer_count;
  const Stage* stages;
  const std::uint32_t* blocks;  ///< [stage]: samples that go through its steps together
  std::uint32_t stage_count;
  Tensor input, logits, logits_gradient;
  std::uint32_t batch, parts;
  std::uint64_t parameters;
};

struct PlanOptions {
  std::uint32_t batch = 64;
  std::uint32_t state_arrays = 0;  ///< arrays as long as the parameters that the optimizer keeps
  std::uint32_t members = 1;       ///< threads that may share a pack
  bool forward_only = false;       ///< no gradients, no state
  bool winograd = true;            ///< let convolutions that gain by it run by Winograd's algorithm
  bool fuse = true;  ///< see graph_of; and let those convolutions do the work of batch norms beside them
};

/// Minibatch gradients of convolutions are summed in up to so many parts, so that threads can share them.
inline constexpr std::uint32_t most_parts = 4;

/// Values a channel that a batch norm keeps beside the sums of each sample.
inline constexpr std::uint32_t batch_norm_constants = 6;

/// Immutable once made. The arena holds parameters, then `state_arrays` arrays as long, then all else.
class NetworkPlan {
 public:
  NetworkPlan(const NetworkDescription& network, const PlanOptions& options);
  ~NetworkPlan();
  NetworkPlan(const NetworkPlan&) = delete;
  NetworkPlan& operator=(const NetworkPlan&) = delete;

  const std::vector<LayerPlan>& layers() const { return layers_; }
  const std::vector<Stage>& stages() const { return graph_.stages; }
  std::uint64_t parameters() const { return parameters_; }  ///< values of one parameter array
  std::uint64_t values() const { return values_; }          ///< length of the arena
  std::uint64_t state_end() const {
    return parameters_ * (1 + options_.state_arrays);
  }  ///< end of the optimizer's state
  PlanView view() const;

  /// Where entry k of the network's flat parameter array stands in the arena, [flat index].
  const std::vector<std::uint32_t>& places() const { return places_; }

 private:
  void take_steps(const NetworkDescription& network);
  void place_parameters(const NetworkDescription& network);
  void choose_winograd(const NetworkDescription& network);
  void merge_norms();
  void lay_activations();
  void lay_gradients();
  void lay_sums();
  void plan_winograd_layers();
  void lay_extras();
  void make_tiles();
  std::uint64_t take(std::uint64_t values);
  Tensor make_tensor(const TensorShape& shape, std::uint32_t pad, std::uint64_t samples,
                     std::uint32_t slots = 0);

  PlanOptions options_;
  Graph graph_;
  std::vector<LayerPlan> layers_;
  std::vector<std::uint32_t> paddings_;  ///< [step]
  std::vector<bool> by_winograd_;        ///< [step]
  std::vector<std::uint32_t> blocks_;    ///< [stage]: samples that go through its steps together
  std::vector<std::unique_ptr<const WinogradPlan>> winograd_plans_;
  std::vector<Tensor> activations_;  ///< [value]
  std::vector<std::uint32_t> places_;
  std::vector<std::vector<PositionTile>> position_tiles_;
  std::vector<std::vector<GradientTile>> gradient_tiles_;
  std::vector<std::vector<std::uint32_t>> taps_;
  std::uint64_t parameters_ = 0;
  std::uint64_t values_ = 0;
};

}  // namespace etalon
