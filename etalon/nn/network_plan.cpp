#include "etalon/nn/network_plan.h"

#include <algorithm>

#include "etalon/nn/tiles.h"
#include "etalon/nn/winograd_plan.h"

namespace etalon {
namespace {

std::uint64_t odd(std::uint64_t count) { return count | 1; }

bool has_parameters(const LayerPlan& layer) {
  return layer.kind == StepKind::conv || layer.kind == StepKind::dense || layer.kind == StepKind::normalize;
}

LayerPlan plan_of(const GraphStep& step, const LayerDescription& layer) {
  LayerPlan plan;
  plan.kind = step.kind;
  plan.index = step.layer;
  plan.in_place = step.in_place;
  plan.rectify = step.rectify;
  plan.pool = step.pool;
  plan.kernel_height = layer.kernel_height;
  plan.kernel_width = layer.kernel_width;
  plan.stride = layer.stride;
  plan.parameter = layer.parameter;
  plan.group = layer.group;
  plan.channel_groups = layer.channel_groups;
  plan.has_biases = layer.biases > 0;
  return plan;
}

/// Numbers from one row of weights to the next: no two rows share a line of a cache, nor do many fall into
/// one of its sets.
std::uint64_t row_of(std::uint64_t columns) {
  const std::uint64_t row = (columns + 15) / 16 * 16;
  return row % 256 == 0 ? row + 16 : row;
}

}  // namespace

std::uint32_t slots_of(std::uint32_t batch) {
  if (batch <= 4) return 4;
  const std::uint32_t filled = (batch + 15) / 16 * 16;
  return 100 * std::uint64_t{filled} <= 115 * std::uint64_t{batch} ? 16 : 8;
}

NetworkPlan::NetworkPlan(const NetworkDescription& network, const PlanOptions& options)
    : options_(options), graph_(graph_of(network, options.fuse)) {
  if (options_.slots == 0) options_.slots = slots_of(options.batch);
  take_steps(network);
  choose_winograd(network);
  place_parameters(network);
  if (options_.fuse) merge_norms();
  lay_activations();
  if (!options_.forward_only) lay_gradients();
  lay_sums();
  lay_extras();
  plan_winograd_layers();
  lay_working_numbers();
  make_tiles();
}

NetworkPlan::~NetworkPlan() = default;

/// Sets only who runs so and how many groups go together: places follow.
void NetworkPlan::choose_winograd(const NetworkDescription& network) {
  blocks_.assign(graph_.stages.size(), 1);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LayerDescription& described = network.layers[layers_[i].index];
    const bool pays = options_.winograd && layers_[i].kind == StepKind::conv &&
                      described.channel_groups == 1 &&
                      winograd_pays(described.input, described.output.channels, described.kernel_height,
                                    described.kernel_width, described.stride, described.padding);
    by_winograd_.push_back(pays);
    if (!pays) continue;
    WinogradShape shape;
    shape.input.channels = described.input.channels, shape.output.channels = described.output.channels;
    shape.sums_height = described.output.height, shape.sums_width = described.output.width;
    shape.taps = described.kernel_height;
    const WinogradPlan plan = plan_winograd(shape, groups(), options_.members == 1);
    std::uint32_t& block = blocks_[graph_.steps[i].stage];
    block = std::max(block, plan.groups);
  }
}

/// The second step of a batch norm is merged with the convolution that alone reads it, the way back of the
/// first with the convolution before it.
void NetworkPlan::merge_norms() {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (!by_winograd_[i]) continue;
    LayerPlan& conv = layers_[i];
    const auto beside = [&](std::size_t before, std::size_t behind) {
      return graph_.steps[before].output == graph_.steps[behind].input;
    };
    if (i > 0 && layers_[i - 1].kind == StepKind::normalize && beside(i - 1, i))
      layers_[i - 1].merged = true, conv.input_norm = &layers_[i - 1];
    if (i + 1 < layers_.size() && layers_[i + 1].kind == StepKind::statistics && beside(i, i + 1))
      layers_[i + 1].merged = true, conv.output_norm = &layers_[i + 1];
  }
}

void NetworkPlan::plan_winograd_layers() {
  std::uint64_t workspace = 0, scratch = 0, transposed = 0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    LayerPlan& layer = layers_[i];
    if (!by_winograd_[i]) continue;
    WinogradShape shape;
    shape.input = layer.input, shape.output = layer.output;
    shape.output_gradient = layer.output_gradient, shape.input_gradient = layer.input_gradient;
    shape.sums_height = layer.sums.height, shape.sums_width = layer.sums.width;
    shape.taps = layer.kernel_height, shape.padding = paddings_[i];
    shape.weight_row = layer.weight_row, shape.weight_plane = layer.weight_plane;
    shape.rectify = layer.rectify, shape.pool = layer.pool;
    shape.winners_group = layer.extra_group;
    winograd_plans_.push_back(
        std::make_unique<const WinogradPlan>(plan_winograd(shape, groups(), options_.members == 1)));
    const WinogradPlan& plan = *winograd_plans_.back();
    layer.winograd = &plan;
    layer.transformed = take_numbers(plan.transformed);
    if (!options_.forward_only) {
      layer.frequency_gradients = take_numbers(plan.transformed, back_in(layer));
      if (plan.by_slot)
        layer.slot_gradients =
            values_.take(std::uint64_t{winograd_frequencies} * plan.kernel_columns, back_in(layer));
      layer.bias_gradients = values_.take(layer.output.channels, back_in(layer));
    }
    workspace = std::max(workspace, plan.workspace);
    scratch = std::max(scratch, plan.scratch);
    transposed = std::max(transposed, std::uint64_t{plan.tiles} * options_.slots * plan.input_row);
  }
  const std::uint64_t first = values_.take(workspace), lines = values_.take(scratch * options_.members);
  const std::uint64_t columns = take_numbers(options_.forward_only ? 0 : transposed * options_.members);
  for (LayerPlan& layer : layers_) {
    layer.workspace = first, layer.transposed = columns, layer.member_transposed = transposed;
    layer.scratch = lines, layer.member_scratch = scratch;
  }
}

/// What layers need one after the other stands in one place.
void NetworkPlan::lay_working_numbers() {
  if (options_.forward_only) return;
  std::uint64_t inputs = 0, gradients = 0, finished = 0;
  for (LayerPlan& layer : layers_) {
    if (layer.kind == StepKind::conv)
      finished = std::max(finished, layer.winograd != nullptr ? layer.winograd->finished_row *
                                                                    layer.kernel_height * layer.kernel_width
                                                              : row_of(layer.columns));
    if (layer.kind != StepKind::dense) continue;
    layer.input_row = row_of(layer.columns), layer.gradient_row = row_of(layer.output.channels);
    inputs = std::max(inputs, layer.input_row * groups() * options_.slots);
    gradients = std::max(gradients, layer.gradient_row * groups() * options_.slots);
  }
  const std::uint64_t first = take_numbers(inputs), second = take_numbers(gradients),
                      third = take_numbers(finished * options_.members);
  for (LayerPlan& layer : layers_) {
    layer.input_samples = first, layer.gradient_samples = second;
    layer.finished = third, layer.member_finished = finished;
  }
}

void NetworkPlan::take_steps(const NetworkDescription& network) {
  for (const GraphStep& step : graph_.steps) {
    const LayerDescription& described = network.layers[step.layer];
    LayerPlan layer = plan_of(step, described);
    layer.wants_input_gradient = graph_.values[step.input].wants_gradient && step.kind != StepKind::normalize;
    layer.runs_backward = has_parameters(layer) || graph_.values[step.output].wants_gradient;
    paddings_.push_back(step.kind == StepKind::conv ? described.padding : 0);
    layers_.push_back(layer);
  }
}

void NetworkPlan::place_parameters(const NetworkDescription& network) {
  places_.resize(network.parameters);
  for (LayerPlan& layer : layers_) {
    if (!has_parameters(layer)) continue;
    const LayerDescription& described = network.layers[layer.index];
    const bool norm = layer.kind == StepKind::normalize;
    const std::uint32_t rows = norm ? 1 : described.output.channels;
    layer.columns = described.weights / rows;
    layer.weights = parameters_;
    std::uint32_t flat = described.first_parameter;
    if (by_winograd_[static_cast<std::size_t>(&layer - layers_.data())]) {
      const std::uint32_t inputs = described.input.channels, area = layer.kernel_height * layer.kernel_width;
      layer.weight_row = winograd_by_slot(inputs, rows) ? inputs : row_of(inputs);
      layer.weight_plane = row_of(layer.weight_row * rows);
      for (std::uint32_t o = 0; o < rows; ++o)
        for (std::uint32_t k = 0; k < layer.columns; ++k)
          places_[flat++] = static_cast<std::uint32_t>(layer.weights + k % area * layer.weight_plane +
                                                       o * layer.weight_row + k / area);
      layer.biases = parameters_ + area * layer.weight_plane;
    } else {
      layer.weight_row = row_of(layer.columns);
      for (std::uint32_t o = 0; o < rows; ++o)
        for (std::uint32_t k = 0; k < layer.columns; ++k)
          places_[flat++] = static_cast<std::uint32_t>(layer.weights + o * layer.weight_row + k);
      layer.biases = parameters_ + layer.weight_row * rows;
    }
    layer.statistics = layer.biases + row_of(described.output.channels);
    for (std::uint32_t o = 0; o < described.biases; ++o)
      places_[flat++] = static_cast<std::uint32_t>(layer.biases + o);
    for (std::uint32_t k = 0; k < described.statistics; ++k)
      places_[flat++] = static_cast<std::uint32_t>(layer.statistics + k);
    parameters_ = layer.statistics + row_of(described.statistics);
  }
  take_numbers(parameters_ * (1 + options_.state_arrays));
}

/// When a stage runs on the way back.
std::uint32_t NetworkPlan::moment_back(std::uint32_t stage) const {
  return static_cast<std::uint32_t>(2 * graph_.stages.size()) - 1 - stage;
}

/// The life of what a layer needs on the way back alone.
Life NetworkPlan::back_in(const LayerPlan& layer) const {
  const std::uint32_t moment =
      moment_back(graph_.steps[static_cast<std::size_t>(&layer - layers_.data())].stage);
  return {moment, moment};
}

std::uint64_t NetworkPlan::take_numbers(std::uint64_t numbers, const Life& life) {
  return numbers_.take((numbers + 15) / 16 * 16, life);
}

void NetworkPlan::lay_extras() {
  const std::uint32_t groups = this->groups();
  for (LayerPlan& layer : layers_) {
    if (layer.kind == StepKind::conv) {
      const bool direct = !by_winograd_[static_cast<std::size_t>(&layer - layers_.data())];
      if (direct && !options_.forward_only) {
        layer.slot_gradients =
            values_.take(std::uint64_t{layer.columns} * layer.output.channels, back_in(layer));
        layer.bias_gradients = values_.take(layer.output.channels, back_in(layer));
      }
      layer.extra_group = layer.pool ? layer.output.size() : 0;
      layer.extra = values_.take((layer.extra_group * groups + 3) / 4);  // bytes: four a value
    } else if (layer.kind == StepKind::maxpool || layer.kind == StepKind::dropout) {
      layer.extra_group = odd(layer.output.size());
      layer.extra = values_.take(layer.extra_group * groups);
    } else if (layer.kind == StepKind::statistics) {
      layer.extra_group = 2 * std::uint64_t{layer.input.channels};
      layer.extra = values_.take(groups * layer.extra_group);
      layer.constants = take_numbers(batch_norm_constants * std::uint64_t{layer.input.channels});
    } else if (layer.kind == StepKind::normalize) {
      // Its statistics came just before; they need to know what stands behind the normalization.
      LayerPlan& statistics = *(&layer - 1);
      layer.extra = statistics.extra, layer.extra_group = statistics.extra_group;
      layer.constants = statistics.constants;
      statistics.output = layer.output, statistics.output_gradient = layer.output_gradient;
      statistics.rectify = layer.rectify;
      statistics.weights = layer.weights, statistics.biases = layer.biases;
      statistics.statistics = layer.statistics;
    }
  }
}

void NetworkPlan::make_tiles() {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    LayerPlan& layer = layers_[i];
    if (layer.kind != StepKind::conv || layer.winograd != nullptr) continue;
    position_tiles_.push_back(position_tiles(layer, paddings_[i]));
    layer.positions = position_tiles_.back().data();
    layer.position_tiles = static_cast<std::uint32_t>(position_tiles_.back().size());
    taps_.push_back(tap_offsets(layer, paddings_[i]));
    layer.taps = taps_.back().data();
    if (!layer.wants_input_gradient || options_.forward_only) continue;
    gradient_tiles_.push_back(gradient_tiles(layer, paddings_[i]));
    layer.gradients = gradient_tiles_.back().data();
    layer.gradient_tiles = static_cast<std::uint32_t>(gradient_tiles_.back().size());
  }
}

PlanView NetworkPlan::view() const {
  PlanView view{};
  view.layers = layers_.data();
  view.layer_count = static_cast<std::uint32_t>(layers_.size());
  view.stages = graph_.stages.data();
  view.blocks = blocks_.data();
  view.stage_count = static_cast<std::uint32_t>(graph_.stages.size());
  view.input = activations_.front();
  view.logits = layers_.back().output;
  view.logits_gradient = layers_.back().output_gradient;
  view.batch = options_.batch;
  view.slots = options_.slots;
  view.parameters = parameters_;
  return view;
}

}  // namespace etalon
