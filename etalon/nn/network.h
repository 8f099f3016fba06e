/// A network over lanes: runs a plan's stages forward and back on one arena. The registry of layers: a new
/// kind is one line in each switch.
///
/// Stages of per-sample layers go sample by sample through all their layers, so that what one layer leaves is
/// still in the cache for the next; a layer that needs the whole minibatch runs alone over all samples.
#pragma once

#include "etalon/nn/convolution.h"
#include "etalon/nn/dense.h"
#include "etalon/nn/elementwise.h"
#include "etalon/nn/loss.h"
#include "etalon/nn/plan.h"
#include "etalon/nn/pooling.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
class Network {
 public:
  /// `arena`: plan.values values, zero where nothing was written; both are borrowed.
  Network(const PlanView& plan, L* arena) : plan_(plan), arena_(arena) {}

  /// From the input to the logits for samples 0 .. count-1; `training` switches dropout on.
  void forward(std::uint32_t count, bool training) const {
    for (std::uint32_t s = 0; s < plan_.stage_count; ++s) {
      const Stage& stage = plan_.stages[s];
      if (stage.whole_minibatch) {
        forward_stage(stage, 0, count, training);
      } else {
        for (std::uint32_t b = 0; b < count; ++b) forward_stage(stage, b, b + 1, training);
      }
    }
  }

  /// From the gradient of the logits of the whole minibatch back to the first layer with parameters; each
  /// finished piece of a gradient goes to `take` (see Convolution::update).
  template <class Update>
  void backward(Update& take) const {
    for (std::uint32_t s = plan_.stage_count; s-- > 0;) {
      const Stage& stage = plan_.stages[s];
      if (stage.last <= plan_.first_trained) return;
      if (stage.whole_minibatch)
        backward_whole(stage, take);
      else
        backward_in_parts(stage, take);
    }
  }

 private:
  void forward_stage(const Stage& stage, std::uint32_t first, std::uint32_t end, bool training) const {
    for (std::uint32_t i = stage.first; i < stage.last; ++i) {
      const LayerPlan& layer = plan_.layers[i];
      if (layer.kind == LayerKind::dense)
        Dense<L>(layer, arena_).forward(first, end - first);
      else
        for (std::uint32_t b = first; b < end; ++b) forward_sample(layer, b, training);
    }
  }

  void forward_sample(const LayerPlan& layer, std::uint32_t b, bool training) const {
    switch (layer.kind) {
      case LayerKind::conv:
        return Convolution<L>(layer, arena_).forward(b);
      case LayerKind::maxpool:
      case LayerKind::avgpool:
        return Pooling<L>(layer, arena_).forward(b);
      case LayerKind::relu:
        return elementwise_forward<L, Relu<L>>(layer, arena_, b);
      case LayerKind::leaky_relu:
        return elementwise_forward<L, LeakyRelu<L>>(layer, arena_, b);
      case LayerKind::tanh:
        return elementwise_forward<L, Tanh<L>>(layer, arena_, b);
      case LayerKind::sigmoid:
        return elementwise_forward<L, Sigmoid<L>>(layer, arena_, b);
      case LayerKind::dropout:
        return dropout_forward<L>(layer, arena_, b, training);
      default:
        return;
    }
  }

  void backward_sample(const LayerPlan& layer, std::uint32_t b) const {
    switch (layer.kind) {
      case LayerKind::conv:
        return Convolution<L>(layer, arena_).backward(b);
      case LayerKind::maxpool:
      case LayerKind::avgpool:
        return Pooling<L>(layer, arena_).backward(b);
      case LayerKind::relu:
        return elementwise_backward<L, Relu<L>>(layer, arena_, b);
      case LayerKind::leaky_relu:
        return elementwise_backward<L, LeakyRelu<L>>(layer, arena_, b);
      case LayerKind::tanh:
        return elementwise_backward<L, Tanh<L>>(layer, arena_, b);
      case LayerKind::sigmoid:
        return elementwise_backward<L, Sigmoid<L>>(layer, arena_, b);
      case LayerKind::dropout:
        return dropout_backward<L>(layer, arena_, b);
      default:
        return;
    }
  }

  std::uint32_t first_of(const Stage& stage) const {
    return stage.first > plan_.first_trained ? stage.first : plan_.first_trained;
  }

  template <class Update>
  void backward_whole(const Stage& stage, Update& take) const {
    for (std::uint32_t i = stage.last; i-- > first_of(stage);) {
      const LayerPlan& layer = plan_.layers[i];
      if (layer.kind == LayerKind::dense)
        Dense<L>(layer, arena_).backward(plan_.batch, take);
      else
        for (std::uint32_t b = 0; b < plan_.batch; ++b) backward_sample(layer, b);
    }
  }

  template <class Body>
  void for_convolutions(const Stage& stage, const Body& body) const {
    for (std::uint32_t i = first_of(stage); i < stage.last; ++i)
      if (plan_.layers[i].kind == LayerKind::conv) body(Convolution<L>(plan_.layers[i], arena_));
  }

  /// The minibatch is cut into parts by its size alone; each part's gradient is summed from zero, then the
  /// parts in order.
  template <class Update>
  void backward_in_parts(const Stage& stage, Update& take) const {
    for (std::uint32_t part = 0; part < plan_.parts; ++part) {
      for_convolutions(stage, [](const Convolution<L>& layer) { layer.clear_part(); });
      for (std::uint32_t b = start_of(part); b < start_of(part + 1); ++b)
        for (std::uint32_t i = stage.last; i-- > first_of(stage);) backward_sample(plan_.layers[i], b);
      for_convolutions(stage, [&](const Convolution<L>& layer) { layer.add_part(part == 0); });
    }
    for_convolutions(stage, [&](const Convolution<L>& layer) { layer.update(take); });
  }

  std::uint32_t start_of(std::uint32_t part) const {
    return static_cast<std::uint32_t>(std::uint64_t{plan_.batch} * part / plan_.parts);
  }

  PlanView plan_;
  L* arena_;
};

}  // namespace etalon::ETALON_INSTANCE
