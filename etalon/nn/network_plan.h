/// How a network runs: its layers as stages over one arena, every offset and tile worked out beforehand.
///
/// The samples of a minibatch stand in *slots*, side by side in the lanes of a vector: a *group* of slots
/// goes through a layer together, each sample alone in its lane, and meets there the one copy of the weights.
/// Slots of the last group that no sample fills are empty: their input is zero, and so is every gradient.
///
/// A plan depends on shapes and batch alone, never on the width or the instruction set: it fixes the order of
/// every sum (law 1). Offsets in the arena count *values*: a value is one number of each slot of a group,
/// Lanes<slots> wide. Offsets among the parameters count numbers. Kernels read a plan through plain pointers,
/// so that code compiled for one instruction set shares no inline function with the rest.
///
/// Dimension letters: g group of slots, c channel, o output channel, i input channel, y row, x column.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "etalon/base/check.h"
#include "etalon/nn/graph.h"
#include "etalon/nn/space.h"

namespace etalon {

/// Slots of a group for a minibatch of `batch` samples: 16 where the empty ones among them cost at most 15 %,
/// else 8; 4 for up to 4 samples.
std::uint32_t slots_of(std::uint32_t batch);

/// One tensor of a network in the arena, [g][c][y][x]. `pad` zeros stand around each channel: written once,
/// when the arena is made, and never after. The strides are odd multiples where they can be, so that
/// equal positions of neighbours don't fall into the same cache set.
struct Tensor {
  std::uint32_t channels = 0, height = 0, width = 0, pad = 0;
  std::uint64_t row = 0, plane = 0;  ///< values from one row, one channel to the next
  std::uint64_t group = 0;           ///< values from one group to the next
  bool of_block = false;             ///< has room for one block of groups alone
  std::uint64_t first = 0;           ///< value [0][0][0][0] in the arena
  std::uint32_t size() const { return channels * height * width; }
  bool empty() const { return channels == 0; }
};

/// One of the threads that share a trial. All run the same code and meet between its phases; what each of
/// them does depends on nobody, so that their number changes no bit.
struct Member {
  std::uint32_t index = 0, count = 1;
  void (*meet)(void*) = nullptr;  ///< returns when all have called it; unused where count is 1
  void* crew = nullptr;
};

struct Range {
  std::uint32_t first = 0, end = 0;
  std::uint32_t count() const { return end - first; }
};

/// Where one member finds its numbers.
template <class L>
struct Desk {
  using Scalar = typename L::Scalar;

  Scalar* numbers;  ///< parameters, what the optimizer keeps, all else with one copy for all slots
  L* arena;
  std::uint32_t index = 0;       ///< the member's
  std::uint32_t groups = 0;      ///< of the minibatch
  std::uint32_t last_slots = 0;  ///< slots of the last group that hold samples
  std::uint32_t first = 0;       ///< group of the block at hand

  L* at(const Tensor& t, std::uint32_t group) const {
    if constexpr (checks_closely)
      if (group < first || group >= groups)
        fail_check("group", group, "one of the block at hand", __FILE__, __LINE__);
    return arena + t.first + (t.of_block ? group - first : group) * t.group;
  }
  /// Slots of a group that hold samples.
  std::uint32_t filled(std::uint32_t group) const {
    return group + 1 == groups ? last_slots : static_cast<std::uint32_t>(L::width);
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

  // conv, dense, batch norm: where parameters stand among the numbers
  std::int32_t group = -1;                    ///< of layers: whose eta
  std::uint64_t weights = 0, weight_row = 0;  ///< [o][...], `weight_row` numbers from one o to the next
  std::uint64_t weight_plane =
      0;                     ///< by Winograd's algorithm: [ky * kw + kx][o][i], from one tap to the next
  std::uint64_t biases = 0;  ///< [o]; zeros where the layer has none
  bool has_biases = true;
  std::uint32_t columns = 0;     ///< weights an output: i * kh * kw of its channel group
  std::uint64_t statistics = 0;  ///< batch norm: running mean, then running variance

  // conv
  std::uint32_t channel_groups = 1;
  std::uint64_t slot_gradients = 0;  ///< in the arena, each slot's share: [o][columns] unless by Winograd's
  std::uint64_t bias_gradients = 0;  ///< algorithm, and [o]
  Tensor sums;                       ///< gradient of the convolution's own sums, before pooling and ReLU
  std::uint32_t position_tiles = 0, gradient_tiles = 0;
  const PositionTile* positions = nullptr;
  const GradientTile* gradients = nullptr;
  const WinogradPlan* winograd = nullptr;  ///< where set, conv runs by nn/winograd.h;
  const LayerPlan* input_norm = nullptr;   ///< then, unless null: its input is this batch norm's input,
  const LayerPlan* output_norm = nullptr;  ///< its output's gradient that of this one's output
  std::uint64_t transformed = 0, frequency_gradients = 0;  ///< among the numbers: of the weights, [f][o][i]
  std::uint64_t workspace = 0;                             ///< in the arena, of all members
  std::uint64_t scratch = 0, member_scratch = 0;        ///< in the arena, of the first; from one to the next
  std::uint64_t transposed = 0, member_transposed = 0;  ///< among the numbers, in the same way: V[f] of a
                                                        ///< pass, [tile][slot][i]
  const std::uint32_t* taps = nullptr;                  ///< [columns] offset of tap (i, ky, kx) in the input

  /// dense, among the numbers: input and output gradient by sample, [batch][row]
  std::uint64_t input_samples = 0, gradient_samples = 0, input_row = 0, gradient_row = 0;
  std::uint64_t finished = 0;         ///< conv, among the numbers: room for an output's finished gradient,
  std::uint64_t member_finished = 0;  ///< from one member's to the next
  std::uint64_t constants = 0;        ///< batch norm, among the numbers: [batch_norm_constants][c]

  /// maxpool: which tap was largest, one integer an output, [g][output.size()]; conv with pooling: the same
  /// as one byte a slot, or 4 where the ReLU lets nothing through; dropout: factors, [g][input.size()]; batch
  /// norm: [g][2][c], what its first step keeps of each sample
  std::uint64_t extra = 0;
  std::uint64_t extra_group = 0;  ///< from one group to the next: values, for conv bytes a slot
};

/// Plain pointers to all of a plan that kernels need.
struct PlanView {
  const LayerPlan* layers;
  std::uint32_t layer_count;
  const Stage* stages;
  const std::uint32_t* blocks;  ///< [stage]: groups that go through its steps together
  std::uint32_t stage_count;
  Tensor input, logits, logits_gradient;
  std::uint32_t batch, slots;
  std::uint64_t parameters;  ///< numbers of one parameter array
};

struct PlanOptions {
  std::uint32_t batch = 64;
  std::uint32_t slots = 0;         ///< of a group; 0: slots_of(batch)
  std::uint32_t state_arrays = 0;  ///< arrays as long as the parameters that the optimizer keeps
  std::uint32_t members = 1;       ///< threads that may share a trial
  bool forward_only = false;       ///< no gradients, no state
  bool winograd = true;            ///< let convolutions that gain by it run by Winograd's algorithm
  bool fuse = true;  ///< see graph_of; and let those convolutions do the work of batch norms beside them
};

/// Numbers a channel that a batch norm keeps beside the sums of each sample.
inline constexpr std::uint32_t batch_norm_constants = 6;

/// Immutable once made. A trial has numbers (parameters, `state_arrays` arrays as long, what else has one
/// copy for all slots) and an arena of values.
class NetworkPlan {
 public:
  NetworkPlan(const NetworkDescription& network, const PlanOptions& options);
  ~NetworkPlan();
  NetworkPlan(const NetworkPlan&) = delete;
  NetworkPlan& operator=(const NetworkPlan&) = delete;

  const std::vector<LayerPlan>& layers() const { return layers_; }
  const std::vector<Stage>& stages() const { return graph_.stages; }
  std::uint32_t slots() const { return options_.slots; }
  std::uint32_t groups() const { return (options_.batch + options_.slots - 1) / options_.slots; }
  std::uint64_t parameters() const { return parameters_; }   ///< numbers of one parameter array
  std::uint64_t numbers() const { return numbers_.size(); }  ///< how many there are
  std::uint64_t values() const { return values_.size(); }    ///< length of the arena
  std::uint64_t state_end() const {
    return parameters_ * (1 + options_.state_arrays);
  }  ///< end of the optimizer's state
  PlanView view() const;

  /// Where entry k of the network's flat parameter array stands among the numbers, [flat index].
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
  void lay_working_numbers();
  std::uint32_t moment_back(std::uint32_t stage) const;
  Life back_in(const LayerPlan& layer) const;
  std::uint64_t take_numbers(std::uint64_t numbers, const Life& life = {});
  Tensor make_tensor(const TensorShape& shape, std::uint32_t pad, const Life& life = {});
  Tensor make_block_tensor(const TensorShape& shape, std::uint32_t pad, std::uint32_t block,
                           const Life& life = {});

  PlanOptions options_;
  Graph graph_;
  std::vector<LayerPlan> layers_;
  std::vector<std::uint32_t> paddings_;  ///< [step]
  std::vector<bool> by_winograd_;        ///< [step]
  std::vector<std::uint32_t> blocks_;    ///< [stage]: groups that go through its steps together
  std::vector<std::unique_ptr<const WinogradPlan>> winograd_plans_;
  std::vector<Tensor> activations_;  ///< [value]
  std::vector<std::uint32_t> places_;
  std::vector<std::vector<PositionTile>> position_tiles_;
  std::vector<std::vector<GradientTile>> gradient_tiles_;
  std::vector<std::vector<std::uint32_t>> taps_;
  std::uint64_t parameters_ = 0;
  Space numbers_, values_;  ///< moments: the stages on the way forward, then those on the way back
};

}  // namespace etalon
