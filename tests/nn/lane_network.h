/// Runs the engine's kernels on one minibatch, in float or double, for tests.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "etalon/nn/network.h"
#include "tests/nn/plain_network.h"

namespace etalon {

/// Keeps a gradient instead of updating with it.
template <class T>
struct KeepGradient {
  std::vector<T> kept;  ///< as long as a plan's parameters
  void operator()(std::uint64_t place, std::uint32_t rows, std::uint32_t columns, std::uint64_t row,
                  const T* gradient, std::uint64_t gradient_row, std::int32_t) {
    for (std::uint32_t r = 0; r < rows; ++r)
      for (std::uint32_t k = 0; k < columns; ++k) kept[place + r * row + k] = gradient[r * gradient_row + k];
  }
};

/// In float with `slots` of 4, 8 or 16, in double with 1.
template <class T, int slots = sizeof(T) == sizeof(float) ? 8 : 1>
class LaneNetwork {
 public:
  using L = portable::Lanes<slots, T>;

  LaneNetwork(const NetworkDescription& network, std::uint32_t batch, bool fuse, bool winograd = false)
      : plan_(network,
              {.batch = batch, .slots = slots, .state_arrays = 0, .winograd = winograd, .fuse = fuse}),
        numbers_(plan_.numbers(), T(0)),
        arena_(plan_.values(), L(0)) {}

  const NetworkPlan& plan() const { return plan_; }
  std::vector<T> parameters() const {
    std::vector<T> flat;
    for (const std::uint32_t place : plan_.places()) flat.push_back(numbers_[place]);
    return flat;
  }

  PlainResult<T> run(const std::vector<T>& parameters, const PlainBatch<T>& batch, bool training = true) {
    const PlanView view = plan_.view();
    for (std::size_t k = 0; k < parameters.size(); ++k) numbers_[plan_.places()[k]] = parameters[k];
    set_inputs(view.input, batch);
    set_factors(batch);
    const auto count = static_cast<std::uint32_t>(batch.inputs.size());
    const Member alone;
    const portable::Network<L> network(view, numbers_.data(), arena_.data(), count, alone);
    network.forward(training);
    PlainResult<T> result = outputs(view, network.desk(), batch, training);
    if (!training) return result;
    KeepGradient<T> keep{std::vector<T>(plan_.parameters(), T(0))};
    network.backward(keep);
    for (const std::uint32_t place : plan_.places()) result.gradient.push_back(keep.kept[place]);
    return result;
  }

 private:
  static T lane(const L& value, std::size_t at) { return reinterpret_cast<const T*>(&value)[at]; }
  void set(std::uint64_t at, std::size_t slot, T value) { reinterpret_cast<T*>(&arena_[at])[slot] = value; }

  PlainResult<T> outputs(const PlanView& view, const Desk<L>& desk, const PlainBatch<T>& batch,
                         bool training) {
    PlainResult<T> result;
    const std::size_t count = batch.inputs.size();
    const portable::CrossEntropy<L> entropy(view, desk);
    for (std::uint32_t g = 0; g < desk.groups; ++g) {
      typename L::Integer labels[slots] = {};
      const std::size_t first = std::size_t{g} * slots, end = std::min(first + slots, count);
      for (std::size_t b = first; b < end; ++b)
        labels[b - first] = static_cast<typename L::Integer>(batch.labels[b]);
      typename L::Integers label;
      std::memcpy(&label, labels, sizeof label);
      const L* z = desk.at(view.logits, g);
      for (std::size_t b = first; b < end; ++b) {
        result.logits.emplace_back();
        for (std::uint32_t c = 0; c < view.logits.size(); ++c)
          result.logits.back().push_back(lane(z[c], b - first));
      }
      const L losses = training ? entropy.loss_and_gradient(g, label, static_cast<std::uint32_t>(count))
                                : entropy.loss(g, label);
      for (std::size_t b = first; b < end; ++b) result.losses.push_back(lane(losses, b - first));
    }
    result.parameters = this->parameters();
    return result;
  }
  void set_inputs(const Tensor& t, const PlainBatch<T>& batch) {
    for (std::size_t b = 0; b < batch.inputs.size(); ++b)
      for (std::uint32_t k = 0; k < t.size(); ++k)
        set(t.first + b / slots * t.group + k / (t.height * t.width) * t.plane +
                k / t.width % t.height * t.row + k % t.width,
            b % slots, batch.inputs[b][k]);
  }
  void set_factors(const PlainBatch<T>& batch) {
    for (const LayerPlan& layer : plan_.layers())
      if (layer.kind == StepKind::dropout)
        for (std::size_t b = 0; b < batch.inputs.size(); ++b)
          for (std::uint32_t k = 0; k < layer.output.size(); ++k)
            set(layer.extra + b / slots * layer.extra_group + k, b % slots, batch.factors[layer.index][b][k]);
  }

  NetworkPlan plan_;
  std::vector<T> numbers_;
  std::vector<L> arena_;
};

}  // namespace etalon
