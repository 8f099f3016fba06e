#include "etalon/nn/plan.h"

#include <algorithm>

#include "etalon/nn/tiles.h"

namespace etalon {
namespace {

bool has_parameters(const LayerPlan& layer) {
  return layer.kind == LayerKind::conv || layer.kind == LayerKind::dense;
}

bool reads_its_output(LayerKind kind) {
  return kind == LayerKind::relu || kind == LayerKind::leaky_relu || kind == LayerKind::tanh ||
         kind == LayerKind::sigmoid;
}

bool is_window_of_two(const LayerDescription& layer) {
  return layer.kind == LayerKind::maxpool && layer.kernel_height == 2 && layer.kernel_width == 2 &&
         layer.stride == 2;
}

LayerPlan plan_of(const LayerDescription& layer, std::uint32_t index) {
  LayerPlan plan;
  plan.kind = layer.kind;
  plan.index = index;
  plan.kernel_height = layer.kernel_height;
  plan.kernel_width = layer.kernel_width;
  plan.stride = layer.stride;
  plan.parameter = layer.parameter;
  plan.group = layer.group;
  plan.columns = layer.biases == 0 ? 0 : layer.weights / layer.biases;
  plan.weight_row = plan.columns | 1;
  return plan;
}

/// Minibatch gradients of convolutions are summed in up to four parts, so that threads can share them.
constexpr std::uint32_t most_parts = 4;

std::uint64_t odd(std::uint64_t count) { return count | 1; }

}  // namespace

Reach reach_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::conv:
    case LayerKind::maxpool:
    case LayerKind::avgpool:
      return Reach::sample;
    case LayerKind::dense:
      return Reach::minibatch;
    default:
      return Reach::either;
  }
}

NetworkPlan::NetworkPlan(const NetworkDescription& network, const PlanOptions& options)
    : batch_(options.batch), state_arrays_(options.state_arrays), input_shape_(network.input) {
  take_layers(network, options.fuse);
  place_parameters(network);
  form_stages();
  mark_gradients();
  lay_activations();
  lay_gradients();
  lay_extras();
  make_tiles();
}

void NetworkPlan::take_layers(const NetworkDescription& network, bool fuse) {
  const auto& described = network.layers;
  for (std::uint32_t i = 0; i < described.size(); ++i) {
    LayerPlan layer = plan_of(described[i], i);
    paddings_.push_back(described[i].padding);
    if (fuse && layer.kind == LayerKind::conv) {
      if (i + 1 < described.size() && described[i + 1].kind == LayerKind::relu) layer.rectify = true, ++i;
      if (i + 1 < described.size() && is_window_of_two(described[i + 1])) layer.pool = true, ++i;
    } else if (reach_of(layer.kind) == Reach::either && !layers_.empty()) {
      // An activation computes its gradient from its own output, which a second one must not overwrite.
      layer.in_place = !reads_its_output(layers_.back().kind) && !layers_.back().rectify;
    }
    layers_.push_back(layer);
    output_shapes_.push_back(described[i].output);
  }
}

void NetworkPlan::place_parameters(const NetworkDescription& network) {
  places_.resize(network.parameters);
  for (LayerPlan& layer : layers_) {
    if (!has_parameters(layer)) continue;
    const LayerDescription& described = network.layers[layer.index];
    layer.weights = parameters_;
    layer.biases = parameters_ + layer.weight_row * described.biases;
    std::uint32_t flat = described.first_parameter;
    for (std::uint32_t o = 0; o < described.biases; ++o)
      for (std::uint32_t k = 0; k < layer.columns; ++k)
        places_[flat++] = static_cast<std::uint32_t>(layer.weights + o * layer.weight_row + k);
    for (std::uint32_t o = 0; o < described.biases; ++o)
      places_[flat++] = static_cast<std::uint32_t>(layer.biases + o);
    parameters_ += odd(layer.weight_row * described.biases + described.biases);
  }
  take(parameters_ * (1 + state_arrays_));
}

void NetworkPlan::form_stages() {
  for (std::uint32_t i = 0; i < layers_.size(); ++i) {
    const Reach reach = reach_of(layers_[i].kind);
    const bool whole = reach == Reach::minibatch;
    if (stages_.empty() || (reach != Reach::either && stages_.back().whole_minibatch != whole))
      stages_.push_back({i, i, whole});
    stages_.back().last = i + 1;
  }
}

void NetworkPlan::mark_gradients() {
  while (first_trained_ < layers_.size() && !has_parameters(layers_[first_trained_])) ++first_trained_;
  for (std::size_t i = first_trained_ + 1; i < layers_.size(); ++i) layers_[i].wants_input_gradient = true;
}

bool NetworkPlan::whole_minibatch(std::size_t layer) const {
  for (const Stage& stage : stages_)
    if (layer < stage.last) return stage.whole_minibatch;
  return true;  // the loss
}

std::uint64_t NetworkPlan::take(std::uint64_t values) {
  const std::uint64_t first = values_;
  values_ += values;
  return first;
}

Tensor NetworkPlan::make_tensor(const TensorShape& shape, std::uint32_t pad, bool every_sample) {
  Tensor tensor{shape.channels, shape.height, shape.width, pad};
  tensor.row = shape.width + 2 * pad;
  tensor.plane = tensor.row * (shape.height + 2 * pad);
  if (pad != 0) tensor.plane = odd(tensor.plane);
  const std::uint64_t sample = odd(tensor.plane * shape.channels);
  tensor.sample = every_sample ? sample : 0;
  tensor.first = take(every_sample ? sample * batch_ : sample) + pad * (tensor.row + 1);
  return tensor;
}

void NetworkPlan::lay_activations() {
  std::vector<std::uint32_t> pads(layers_.size() + 1, 0);  // [layer]: of its input
  for (std::size_t i = layers_.size(); i-- > 0;)
    pads[i] = layers_[i].kind == LayerKind::conv ? paddings_[i] : layers_[i].in_place ? pads[i + 1] : 0;
  input_ = make_tensor(input_shape_, pads[0], true);
  Tensor last = input_;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    layers_[i].input = last;
    if (!layers_[i].in_place) last = make_tensor(output_shapes_[i], pads[i + 1], true);
    layers_[i].output = last;
  }
}

void NetworkPlan::lay_gradients() {
  Tensor last{};
  for (std::size_t i = first_trained_; i < layers_.size(); ++i) {
    LayerPlan& layer = layers_[i];
    layer.input_gradient = last;
    if (!layer.in_place) {
      // One slot serves every sample only if all who read and write the tensor go sample by sample.
      std::size_t reader = i + 1;
      while (reader < layers_.size() && layers_[reader].in_place) ++reader;
      bool every_sample = false;
      for (std::size_t k = i; k <= reader; ++k) every_sample = every_sample || whole_minibatch(k);
      last = make_tensor(output_shapes_[i], 0, every_sample);
    }
    layer.output_gradient = last;
    if (layer.kind != LayerKind::conv) continue;
    TensorShape sums = output_shapes_[i];
    sums.height = (layer.input.height + 2 * paddings_[i] - layer.kernel_height) / layer.stride + 1;
    sums.width = (layer.input.width + 2 * paddings_[i] - layer.kernel_width) / layer.stride + 1;
    std::uint32_t border = 0;
    if (layer.wants_input_gradient)
      border = std::max(
          gradient_border(layer.input.height, sums.height, layer.kernel_height, layer.stride, paddings_[i]),
          gradient_border(layer.input.width, sums.width, layer.kernel_width, layer.stride, paddings_[i]));
    layer.sums = make_tensor(sums, border, false);
  }
}

void NetworkPlan::lay_extras() {
  for (LayerPlan& layer : layers_) {
    if (layer.kind == LayerKind::conv) {
      const std::uint64_t array = layer.weight_row * layer.output.channels + layer.output.channels;
      layer.gradient = take(array);
      layer.part_gradient = take(array);
      layer.extra_sample = layer.pool ? layer.output.size() : 0;
      layer.extra = take((layer.extra_sample * batch_ + 3) / 4);  // bytes: four a value
    } else if (layer.kind == LayerKind::maxpool || layer.kind == LayerKind::dropout) {
      layer.extra_sample = odd(layer.output.size());
      layer.extra = take(layer.extra_sample * batch_);
    }
  }
}

void NetworkPlan::make_tiles() {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    LayerPlan& layer = layers_[i];
    if (layer.kind != LayerKind::conv) continue;
    position_tiles_.push_back(position_tiles(layer, paddings_[i]));
    layer.positions = position_tiles_.back().data();
    layer.position_tiles = static_cast<std::uint32_t>(position_tiles_.back().size());
    taps_.push_back(tap_offsets(layer));
    layer.taps = taps_.back().data();
    if (!layer.wants_input_gradient) continue;
    gradient_tiles_.push_back(gradient_tiles(layer, paddings_[i]));
    layer.gradients = gradient_tiles_.back().data();
    layer.gradient_tiles = static_cast<std::uint32_t>(gradient_tiles_.back().size());
  }
}

PlanView NetworkPlan::view() const {
  PlanView view{};
  view.layers = layers_.data();
  view.layer_count = static_cast<std::uint32_t>(layers_.size());
  view.stages = stages_.data();
  view.stage_count = static_cast<std::uint32_t>(stages_.size());
  view.input = input_;
  view.logits = layers_.back().output;
  view.logits_gradient = layers_.back().output_gradient;
  view.batch = batch_;
  view.parts = std::min(batch_, most_parts);
  view.first_trained = first_trained_;
  view.parameters = parameters_;
  return view;
}

}  // namespace etalon
