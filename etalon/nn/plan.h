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
#include <vector>

#include "etalon/nn/describe.h"

namespace etalon {

/// One tensor of a network in the arena, [b][c][y][x]. `pad` zeros stand around each channel: written once,
/// when the arena is made, and never after. The strides are odd multiples where they can be, so that
/// equal positions of neighbours don't fall into the same cache set.
struct Tensor {
  std::uint32_t channels = 0, height = 0, width = 0, pad = 0;
  std::uint64_t row = 0, plane = 0;  ///< values from one row, one channel to the next
  std::uint64_t sample = 0;          ///< values from one sample to the next; 0: one slot serves every sample
  std::uint64_t first = 0;           ///< value [0][0][0][0] in the arena
  std::uint32_t size() const { return channels * height * width; }
};

/// Which samples a layer must see at once.
enum class Reach : std::uint8_t {
  sample,     ///< convolutions, pooling: one sample at a time, so that activations stay in the cache
  minibatch,  ///< dense: weights are read once a minibatch. A layer that needs statistics over it belongs
              ///< here
  either,     ///< element by element: joins the stage that it stands in
};
Reach reach_of(LayerKind kind);

/// Four outputs of a convolution that one register tile computes: where their inputs begin, where they go.
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

struct LayerPlan {
  LayerKind kind = LayerKind::relu;
  std::uint32_t index = 0;  ///< in the description
  Tensor input, output, input_gradient, output_gradient;
  bool in_place = false;
  bool wants_input_gradient = false;
  std::uint32_t kernel_height = 0, kernel_width = 0, stride = 1;
  float parameter = 0;  ///< leaky-relu, dropout: as described

  // conv, dense: where parameters stand in the arena
  std::int32_t group = -1;
  std::uint64_t weights = 0, weight_row = 0;  ///< [o][...], `weight_row` values from one o to the next
  std::uint64_t biases = 0;                   ///< [o]
  std::uint32_t columns = 0;                  ///< weights an output: i * kh * kw

  // conv: sums over the samples seen so far, as [o][weight_row], then [o] for the biases
  std::uint64_t gradient = 0, part_gradient = 0;
  bool rectify = false;  ///< a ReLU follows, done in the same pass
  bool pool = false;     ///< a max-pool 2x2 (and `rectify`) follows, done in the same pass
  Tensor sums;           ///< gradient of the convolution's own sums, before pooling and ReLU; one slot
  std::uint32_t position_tiles = 0, gradient_tiles = 0;
  const PositionTile* positions = nullptr;
  const GradientTile* gradients = nullptr;
  const std::uint32_t* taps = nullptr;  ///< [columns] offset of tap (i, ky, kx) in the input

  /// maxpool: which tap was largest, one integer an output, [b][output.size()]; conv with pooling: the same
  /// as one byte a lane, or 4 where the ReLU lets nothing through; dropout: factors, [b][input.size()]
  std::uint64_t extra = 0;
  std::uint64_t extra_sample = 0;  ///< from one sample to the next: values, for conv bytes a lane
};

/// Consecutive layers that see their samples in the same way.
struct Stage {
  std::uint32_t first = 0, last = 0;  ///< layers [first, last)
  bool whole_minibatch = false;
};

/// Plain pointers to all of a plan that kernels need.
struct PlanView {
  const LayerPlan* layers;
  std::uint32_t layer_count;
  const Stage* stages;
  std::uint32_t stage_count;
  Tensor input, logits, logits_gradient;
  std::uint32_t batch, parts, first_trained;
  std::uint64_t parameters;
};

struct PlanOptions {
  std::uint32_t batch = 64;
  std::uint32_t state_arrays = 0;  ///< arrays as long as the parameters that the optimizer keeps
  bool fuse = true;                ///< convolutions take the ReLU and the 2x2 max-pool that follow with them
};

/// Immutable once made. The arena holds parameters, then `state_arrays` arrays as long, then all else.
class NetworkPlan {
 public:
  NetworkPlan(const NetworkDescription& network, const PlanOptions& options);
  NetworkPlan(const NetworkPlan&) = delete;
  NetworkPlan& operator=(const NetworkPlan&) = delete;

  const std::vector<LayerPlan>& layers() const { return layers_; }
  const std::vector<Stage>& stages() const { return stages_; }
  std::uint64_t parameters() const { return parameters_; }  ///< values of one parameter array
  std::uint64_t values() const { return values_; }          ///< length of the arena
  std::uint64_t state_end() const {
    return parameters_ * (1 + state_arrays_);
  }  ///< end of the optimizer's state
  PlanView view() const;

  /// Where entry k of the network's flat parameter array stands in the arena, [flat index].
  const std::vector<std::uint32_t>& places() const { return places_; }

 private:
  void take_layers(const NetworkDescription& network, bool fuse);
  void place_parameters(const NetworkDescription& network);
  void form_stages();
  void mark_gradients();
  void lay_activations();
  void lay_gradients();
  void lay_extras();
  void make_tiles();
  std::uint64_t take(std::uint64_t values);
  Tensor make_tensor(const TensorShape& shape, std::uint32_t pad, bool every_sample);
  bool whole_minibatch(std::size_t layer) const;

  std::uint32_t batch_;
  std::uint32_t state_arrays_;
  TensorShape input_shape_;
  std::vector<LayerPlan> layers_;
  std::vector<Stage> stages_;
  std::vector<TensorShape> output_shapes_;  ///< [layer of the plan]
  std::vector<std::uint32_t> paddings_;     ///< [layer of the plan]
  std::uint32_t first_trained_ = 0;
  std::vector<std::uint32_t> places_;
  std::vector<std::vector<PositionTile>> position_tiles_;
  std::vector<std::vector<GradientTile>> gradient_tiles_;
  std::vector<std::vector<std::uint32_t>> taps_;
  Tensor input_;
  std::uint64_t parameters_ = 0;
  std::uint64_t values_ = 0;
};

}  // namespace etalon
