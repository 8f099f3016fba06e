/// Softmax cross-entropy over slots, each with its own label:
///
///   loss = log(sum over c of e^(z[c] - m)) - (z[label] - m),  m = max over c of z[c]
///   dz[c] = (softmax(z)[c] - [c == label]) / count,  0 in an empty slot
///
/// With label smoothing e, [c == label] becomes t[c] = (1 - e) [c == label] + e / classes, and
///
///   loss = log(sum over c of e^(z[c] - m)) - sum over c of t[c] (z[c] - m)
///
/// (Szegedy et al. 2016, arXiv 1512.00567, section 7; PyTorch's CrossEntropyLoss).
#pragma once

#include "etalon/lanes/functions.h"
#include "etalon/nn/network_plan.h"

namespace etalon::ETALON_INSTANCE {

/// Losses of one group and, where wanted, dz and which are right (1 where the largest logit, the first of
/// equals, is the label's; 0 where any logit is NaN).
template <class L>
class CrossEntropy {
 public:
  using Integer = typename L::Integer;
  using Integers = typename L::Integers;
  using Scalar = typename L::Scalar;

  CrossEntropy(const PlanView& plan, const Desk<L>& desk, float smoothing = 0)
      : plan_(plan),
        desk_(desk),
        classes_(plan.logits.size()),
        smoothing_(static_cast<Scalar>(smoothing)),
        spread_(smoothing_ / static_cast<Scalar>(classes_)) {}

  L loss(std::uint32_t group, Integers label) const {
    const L* z = logits(group);
    const L top = largest(z);
    L sum(0), own(0);
    for (std::uint32_t c = 0; c < classes_; ++c) {
      sum = sum + exponential(z[c] - top);
      own = select<L>(equal<L>(label, all_integers<L>(static_cast<Integer>(c))), z[c] - top, own);
    }
    return logarithm(sum) - smoothed(z, top, own);
  }

  /// Loss, and the gradient of the mean over `count` samples.
  L loss_and_gradient(std::uint32_t group, Integers label, std::uint32_t count) const {
    const L* z = logits(group);
    L* gradient = desk_.at(plan_.logits_gradient, group);
    const L top = largest(z);
    L sum(0), own(0);
    for (std::uint32_t c = 0; c < classes_; ++c) {
      gradient[c] = exponential(z[c] - top);
      sum = sum + gradient[c];
      own = select<L>(equal<L>(label, all_integers<L>(static_cast<Integer>(c))), z[c] - top, own);
    }
    const L share = L(1) / sum;
    const auto filled = lanes_before<L>(desk_.filled(group));
    const L mean(Scalar(1) / static_cast<Scalar>(count));
    const L target(Scalar(1) - smoothing_ + spread_), others(spread_);
    for (std::uint32_t c = 0; c < classes_; ++c) {
      const auto is_label = equal<L>(label, all_integers<L>(static_cast<Integer>(c)));
      const L wrong = (gradient[c] * share - select<L>(is_label, target, others)) * mean;
      gradient[c] = select<L>(filled, wrong, L(0));
    }
    return logarithm(sum) - smoothed(z, top, own);
  }

  Integers right(std::uint32_t group, Integers label) const {
    const L* z = logits(group);
    L best = z[0];
    Integers winner = all_integers<L>(0);
    auto broken = is_nan(z[0]);
    for (std::uint32_t c = 1; c < classes_; ++c) {
      const auto larger = less(best, z[c]);
      best = select<L>(larger, z[c], best);
      winner = select_integers<L>(larger, all_integers<L>(static_cast<Integer>(c)), winner);
      broken = broken | is_nan(z[c]);
    }
    return equal<L>(winner, label) & ~broken & all_integers<L>(1);
  }

 private:
  const L* logits(std::uint32_t group) const { return desk_.at(plan_.logits, group); }
  /// The sum over c of t[c] (z[c] - top), where `own` is the label's z - top.
  L smoothed(const L* z, L top, L own) const {
    if (smoothing_ == Scalar(0)) return own;
    L all(0);
    for (std::uint32_t c = 0; c < classes_; ++c) all = all + (z[c] - top);
    return L(Scalar(1) - smoothing_) * own + L(spread_) * all;
  }
  L largest(const L* z) const {
    L top = z[0];
    for (std::uint32_t c = 1; c < classes_; ++c) top = maximum(top, z[c]);
    return top;
  }

  const PlanView& plan_;
  Desk<L> desk_;
  std::uint32_t classes_;
  Scalar smoothing_, spread_;
};

}  // namespace etalon::ETALON_INSTANCE
