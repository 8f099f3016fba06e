// Where a plan's activations and gradients stand in the arena.
#include <algorithm>
#include <numeric>

#include "etalon/nn/plan.h"
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

/// From the first to the last step that touches a gradient.
struct Life {
  std::uint32_t first = ~0u, last = 0;
  void touch(std::uint32_t step) { first = std::min(first, step), last = std::max(last, step); }
};

/// Hands out space that a gradient of a later stage has left.
class Recycler {
 public:
  /// A place for `size` values that lives through stages first .. last; nothing if none is free.
  std::optional<std::uint64_t> reuse(std::uint64_t size, std::uint32_t first_stage,
                                     std::uint32_t last_stage) {
    for (Region& region : regions_)
      if (region.size >= size && region.free_before > last_stage) {
        region.free_before = first_stage;
        return region.first;
      }
    return std::nullopt;
  }
  void add(std::uint64_t first, std::uint64_t size, std::uint32_t first_stage) {
    regions_.push_back({first, size, first_stage});
  }

 private:
  struct Region {
    std::uint64_t first, size;
    std::uint32_t free_before;  ///< stages before this one may have it
  };
  std::vector<Region> regions_;
};

bool shares_activation(const GraphStep& step) {
  return step.in_place || step.kind == StepKind::statistics || step.kind == StepKind::fork;
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

Tensor NetworkPlan::make_block_tensor(const TensorShape& shape, std::uint32_t pad, std::uint32_t block) {
  Tensor tensor{shape.channels, shape.height, shape.width, pad};
  tensor.row = shape.width + 2 * pad;
  tensor.plane = tensor.row * (shape.height + 2 * pad);
  if (pad != 0) tensor.plane = odd(tensor.plane);
  tensor.group = odd(tensor.plane * shape.channels);
  tensor.of_block = true;
  tensor.first = take(tensor.group * block) + pad * (tensor.row + 1);
  return tensor;
}

Tensor NetworkPlan::make_tensor(const TensorShape& shape, std::uint32_t pad) {
  Tensor tensor = make_block_tensor(shape, pad, groups());
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
  activations_.resize(graph_.values.size());
  activations_[0] = make_tensor(graph_.values[0].shape, pads[0]);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const GraphStep& step = graph_.steps[i];
    Tensor& output = activations_[step.output];
    const TensorShape& shape = graph_.values[step.output].shape;
    if (shares_activation(step) || (step.kind == StepKind::normalize && layers_[i].merged))
      output = activations_[step.input];
    else if (passing[step.output])
      output = make_block_tensor(shape, 0, blocks_[step.stage]);
    else
      output = make_tensor(shape, pads[step.output]);
    if (step.second != no_value) activations_[step.second] = output;
    layers_[i].input = activations_[step.input];
    layers_[i].output = output;
    if (step.addend != no_value) layers_[i].addend = activations_[step.addend];
  }
}

void NetworkPlan::lay_gradients() {
  const GradientSharing sharing(graph_, layers_);
  std::vector<Life> lives(graph_.values.size());
  const auto touch = [&](std::uint32_t value, std::size_t step) {
    if (value != no_value && graph_.values[value].wants_gradient)
      lives[sharing.root(value)].touch(static_cast<std::uint32_t>(step));
  };
  for (std::size_t i = 0; i < graph_.steps.size(); ++i)
    for (const std::uint32_t value :
         {graph_.steps[i].input, graph_.steps[i].output, graph_.steps[i].addend, graph_.steps[i].second})
      touch(value, i);
  const std::uint32_t logits = sharing.root(graph_.steps.back().output);
  std::vector<std::uint32_t> order;
  for (std::uint32_t v = 0; v < lives.size(); ++v)
    if (lives[v].first != ~0u) order.push_back(v);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return lives[a].last > lives[b].last; });
  std::vector<Tensor> tensors(lives.size());
  Recycler recycler;
  for (const std::uint32_t v : order) {
    const std::uint32_t first = graph_.steps[lives[v].first].stage, last = graph_.steps[lives[v].last].stage;
    const TensorShape& shape = graph_.values[v].shape;
    if (v != logits && first == last && !graph_.stages[first].whole_minibatch) {
      tensors[v] = make_block_tensor(shape, 0, blocks_[first]);
      continue;
    }
    const std::uint64_t end = values_;
    tensors[v] = make_tensor(shape, 0);
    const std::uint64_t size = values_ - end;
    const auto place = v == logits ? std::nullopt : recycler.reuse(size, first, last);
    if (place)
      tensors[v].first = *place, values_ = end;
    else
      recycler.add(tensors[v].first, size, first);
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
