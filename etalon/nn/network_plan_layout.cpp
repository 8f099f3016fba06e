// Where a plan's activations and gradients stand in the arena.
#include <algorithm>
#include <numeric>

#include "etalon/nn/network_plan.h"
#include "etalon/nn/tiles.h"

namespace etalon {
namespace {

std::uint64_t odd(std::uint64_t count) { return count | 1; }

/// Values whose gradients are one tensor.
class GradientSharing {
 public:
  GradientSharing(const Graph& graph, const std::vector<LayerPlan>& layers) : parents_(graph.values.size()) {
    std::iota(parents_.begin(), parents_.end(), 0u);
    for (std::size_t i = 0; i < graph.steps.size(); ++i) {
      const GraphStep& step = graph.steps[i];
      if (layers[i].merged && step.kind == StepKind::statistics) join(step.input, step.output);
      if (step.in_place || step.kind == StepKind::normalize || step.kind == StepKind::add)
        join(step.input, step.output);
      if (step.kind == StepKind::fork) join(step.input, step.second);
      if (step.kind == StepKind::add && lends_to_addend(graph, step)) join(step.addend, step.output);
    }
  }

  std::uint32_t root(std::uint32_t value) const {
    while (parents_[value] != value) value = parents_[value];
    return value;
  }

 private:
  void join(std::uint32_t a, std::uint32_t b) { parents_[root(a)] = root(b); }

  /// The gradient of a sum serves both sides as it is, if on the way back nobody writes over it for the one
  /// side before the other has read it. True of a block whose main side ends in a layer that only reads.
  static bool lends_to_addend(const Graph& graph, const GraphStep& step) {
    const std::int32_t main = graph.values[step.input].producer, other = graph.values[step.addend].producer;
    if (graph.values[step.addend].shape != graph.values[step.input].shape || main < 0) return false;
    switch (graph.steps[static_cast<std::size_t>(main)].kind) {
      case StepKind::conv:
      case StepKind::dense:
      case StepKind::maxpool:
      case StepKind::avgpool:
        return other < main;
      case StepKind::normalize:
        return other < main - 2;  // both its steps, and the convolution that may do the first one's
      default:
        return false;
    }
  }

  std::vector<std::uint32_t> parents_;
};

/// Nothing has touched it yet.
constexpr Life no_life{~0u, 0};

void touch(Life& life, std::uint32_t stage) {
  life.first = std::min(life.first, stage), life.last = std::max(life.last, stage);
}

bool shares_activation(const GraphStep& step) {
  return step.in_place || step.kind == StepKind::statistics || step.kind == StepKind::fork;
}

/// Whether a step's output stands where its input does.
bool shares_activation(const GraphStep& step, const LayerPlan& layer) {
  return shares_activation(step) || (layer.kind == StepKind::normalize && layer.merged);
}

/// [value]: the first and last stage that touch its tensor on the way forward; no_life where it stands in
/// another's.
std::vector<Life> forward_lives(const Graph& graph, const std::vector<LayerPlan>& layers) {
  std::vector<std::uint32_t> owners(graph.values.size());
  std::iota(owners.begin(), owners.end(), 0u);
  std::vector<Life> lives(graph.values.size(), no_life);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const GraphStep& step = graph.steps[i];
    if (shares_activation(step, layers[i])) owners[step.output] = owners[step.input];
    if (step.second != no_value) owners[step.second] = owners[step.output];
    for (const std::uint32_t value : {step.input, step.addend, step.output})
      if (value != no_value) touch(lives[owners[value]], step.stage);
  }
  touch(lives[owners[graph.steps.back().output]],
        static_cast<std::uint32_t>(graph.stages.size()));  // the loss
  return lives;
}

/// Values that nobody looks at on the way back: made by a batch norm, read by adds of the same stage alone.
std::vector<bool> passing_values(const Graph& graph) {
  std::vector<bool> passing(graph.values.size(), false), read(graph.values.size(), false);
  for (const GraphStep& step : graph.steps)
    if (step.kind == StepKind::normalize) passing[step.output] = true;
  for (const GraphStep& step : graph.steps)
    for (const std::uint32_t value : {step.input, step.addend}) {
      const std::int32_t producer = value != no_value ? graph.values[value].producer : -1;
      if (producer < 0) continue;
      read[value] = true;
      if (step.kind != StepKind::add || graph.steps[static_cast<std::size_t>(producer)].stage != step.stage)
        passing[value] = false;
    }
  for (std::size_t v = 0; v < passing.size(); ++v) passing[v] = passing[v] && read[v];
  return passing;
}

}  // namespace

/// Zeros around channels are written once: such a tensor shares its place with nothing.
Tensor NetworkPlan::make_block_tensor(const TensorShape& shape, std::uint32_t pad, std::uint32_t block,
                                      const Life& life) {
  Tensor tensor{shape.channels, shape.height, shape.width, pad};
  tensor.row = shape.width + 2 * pad;
  tensor.plane = tensor.row * (shape.height + 2 * pad);
  if (pad != 0) tensor.plane = odd(tensor.plane);
  tensor.group = odd(tensor.plane * shape.channels);
  tensor.of_block = true;
  tensor.first = values_.take(tensor.group * block, pad == 0 ? life : Life{}) + pad * (tensor.row + 1);
  return tensor;
}

Tensor NetworkPlan::make_tensor(const TensorShape& shape, std::uint32_t pad, const Life& life) {
  Tensor tensor = make_block_tensor(shape, pad, groups(), life);
  tensor.of_block = false;
  return tensor;
}

void NetworkPlan::lay_activations() {
  std::vector<std::uint32_t> pads(graph_.values.size(), 0);
  for (std::size_t i = graph_.steps.size(); i-- > 0;) {
    const GraphStep& step = graph_.steps[i];
    std::uint32_t& pad = pads[step.input];
    if (step.kind == StepKind::conv && !by_winograd_[i]) pad = std::max(pad, paddings_[i]);
    if (shares_activation(step)) pad = std::max(pad, pads[step.output]);
    if (step.kind == StepKind::fork) pad = std::max(pad, pads[step.second]);
  }
  const std::vector<bool> passing = passing_values(graph_);
  const std::vector<Life> lives = forward_lives(graph_, layers_);
  activations_.resize(graph_.values.size());
  activations_[0] = make_tensor(graph_.values[0].shape, pads[0]);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const GraphStep& step = graph_.steps[i];
    Tensor& output = activations_[step.output];
    const TensorShape& shape = graph_.values[step.output].shape;
    const Life forward = lives[step.output];
    const bool one_stage = forward.first == forward.last && !graph_.stages[step.stage].whole_minibatch;
    if (shares_activation(step, layers_[i]))
      output = activations_[step.input];
    else if (options_.forward_only ? one_stage : passing[step.output])
      output = make_block_tensor(shape, pads[step.output], blocks_[step.stage], forward);
    else
      output = make_tensor(shape, pads[step.output],
                           options_.forward_only ? forward : Life{forward.first, moment_back(forward.first)});
    if (step.second != no_value) activations_[step.second] = output;
    layers_[i].input = activations_[step.input];
    layers_[i].output = output;
    if (step.addend != no_value) layers_[i].addend = activations_[step.addend];
  }
}

void NetworkPlan::lay_gradients() {
  const GradientSharing sharing(graph_, layers_);
  std::vector<Life> lives(graph_.values.size(), no_life);
  for (const GraphStep& step : graph_.steps)
    for (const std::uint32_t value : {step.input, step.output, step.addend, step.second})
      if (value != no_value && graph_.values[value].wants_gradient)
        touch(lives[sharing.root(value)], step.stage);
  const std::uint32_t logits = sharing.root(graph_.steps.back().output);
  std::vector<Tensor> tensors(lives.size());
  for (std::size_t v = lives.size(); v-- > 0;) {
    const auto [first, last] = lives[v];
    if (first > last) continue;
    const TensorShape& shape = graph_.values[v].shape;
    Life life{moment_back(last), moment_back(first)};
    if (v == logits) --life.first;  // the loss writes it
    if (v != logits && first == last && !graph_.stages[first].whole_minibatch)
      tensors[v] = make_block_tensor(shape, 0, blocks_[first], life);
    else
      tensors[v] = make_tensor(shape, 0, life);
  }
  const auto gradient = [&](std::uint32_t value) {
    return value != no_value && graph_.values[value].wants_gradient ? tensors[sharing.root(value)] : Tensor{};
  };
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const GraphStep& step = graph_.steps[i];
    LayerPlan& layer = layers_[i];
    layer.input_gradient = gradient(step.input);
    layer.output_gradient = gradient(step.output);
    layer.second_gradient = gradient(step.second);
    layer.addend_gradient = gradient(step.addend);
    if (step.addend != no_value && sharing.root(step.addend) == sharing.root(step.output))
      layer.addend_gradient = {};
  }
}

void NetworkPlan::lay_sums() {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    LayerPlan& layer = layers_[i];
    if (layer.kind != StepKind::conv) continue;
    TensorShape sums{layer.output.channels, 0, 0};
    sums.height = (layer.input.height + 2 * paddings_[i] - layer.kernel_height) / layer.stride + 1;
    sums.width = (layer.input.width + 2 * paddings_[i] - layer.kernel_width) / layer.stride + 1;
    std::uint32_t border = 0;
    if (layer.wants_input_gradient)
      border = std::max(
          gradient_border(layer.input.height, sums.height, layer.kernel_height, layer.stride, paddings_[i]),
          gradient_border(layer.input.width, sums.width, layer.kernel_width, layer.stride, paddings_[i]));
    if (options_.forward_only || by_winograd_[i]) {
      layer.sums = {sums.channels, sums.height, sums.width};
      continue;
    }
    layer.sums = make_block_tensor(sums, border, blocks_[graph_.steps[i].stage]);
    // Batch norm writes its gradient where the convolution wants it.
    const bool alone = !layer.rectify && !layer.pool && i + 1 < layers_.size() &&
                       layers_[i + 1].kind == StepKind::statistics &&
                       graph_.steps[i + 1].input == graph_.steps[i].output;
    if (alone) layer.output_gradient = layers_[i + 1].input_gradient = layer.sums;
  }
}

}  // namespace etalon
