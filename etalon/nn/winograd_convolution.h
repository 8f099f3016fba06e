/// A convolution of a plan by Winograd's algorithm: nn/winograd.h at the plan's places, a block of samples at
/// a time.
#pragma once

#include "etalon/nn/plan.h"
#include "etalon/nn/winograd.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
class WinogradConvolution {
 public:
  WinogradConvolution(const LayerPlan& plan, const Desk<L>& desk)
      : p_(plan),
        desk_(desk),
        arena_(desk.arena),
        winograd_(*plan.winograd, desk.arena + plan.workspace + desk.index * plan.workspace_slot) {}

  /// Once before each forward pass.
  void transform_weights(Range outputs) const {
    winograd_.transform_weights(arena_ + p_.weights, arena_ + p_.transformed, outputs);
  }

  void forward(Range samples) const {
    with_norm(p_.input_norm, [&](const BatchNorm<L>* norm) {
      winograd_.forward(arena_ + p_.transformed, arena_ + p_.biases,
                        {desk_.at(p_.input, samples.first), norm}, desk_.at(p_.output, samples.first),
                        winners_of(samples.first), samples.count());
    });
  }

  /// Adds the samples' share to the gradient of `part`, or begins it with them, and sets their input gradient
  /// if that is wanted.
  void backward(Range samples, std::uint32_t part, bool begins) const {
    L* input_gradient = p_.wants_input_gradient ? desk_.at(p_.input_gradient, samples.first) : nullptr;
    with_norm(p_.input_norm, [&](const BatchNorm<L>* before) {
      with_norm(p_.output_norm, [&](const BatchNorm<L>* behind) {
        winograd_.backward(arena_ + p_.transformed, {desk_.at(p_.input, samples.first), before},
                           {desk_.at(p_.output_gradient, samples.first), desk_.at(p_.output, samples.first),
                            winners_of(samples.first), behind, 0},
                           arena_ + p_.part_gradients + part * p_.part_length, begins, input_gradient,
                           samples.count());
      });
    });
  }

  /// As Convolution::update, for some outputs.
  template <class Update>
  void update(Update& take, std::uint32_t parts, Range outputs) const {
    for (std::uint32_t o = outputs.first; o < outputs.end; ++o) {
      L bias;
      L* row = arena_ + p_.workspace + desk_.index * p_.workspace_slot;  // free by now
      winograd_.finish_gradient(arena_ + p_.part_gradients, parts, o, row, &bias);
      take(p_.weights + o * p_.weight_row, 1, p_.columns, 0, row, 0, p_.group);
      if (p_.has_biases) take(p_.biases + o, 1, 1, 0, &bias, 0, p_.group);
    }
  }

 private:
  using Bytes = typename L::Bytes;

  /// Calls body(the batch norm that `step` is a step of, or null).
  template <class Body>
  void with_norm(const LayerPlan* step, const Body& body) const {
    if (step == nullptr) return body(nullptr);
    const BatchNorm<L> norm(*step, desk_);
    body(&norm);
  }
  Bytes* winners_of(std::uint32_t sample) const {
    return reinterpret_cast<Bytes*>(arena_ + p_.extra) + sample * p_.extra_sample;
  }

  const LayerPlan& p_;
  Desk<L> desk_;
  L* arena_;
  Winograd<L> winograd_;
};

}  // namespace etalon::ETALON_INSTANCE
