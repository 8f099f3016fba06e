/// A network over slots: runs a plan's stages forward and back on one trial's numbers and arena. The registry
/// of layers: a new kind is one line in each switch.
///
/// A stage's groups go block by block through all its steps, so that what one leaves is still in the cache
/// for the next; a layer that needs the whole minibatch runs alone over all groups, and batch norm ends a
/// stage between its two steps.
///
/// Several members may run a network together: each has its share of a step's channels, and they meet where
/// one reads what another wrote. Who does what changes no sum, so that their number changes no bit.
#pragma once

#include "etalon/nn/batch_norm.h"
#include "etalon/nn/convolution.h"
#include "etalon/nn/dense.h"
#include "etalon/nn/elementwise.h"
#include "etalon/nn/loss.h"
#include "etalon/nn/network_plan.h"
#include "etalon/nn/pooling.h"
#include "etalon/nn/sharing.h"
#include "etalon/nn/winograd_convolution.h"

namespace etalon::ETALON_INSTANCE {

/// The desk of a member for a minibatch of `samples`.
template <class L>
Desk<L> desk_of(typename L::Scalar* numbers, L* arena, std::uint32_t samples, const Member& member) {
  constexpr std::uint32_t slots = L::width;
  const std::uint32_t groups = (samples + slots - 1) / slots;
  return {numbers, arena, member.index, groups, samples - (groups - 1) * slots, 0};
}

template <class L>
class Network {
 public:
  /// `numbers`: plan.numbers; `arena`: plan.values values, zero where nothing was written. Both are borrowed,
  /// as is `member`, one of those that run the same calls on the same arena. `samples`: of the minibatch, 1
  /// to plan.batch.
  Network(const PlanView& plan, typename L::Scalar* numbers, L* arena, std::uint32_t samples,
          const Member& member)
      : plan_(plan), member_(member), samples_(samples), desk_(desk_of(numbers, arena, samples, member)) {}

  const Desk<L>& desk() const { return desk_; }

  /// From the input to the logits; `training` switches dropout on and lets batch norm measure the minibatch.
  void forward(bool training) const {
    for (std::uint32_t i = 0; i < plan_.layer_count; ++i)
      if (plan_.layers[i].winograd != nullptr)
        with_winograd(plan_.layers[i], desk_, member_, [](const auto& conv) { conv.transform_weights(); });
    meet(member_);
    for (std::uint32_t s = 0; s < plan_.stage_count; ++s) {
      const Stage& stage = plan_.stages[s];
      if (stage.whole_minibatch)
        forward_whole(stage, training);
      else
        forward_blocks(stage, plan_.blocks[s], training);
    }
  }

  /// From the gradient of the logits of the whole minibatch back to the first layer with parameters; each
  /// finished piece of a gradient goes to `take` (see Convolution::update).
  template <class Update>
  void backward(Update& take) const {
    for (std::uint32_t s = plan_.stage_count; s-- > 0;) {
      const Stage& stage = plan_.stages[s];
      if (stage.whole_minibatch)
        backward_whole(stage, take);
      else
        backward_blocks(stage, plan_.blocks[s], take);
    }
  }

 private:
  Range share(std::uint32_t count) const { return share_of(member_, count); }

  void forward_whole(const Stage& stage, bool training) const {
    for (std::uint32_t i = stage.first; i < stage.last; ++i) {
      const LayerPlan& layer = plan_.layers[i];
      if (layer.kind == StepKind::dense)
        Dense<L>(layer, desk_).forward(share(layer.output.channels));
      else
        for (std::uint32_t g = 0; g < desk_.groups; ++g) forward_run({i, i + 1}, desk_, g, training);
      meet(member_);
    }
  }

  /// Calls body(desk, groups) block by block.
  template <class Body>
  void for_blocks_of(std::uint32_t block, const Body& body) const {
    Desk<L> desk = desk_;
    for (; desk.first < desk_.groups; desk.first += block)
      body(desk, Range{desk.first, desk.first + block < desk_.groups ? desk.first + block : desk_.groups});
  }

  void forward_blocks(const Stage& stage, std::uint32_t block, bool training) const {
    for_blocks_of(block, [&](const Desk<L>& desk, Range groups) {
      for (Range run = run_from(stage, stage.first); run.count() > 0; run = run_from(stage, run.end)) {
        const LayerPlan& layer = plan_.layers[run.first];
        if (layer.winograd != nullptr)
          with_winograd(layer, desk, member_, [&](const auto& conv) { conv.forward(groups); });
        else
          for (std::uint32_t g = groups.first; g < groups.end; ++g) forward_run(run, desk, g, training);
        meet(member_);
      }
    });
    const LayerPlan& last = plan_.layers[stage.last - 1];
    if (last.kind != StepKind::statistics) return;
    BatchNorm<L>(last, desk_).conclude(training, share(last.input.channels));
    meet(member_);
  }

  /// Steps that see one channel at a time: all but those with weights.
  static bool by_channel(const LayerPlan& layer) {
    return layer.kind != StepKind::conv && layer.kind != StepKind::dense;
  }
  /// The longest run of such steps that begins at `first`, or the one step there; empty at the stage's end.
  Range run_from(const Stage& stage, std::uint32_t first) const {
    std::uint32_t end = first;
    while (end < stage.last && by_channel(plan_.layers[end])) ++end;
    return {first, end > first || first == stage.last ? end : first + 1};
  }
  /// The same backward, from the step before `end`.
  Range run_to(const Stage& stage, std::uint32_t end) const {
    std::uint32_t first = end;
    while (first > stage.first && by_channel(plan_.layers[first - 1])) --first;
    return {first < end || end == stage.first ? first : end - 1, end};
  }

  /// One group through a run: a channel goes through all its steps while it is in the cache.
  void forward_run(Range run, const Desk<L>& desk, std::uint32_t g, bool training) const {
    const LayerPlan& layer = plan_.layers[run.first];
    if (!by_channel(layer)) return Convolution<L>(layer, desk).forward(g, share(layer.output.channels));
    for_channels(run, [&](std::uint32_t c) {
      for (std::uint32_t i = run.first; i < run.end; ++i)
        if (c < plan_.layers[i].input.channels) forward_channel(plan_.layers[i], desk, g, c, training);
    });
  }
  void backward_run(Range run, const Desk<L>& desk, std::uint32_t g) const {
    const LayerPlan& layer = plan_.layers[run.first];
    if (!by_channel(layer)) return backward_convolution(Convolution<L>(layer, desk), layer, g);
    for_channels(run, [&](std::uint32_t c) {
      for (std::uint32_t i = run.end; i-- > run.first;) {
        const LayerPlan& step = plan_.layers[i];
        if (step.runs_backward && c < step.input.channels) backward_channel(step, desk, g, c);
      }
    });
  }
  void backward_convolution(const Convolution<L>& convolution, const LayerPlan& layer,
                            std::uint32_t g) const {
    const Range outputs = share(layer.output.channels);
    convolution.unpool(g, outputs);
    meet(member_);
    convolution.add_gradient(g, outputs);
    if (layer.wants_input_gradient) convolution.pass_gradient(g, share(layer.input.channels));
    meet(member_);
  }
  template <class Body>
  void for_channels(Range run, const Body& body) const {
    std::uint32_t channels = 0;
    for (std::uint32_t i = run.first; i < run.end; ++i)
      if (plan_.layers[i].input.channels > channels) channels = plan_.layers[i].input.channels;
    const Range mine = share(channels);
    for (std::uint32_t c = mine.first; c < mine.end; ++c) body(c);
  }

  void forward_channel(const LayerPlan& layer, const Desk<L>& desk, std::uint32_t g, std::uint32_t c,
                       bool training) const {
    switch (layer.kind) {
      case StepKind::maxpool:
      case StepKind::avgpool:
        return Pooling<L>(layer, desk).forward(g, c);
      case StepKind::relu:
        return elementwise_forward<L, Relu<L>>(layer, desk, g, c);
      case StepKind::leaky_relu:
        return elementwise_forward<L, LeakyRelu<L>>(layer, desk, g, c);
      case StepKind::tanh:
        return elementwise_forward<L, Tanh<L>>(layer, desk, g, c);
      case StepKind::sigmoid:
        return elementwise_forward<L, Sigmoid<L>>(layer, desk, g, c);
      case StepKind::gelu:
        return elementwise_forward<L, Gelu<L>>(layer, desk, g, c);
      case StepKind::silu:
        return elementwise_forward<L, Silu<L>>(layer, desk, g, c);
      case StepKind::dropout:
        return training ? scale_by_factors(layer, desk, g, c, layer.input, layer.output)
                        : copy(desk, g, c, layer.input, layer.output);
      case StepKind::statistics:
        return training ? BatchNorm<L>(layer, desk).measure(g, c) : void();
      case StepKind::normalize:
        return layer.merged ? void() : BatchNorm<L>(layer, desk).normalize(g, c);
      case StepKind::add:
        return Add<L>(layer, desk).forward(g, c);
      case StepKind::fork:
      case StepKind::conv:
      case StepKind::dense:
        return;
    }
  }

  void backward_channel(const LayerPlan& layer, const Desk<L>& desk, std::uint32_t g, std::uint32_t c) const {
    switch (layer.kind) {
      case StepKind::maxpool:
      case StepKind::avgpool:
        return Pooling<L>(layer, desk).backward(g, c);
      case StepKind::relu:
        return elementwise_backward<L, Relu<L>>(layer, desk, g, c);
      case StepKind::leaky_relu:
        return elementwise_backward<L, LeakyRelu<L>>(layer, desk, g, c);
      case StepKind::tanh:
        return elementwise_backward<L, Tanh<L>>(layer, desk, g, c);
      case StepKind::sigmoid:
        return elementwise_backward<L, Sigmoid<L>>(layer, desk, g, c);
      case StepKind::gelu:
        return elementwise_backward<L, Gelu<L>>(layer, desk, g, c);
      case StepKind::silu:
        return elementwise_backward<L, Silu<L>>(layer, desk, g, c);
      case StepKind::dropout:
        return scale_by_factors(layer, desk, g, c, layer.output_gradient, layer.input_gradient);
      case StepKind::statistics:
        return layer.merged || !layer.wants_input_gradient ? void()
                                                           : BatchNorm<L>(layer, desk).pass_gradient(g, c);
      case StepKind::normalize:
        return BatchNorm<L>(layer, desk).measure_gradient(g, c);
      case StepKind::add:
        return Add<L>(layer, desk).backward(g, c);
      case StepKind::fork:
        return join_gradients(layer, desk, g, c);
      case StepKind::conv:
      case StepKind::dense:
        return;
    }
  }

  template <class Update>
  void backward_whole(const Stage& stage, Update& take) const {
    for (std::uint32_t i = stage.last; i-- > stage.first;) {
      const LayerPlan& layer = plan_.layers[i];
      if (!layer.runs_backward) continue;
      if (layer.kind == StepKind::dense) {
        const Dense<L> dense(layer, desk_);
        dense.gather(share(desk_.groups));
        meet(member_);
        dense.backward(samples_, share(layer.columns), take);
        if (member_.index + 1 == member_.count) dense.update_biases(samples_, take);
      } else {
        for (std::uint32_t g = 0; g < desk_.groups; ++g) backward_run({i, i + 1}, desk_, g);
      }
      meet(member_);
    }
  }

  template <class Update>
  void backward_blocks(const Stage& stage, std::uint32_t block, Update& take) const {
    for_blocks_of(block, [&](const Desk<L>& desk, Range groups) {
      for (Range run = run_to(stage, stage.last); run.count() > 0; run = run_to(stage, run.first)) {
        const LayerPlan& layer = plan_.layers[run.first];
        if (!layer.runs_backward && !by_channel(layer)) continue;
        if (layer.winograd != nullptr)
          with_winograd(layer, desk, member_, [&](const auto& conv) { conv.backward(groups); });
        else
          for (std::uint32_t g = groups.first; g < groups.end; ++g) backward_run(run, desk, g);
        meet(member_);
      }
    });
    for (std::uint32_t i = stage.first; i < stage.last; ++i) {
      const LayerPlan& layer = plan_.layers[i];
      if (layer.kind == StepKind::normalize)
        BatchNorm<L>(layer, desk_).conclude_gradient(samples_, share(layer.input.channels), take);
      if (layer.kind != StepKind::conv) continue;
      if (layer.winograd != nullptr)
        with_winograd(layer, desk_, member_, [&](const auto& conv) { conv.update(take); });
      else
        Convolution<L>(layer, desk_).update(take, share(layer.output.channels));
    }
    meet(member_);
  }

  const PlanView& plan_;
  const Member& member_;
  std::uint32_t samples_;
  Desk<L> desk_;
};

}  // namespace etalon::ETALON_INSTANCE
