/// A convolution of a plan by Winograd's algorithm: nn/winograd.h at the plan's places, a block of groups at
/// a time.
#pragma once

#include "etalon/nn/network_plan.h"
#include "etalon/nn/winograd.h"

namespace etalon::ETALON_INSTANCE {

template <class L, int taps>
class WinogradConvolution {
 public:
  WinogradConvolution(const LayerPlan& plan, const Desk<L>& desk, const Member& member)
      : p_(plan), desk_(desk), member_(member), winograd_(*plan.winograd, weights(), room(), member) {}

  /// Once before each forward pass.
  void transform_weights() const { winograd_.transform_weights(); }

  void forward(Range groups) const {
    with_norm(p_.input_norm, [&](const BatchNorm<L>* norm) {
      winograd_.forward(groups, {desk_.at(p_.input, groups.first), norm}, desk_.at(p_.output, groups.first),
                        winners_of(groups.first));
    });
  }

  /// Adds the groups' share to the gradient, or begins it with group 0, and sets their input gradient if that
  /// is wanted.
  void backward(Range groups) const {
    L* input_gradient = p_.wants_input_gradient ? desk_.at(p_.input_gradient, groups.first) : nullptr;
    with_norm(p_.input_norm, [&](const BatchNorm<L>* before) {
      with_norm(p_.output_norm, [&](const BatchNorm<L>* behind) {
        winograd_.backward(groups, {desk_.at(p_.input, groups.first), before},
                           {desk_.at(p_.output_gradient, groups.first), desk_.at(p_.output, groups.first),
                            winners_of(groups.first), behind, groups.first, 0},
                           input_gradient);
      });
    });
  }

  /// As Convolution::update; this member's share.
  template <class Update>
  void update(Update& take) const {
    const WinogradPlan& plan = *p_.winograd;
    Scalar* gradient = desk_.numbers + p_.finished + desk_.index * p_.member_finished;
    const Range rows = share_of(member_, plan.kernel_rows), outputs = share_of(member_, p_.output.channels);
    for (std::uint32_t r = rows.first; r < rows.end; ++r) {
      winograd_.finish_gradient(r, gradient);
      take(p_.weights + r * p_.weight_row, taps * taps, plan.kernel_columns, p_.weight_plane, gradient,
           plan.finished_row, p_.group);
    }
    if (!p_.has_biases) return;
    for (std::uint32_t o = outputs.first; o < outputs.end; ++o) {
      const Scalar bias = sum_over_lanes(desk_.arena[p_.bias_gradients + o]);
      take(p_.biases + o, 1, 1, 0, &bias, 0, p_.group);
    }
  }

 private:
  using Bytes = typename L::Bytes;
  using Scalar = typename L::Scalar;

  typename Winograd<L, taps>::Weights weights() const {
    Scalar* numbers = desk_.numbers;
    return {numbers + p_.weights,
            numbers + p_.biases,
            numbers + p_.transformed,
            numbers + p_.frequency_gradients,
            desk_.arena + p_.slot_gradients,
            desk_.arena + p_.bias_gradients};
  }
  typename Winograd<L, taps>::Room room() const {
    return {desk_.arena + p_.workspace, desk_.arena + p_.scratch + desk_.index * p_.member_scratch,
            desk_.numbers + p_.transposed + desk_.index * p_.member_transposed};
  }

  /// Calls body(the batch norm that `step` is a step of, or null).
  template <class Body>
  void with_norm(const LayerPlan* step, const Body& body) const {
    if (step == nullptr) return body(nullptr);
    const BatchNorm<L> norm(*step, desk_);
    body(&norm);
  }
  Bytes* winners_of(std::uint32_t group) const {
    return reinterpret_cast<Bytes*>(desk_.arena + p_.extra) + group * p_.extra_group;
  }

  const LayerPlan& p_;
  Desk<L> desk_;
  const Member& member_;
  Winograd<L, taps> winograd_;
};

/// Calls body(WinogradConvolution of that layer).
template <class L, class Body>
ETALON_INLINE void with_winograd(const LayerPlan& layer, const Desk<L>& desk, const Member& member,
                                 const Body& body) {
  if (layer.kernel_width == 3)
    body(WinogradConvolution<L, 3>(layer, desk, member));
  else
    body(WinogradConvolution<L, 5>(layer, desk, member));
}

}  // namespace etalon::ETALON_INSTANCE
