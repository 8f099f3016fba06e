/// Runs the engine's kernels on one lane, in float or double, for tests.
#pragma once

#include <vector>

#include "etalon/nn/network.h"
#include "tests/nn/plain_network.h"

namespace etalon {

/// Keeps a gradient instead of updating with it.
template <class L>
struct KeepGradient {
  std::vector<L> kept;  ///< as long as a plan's parameters
  void operator()(std::uint64_t place, std::uint32_t rows, std::uint32_t columns, std::uint64_t row,
                  const L* gradient, std::uint64_t gradient_row, std::int32_t) {
    for (std::uint32_t r = 0; r < rows; ++r)
      for (std::uint32_t k = 0; k < columns; ++k) kept[place + r * row + k] = gradient[r * gradient_row + k];
  }
};

template <class T>
class LaneNetwork {
 public:
  using L = portable::Lanes<1, T>;

  LaneNetwork(const NetworkDescription& network, std::uint32_t batch, bool fuse, bool winograd = false)
      : plan_(network, {.batch = batch, .state_arrays = 0, .winograd = winograd, .fuse = fuse}),
        arena_(plan_.values(), L(0)) {}

  const NetworkPlan& plan() const { return plan_; }
  std::vector<T> parameters() const {
    std::vector<T> flat;
    for (const std::uint32_t place : plan_.places()) flat.push_back(arena_[place].v);
    return flat;
  }

  PlainResult<T> run(const std::vector<T>& parameters, const PlainBatch<T>& batch, bool training = true) {
    const PlanView view = plan_.view();
    for (std::size_t k = 0; k < parameters.size(); ++k) arena_[plan_.places()[k]] = L(parameters[k]);
    set_inputs(view.input, batch);
    set_factors(batch);
    const portable::Network<L> network(view, arena_.data());
    const auto count = static_cast<std::uint32_t>(batch.inputs.size());
    network.forward(count, training);
    PlainResult<T> result;
    for (std::uint32_t b = 0; b < count; ++b) {
      const L* z = arena_.data() + view.logits.first + b * view.logits.sample;
      result.logits.emplace_back();
      for (std::uint32_t c = 0; c < view.logits.size(); ++c) result.logits.back().push_back(z[c].v);
      const portable::CrossEntropy<L> entropy(view, arena_.data());
      const auto label = static_cast<typename L::Integer>(batch.labels[b]);
      result.losses.push_back(training ? entropy.loss_and_gradient(b, label, count).v
                                       : entropy.loss(b, label).v);
    }
    result.parameters = this->parameters();
    if (!training) return result;
    KeepGradient<L> keep{std::vector<L>(plan_.parameters(), L(0))};
    network.backward(keep);
    for (const std::uint32_t place : plan_.places()) result.gradient.push_back(keep.kept[place].v);
    return result;
  }

 private:
  void set_inputs(const Tensor& t, const PlainBatch<T>& batch) {
    for (std::size_t b = 0; b < batch.inputs.size(); ++b)
      for (std::uint32_t k = 0; k < t.size(); ++k)
        arena_[t.first + b * t.sample + k / (t.height * t.width) * t.plane + k / t.width % t.height * t.row +
               k % t.width] = L(batch.inputs[b][k]);
  }
  void set_factors(const PlainBatch<T>& batch) {
    for (const LayerPlan& layer : plan_.layers())
      if (layer.kind == StepKind::dropout)
        for (std::size_t b = 0; b < batch.inputs.size(); ++b)
          for (std::uint32_t k = 0; k < layer.output.size(); ++k)
            arena_[layer.extra + b * layer.extra_sample + k] = L(batch.factors[layer.index][b][k]);
  }

  NetworkPlan plan_;
  std::vector<L> arena_;
};

}  // namespace etalon
