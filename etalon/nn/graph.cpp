#include "etalon/nn/graph.h"

#include <deque>

namespace etalon {
namespace {

/// Which samples a step must see at once.
enum class Reach : std::uint8_t {
  sample,     ///< one at a time, so that activations stay in the cache
  minibatch,  ///< dense: weights are read once a minibatch
  either,     ///< element by element: joins the stage that it stands in
};

Reach reach_of(StepKind kind) {
  switch (kind) {
    case StepKind::dense:
      return Reach::minibatch;
    case StepKind::relu:
    case StepKind::leaky_relu:
    case StepKind::tanh:
    case StepKind::sigmoid:
    case StepKind::gelu:
    case StepKind::silu:
    case StepKind::dropout:
    case StepKind::add:
    case StepKind::fork:
      return Reach::either;
    default:
      return Reach::sample;
  }
}

StepKind step_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::conv:
      return StepKind::conv;
    case LayerKind::dense:
      return StepKind::dense;
    case LayerKind::maxpool:
      return StepKind::maxpool;
    case LayerKind::avgpool:
      return StepKind::avgpool;
    case LayerKind::relu:
      return StepKind::relu;
    case LayerKind::leaky_relu:
      return StepKind::leaky_relu;
    case LayerKind::tanh:
      return StepKind::tanh;
    case LayerKind::sigmoid:
      return StepKind::sigmoid;
    case LayerKind::gelu:
      return StepKind::gelu;
    case LayerKind::silu:
      return StepKind::silu;
    case LayerKind::dropout:
      return StepKind::dropout;
    case LayerKind::batchnorm:
      return StepKind::statistics;
    case LayerKind::add:
      return StepKind::add;
  }
  return StepKind::relu;
}

bool is_window_of_two(const LayerDescription& layer) {
  return layer.kind == LayerKind::maxpool && layer.kernel_height == 2 && layer.kernel_width == 2 &&
         layer.stride == 2;
}

/// Those that write a value of the input's shape from one of it alone, and may do so over it.
bool may_overwrite(StepKind kind) {
  switch (kind) {
    case StepKind::relu:
    case StepKind::leaky_relu:
    case StepKind::tanh:
    case StepKind::sigmoid:
    case StepKind::dropout:
      return true;
    default:
      return false;
  }
}

class GraphMaker {
 public:
  GraphMaker(const NetworkDescription& network, bool fuse) : layers_(network.layers), fuse_(fuse) {
    for (std::int32_t i = -1; i < static_cast<std::int32_t>(layers_.size()); ++i) count_readers(i);
    graph_.values.push_back({network.input, -1, false});
    outputs_.resize(layers_.size() + 1);
    hand_out(-1, 0);
  }

  Graph make() {
    for (std::uint32_t i = 0; i < layers_.size();) i = add_layer(i);
    for (GraphStep& step : graph_.steps) step.in_place = fits_in_place(step);
    form_stages();
    return std::move(graph_);
  }

 private:
  void count_readers(std::int32_t layer) {
    std::uint32_t count = 0;
    for (const LayerDescription& reader : layers_) {
      count += reader.source == layer ? 1 : 0;
      count += reader.kind == LayerKind::add && reader.addend == layer ? 1 : 0;
    }
    readers_.push_back(count);
  }
  /// -1, the network's input, stands first.
  static std::size_t place_of(std::int32_t layer) {
    return static_cast<std::size_t>(layer + std::int64_t{1});
  }
  std::uint32_t readers(std::int32_t layer) const { return readers_[place_of(layer)]; }
  bool follows_alone(std::uint32_t next, std::uint32_t layer) const {
    return next < layers_.size() && layers_[next].source == static_cast<std::int32_t>(layer) &&
           layers_[next].kind != LayerKind::add && readers(static_cast<std::int32_t>(layer)) == 1;
  }

  /// Adds layer i and those fused with it; returns the next one.
  std::uint32_t add_layer(std::uint32_t i) {
    GraphStep step;
    step.kind = step_of(layers_[i].kind);
    step.layer = i;
    step.input = take(layers_[i].source);
    if (step.kind == StepKind::statistics) {
      step.output = new_value(layers_[i].input, true);
      push(step);
      step = {.kind = StepKind::normalize, .layer = i, .input = step.output};
    }
    if (step.kind == StepKind::add) step.addend = take(layers_[i].addend);
    std::uint32_t last = i;
    if (fuse_ &&
        (step.kind == StepKind::conv || step.kind == StepKind::normalize || step.kind == StepKind::add)) {
      if (follows_alone(last + 1, last) && layers_[last + 1].kind == LayerKind::relu)
        step.rectify = true, ++last;
      if (step.kind == StepKind::conv && follows_alone(last + 1, last) && is_window_of_two(layers_[last + 1]))
        step.pool = true, ++last;
    }
    const bool trained = layers_[i].weights > 0;
    const bool addend = step.addend != no_value && graph_.values[step.addend].wants_gradient;
    step.output =
        new_value(layers_[last].output, trained || addend || graph_.values[step.input].wants_gradient);
    push(step);
    hand_out(static_cast<std::int32_t>(last), step.output);
    return last + 1;
  }

  void push(const GraphStep& step) {
    graph_.values[step.output].producer = static_cast<std::int32_t>(graph_.steps.size());
    if (step.second != no_value)
      graph_.values[step.second].producer = static_cast<std::int32_t>(graph_.steps.size());
    graph_.steps.push_back(step);
  }

  std::uint32_t new_value(const TensorShape& shape, bool wants_gradient) {
    graph_.values.push_back({shape, -1, wants_gradient});
    return static_cast<std::uint32_t>(graph_.values.size() - 1);
  }

  /// Makes `value` the output of `layer`, with a fork for each reader after the first.
  void hand_out(std::int32_t layer, std::uint32_t value) {
    auto& handed = outputs_[place_of(layer)];
    for (std::uint32_t left = readers(layer); left > 0; --left) {
      if (left == 1 || !graph_.values[value].wants_gradient) {
        handed.push_back(value);
        continue;
      }
      const TensorShape shape = graph_.values[value].shape;
      GraphStep fork{.kind = StepKind::fork, .layer = static_cast<std::uint32_t>(layer), .input = value};
      fork.output = new_value(shape, true);
      fork.second = new_value(shape, true);
      push(fork);
      handed.push_back(fork.output);
      value = fork.second;
    }
  }
  std::uint32_t take(std::int32_t layer) {
    auto& handed = outputs_[place_of(layer)];
    const std::uint32_t value = handed.front();
    handed.pop_front();
    return value;
  }

  bool fits_in_place(const GraphStep& step) const {
    const std::int32_t producer = graph_.values[step.input].producer;
    if (!may_overwrite(step.kind) || producer < 0 || readers(layers_[step.layer].source) != 1) return false;
    return !reads_its_output(graph_.steps[static_cast<std::size_t>(producer)]);
  }

  void form_stages() {
    bool closed = true;
    for (std::uint32_t i = 0; i < graph_.steps.size(); ++i) {
      const Reach reach = reach_of(graph_.steps[i].kind);
      const bool whole = reach == Reach::minibatch;
      if (closed || (reach != Reach::either && graph_.stages.back().whole_minibatch != whole))
        graph_.stages.push_back({i, i, whole});
      graph_.stages.back().last = i + 1;
      graph_.steps[i].stage = static_cast<std::uint32_t>(graph_.stages.size() - 1);
      closed = graph_.steps[i].kind == StepKind::statistics;
    }
  }

  const std::vector<LayerDescription>& layers_;
  bool fuse_;
  std::vector<std::uint32_t> readers_;              ///< [layer + 1]
  std::vector<std::deque<std::uint32_t>> outputs_;  ///< [layer + 1]: values that its readers take, in order
  Graph graph_;
};

}  // namespace

Graph graph_of(const NetworkDescription& network, bool fuse) { return GraphMaker(network, fuse).make(); }

bool reads_its_output(const GraphStep& step) {
  if (step.rectify) return true;
  switch (step.kind) {
    case StepKind::relu:
    case StepKind::leaky_relu:
    case StepKind::tanh:
    case StepKind::sigmoid:
      return true;
    default:
      return false;
  }
}

}  // namespace etalon
