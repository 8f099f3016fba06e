/// A network over lanes: runs a plan's stages forward and back on one arena. The registry of layers: a new
/// kind is one line in each switch.
///
/// Stages of per-sample steps go sample by sample through all their steps, so that what one leaves is still
/// in the cache for the next; a layer that needs the whole minibatch runs alone over all samples, and batch
/// norm ends a stage between its two steps.
///
/// Several members may run a network together, each on its own samples, parts or outputs; they meet between
/// phases. Who does what changes no sum, so that their number changes no bit.
#pragma once

#include "etalon/nn/batch_norm.h"
#include "etalon/nn/convolution.h"
#include "etalon/nn/dense.h"
#include "etalon/nn/elementwise.h"
#include "etalon/nn/loss.h"
#include "etalon/nn/plan.h"
#include "etalon/nn/pooling.h"
#include "etalon/nn/winograd_convolution.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
class Network {
 public:
  /// `arena`: plan.values values, zero where nothing was written; both are borrowed. `member` is one of those
  /// that run the same calls on the same arena.
  Network(const PlanView& plan, L* arena, const Member& member = {})
      : plan_(plan), member_(member), desk_{arena, member.index} {}

  /// From the input to the logits for samples 0 .. count-1; `training` switches dropout on and lets batch
  /// norm measure the minibatch.
  void forward(std::uint32_t count, bool training) const {
    for (std::uint32_t i = 0; i < plan_.layer_count; ++i)
      if (plan_.layers[i].winograd != nullptr)
        WinogradConvolution<L>(plan_.layers[i], desk_)
            .transform_weights(share(plan_.layers[i].output.channels));
    meet();
    for (std::uint32_t s = 0; s < plan_.stage_count; ++s) {
      const Stage& stage = plan_.stages[s];
      if (stage.whole_minibatch)
        forward_whole(stage, count, training);
      else
        forward_samples(stage, plan_.blocks[s], count, training);
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
        backward_samples(stage, plan_.blocks[s], take);
    }
  }

  /// This member's share of `count` things.
  Range share(std::uint32_t count) const {
    const auto border = [&](std::uint32_t k) {
      return static_cast<std::uint32_t>(std::uint64_t{count} * k / member_.count);
    };
    return {border(member_.index), border(member_.index + 1)};
  }
  void meet() const {
    if (member_.count > 1) member_.meet(member_.crew);
  }

 private:
  void forward_whole(const Stage& stage, std::uint32_t count, bool training) const {
    for (std::uint32_t i = stage.first; i < stage.last; ++i) {
      const LayerPlan& layer = plan_.layers[i];
      if (layer.kind == StepKind::dense) {
        Dense<L>(layer, desk_.arena).forward(count, share(layer.output.channels));
      } else {
        const Range mine = share(count);
        for (std::uint32_t b = mine.first; b < mine.end; ++b) forward_run({i, i + 1}, desk_, b, training);
      }
      meet();
    }
  }

  /// Calls body(desk, samples) block by block.
  template <class Body>
  void for_blocks_of(Range samples, std::uint32_t block, const Body& body) const {
    Desk<L> desk = desk_;
    for (desk.first = samples.first; desk.first < samples.end; desk.first += block)
      body(desk, Range{desk.first, desk.first + block < samples.end ? desk.first + block : samples.end});
  }

  void forward_samples(const Stage& stage, std::uint32_t block, std::uint32_t count, bool training) const {
    for_blocks_of(share(count), block, [&](const Desk<L>& desk, Range samples) {
      for (Range run = run_from(stage, stage.first); run.count() > 0; run = run_from(stage, run.end)) {
        const LayerPlan& layer = plan_.layers[run.first];
        if (layer.winograd != nullptr)
          WinogradConvolution<L>(layer, desk).forward(samples);
        else
          for (std::uint32_t b = samples.first; b < samples.end; ++b) forward_run(run, desk, b, training);
      }
    });
    meet();
    const LayerPlan& last = plan_.layers[stage.last - 1];
    if (last.kind != StepKind::statistics) return;
    BatchNorm<L>(last, desk_).conclude(count, training, share(last.input.channels));
    meet();
  }

  /// Steps that see one channel at a time.
  static bool by_channel(const LayerPlan& layer) {
    return layer.kind == StepKind::statistics || layer.kind == StepKind::normalize ||
           layer.kind == StepKind::add || layer.kind == StepKind::fork;
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

  /// One sample through a run: a channel goes through all its steps while it is in the cache.
  void forward_run(Range run, const Desk<L>& desk, std::uint32_t b, bool training) const {
    if (!by_channel(plan_.layers[run.first]))
      return forward_sample(plan_.layers[run.first], desk, b, training);
    for_channels(run, [&](std::uint32_t c) {
      for (std::uint32_t i = run.first; i < run.end; ++i)
        if (c < plan_.layers[i].input.channels) forward_channel(plan_.layers[i], desk, b, c, training);
    });
  }
  void backward_run(Range run, const Desk<L>& desk, std::uint32_t b, std::uint32_t part) const {
    if (!by_channel(plan_.layers[run.first])) return backward_sample(plan_.layers[run.first], desk, b, part);
    for_channels(run, [&](std::uint32_t c) {
      for (std::uint32_t i = run.end; i-- > run.first;) {
        const LayerPlan& layer = plan_.layers[i];
        if (layer.runs_backward && c < layer.input.channels) backward_channel(layer, desk, b, c);
      }
    });
  }
  template <class Body>
  void for_channels(Range run, const Body& body) const {
    std::uint32_t channels = 0;
    for (std::uint32_t i = run.first; i < run.end; ++i)
      if (plan_.layers[i].input.channels > channels) channels = plan_.layers[i].input.channels;
    for (std::uint32_t c = 0; c < channels; ++c) body(c);
  }

  void forward_channel(const LayerPlan& layer, const Desk<L>& desk, std::uint32_t b, std::uint32_t c,
                       bool training) const {
    if (layer.kind == StepKind::normalize && !layer.merged)
      BatchNorm<L>(layer, desk).normalize(b, c);
    else if (layer.kind == StepKind::statistics && training)
      BatchNorm<L>(layer, desk).measure(b, c);
    else if (layer.kind == StepKind::add)
      Add<L>(layer, desk).forward(b, c);
  }
  void backward_channel(const LayerPlan& layer, const Desk<L>& desk, std::uint32_t b, std::uint32_t c) const {
    if (layer.kind == StepKind::normalize)
      BatchNorm<L>(layer, desk).measure_gradient(b, c);
    else if (layer.kind == StepKind::statistics && !layer.merged && layer.wants_input_gradient)
      BatchNorm<L>(layer, desk).pass_gradient(b, c);
    else if (layer.kind == StepKind::add)
      Add<L>(layer, desk).backward(b, c);
    else if (layer.kind == StepKind::fork)
      join_gradients(layer, desk, b, c);
  }

  void forward_sample(const LayerPlan& layer, const Desk<L>& desk, std::uint32_t b, bool training) const {
    switch (layer.kind) {
      case StepKind::conv:
        return Convolution<L>(layer, desk).forward(b);
      case StepKind::maxpool:
      case StepKind::avgpool:
        return Pooling<L>(layer, desk).forward(b);
      case StepKind::relu:
        return elementwise_forward<L, Relu<L>>(layer, desk, b);
      case StepKind::leaky_relu:
        return elementwise_forward<L, LeakyRelu<L>>(layer, desk, b);
      case StepKind::tanh:
        return elementwise_forward<L, Tanh<L>>(layer, desk, b);
      case StepKind::sigmoid:
        return elementwise_forward<L, Sigmoid<L>>(layer, desk, b);
      case StepKind::gelu:
        return elementwise_forward<L, Gelu<L>>(layer, desk, b);
      case StepKind::silu:
        return elementwise_forward<L, Silu<L>>(layer, desk, b);
      case StepKind::dropout:
        return training ? scale_by_factors(layer, desk, b, layer.input, layer.output)
                        : copy(desk, b, layer.input, layer.output);
      case StepKind::statistics:
      case StepKind::normalize:
      case StepKind::add:
      case StepKind::fork:
      case StepKind::dense:
        return;  // not sample by sample
    }
  }

  void backward_sample(const LayerPlan& layer, const Desk<L>& desk, std::uint32_t b,
                       std::uint32_t part) const {
    switch (layer.kind) {
      case StepKind::conv:
        return Convolution<L>(layer, desk).backward(b, part);
      case StepKind::maxpool:
      case StepKind::avgpool:
        return Pooling<L>(layer, desk).backward(b);
      case StepKind::relu:
        return elementwise_backward<L, Relu<L>>(layer, desk, b);
      case StepKind::leaky_relu:
        return elementwise_backward<L, LeakyRelu<L>>(layer, desk, b);
      case StepKind::tanh:
        return elementwise_backward<L, Tanh<L>>(layer, desk, b);
      case StepKind::sigmoid:
        return elementwise_backward<L, Sigmoid<L>>(layer, desk, b);
      case StepKind::gelu:
        return elementwise_backward<L, Gelu<L>>(layer, desk, b);
      case StepKind::silu:
        return elementwise_backward<L, Silu<L>>(layer, desk, b);
      case StepKind::dropout:
        return scale_by_factors(layer, desk, b, layer.output_gradient, layer.input_gradient);
      case StepKind::statistics:
      case StepKind::normalize:
      case StepKind::add:
      case StepKind::fork:
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
        const Dense<L> dense(layer, desk_.arena);
        dense.backward(plan_.batch, share(layer.columns), take);
        if (member_.index + 1 == member_.count) dense.update_biases(plan_.batch, take);
      } else {
        const Range mine = share(plan_.batch);
        for (std::uint32_t b = mine.first; b < mine.end; ++b) backward_run({i, i + 1}, desk_, b, 0);
      }
      meet();
    }
  }

  /// The minibatch is cut into parts by its size alone; each part's gradient is summed from zero, then the
  /// parts in order.
  template <class Update>
  void backward_samples(const Stage& stage, std::uint32_t block, Update& take) const {
    const Range parts = share(plan_.parts);
    for (std::uint32_t part = parts.first; part < parts.end; ++part) {
      const Range all{start_of(part), start_of(part + 1)};
      for_convolutions(stage, [&](const LayerPlan& layer) {
        if (layer.winograd == nullptr) Convolution<L>(layer, desk_).clear_part(part);
      });
      for_blocks_of(all, block, [&](const Desk<L>& desk, Range samples) {
        for (Range run = run_to(stage, stage.last); run.count() > 0; run = run_to(stage, run.first)) {
          const LayerPlan& layer = plan_.layers[run.first];
          if (!layer.runs_backward && !by_channel(layer)) continue;
          if (layer.winograd != nullptr)
            WinogradConvolution<L>(layer, desk).backward(samples, part, samples.first == all.first);
          else
            for (std::uint32_t b = samples.first; b < samples.end; ++b) backward_run(run, desk, b, part);
        }
      });
    }
    meet();
    for_convolutions(stage, [&](const LayerPlan& layer) {
      const Range outputs = share(layer.output.channels);
      if (layer.winograd != nullptr)
        WinogradConvolution<L>(layer, desk_).update(take, plan_.parts, outputs);
      else
        Convolution<L>(layer, desk_).update(take, plan_.parts, outputs.first, outputs.end);
    });
    for (std::uint32_t i = stage.first; i < stage.last; ++i)
      if (plan_.layers[i].kind == StepKind::normalize)
        BatchNorm<L>(plan_.layers[i], desk_)
            .conclude_gradient(plan_.batch, share(plan_.layers[i].input.channels), take);
    meet();
  }

  template <class Body>
  void for_convolutions(const Stage& stage, const Body& body) const {
    for (std::uint32_t i = stage.first; i < stage.last; ++i)
      if (plan_.layers[i].kind == StepKind::conv) body(plan_.layers[i]);
  }

  std::uint32_t start_of(std::uint32_t part) const {
    return static_cast<std::uint32_t>(std::uint64_t{plan_.batch} * part / plan_.parts);
  }

  PlanView plan_;
  Member member_;
  Desk<L> desk_;
};

}  // namespace etalon::ETALON_INSTANCE
