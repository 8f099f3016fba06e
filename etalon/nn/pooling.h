/// Max and average pooling over slots, any window and stride, a channel of a group at a time.
///
/// Max-pool keeps which tap of the window won, the first of equals, a NaN before any number; its gradient
/// goes there. Average pooling divides by the window's area.
#pragma once

#include "etalon/nn/network_plan.h"
#include "etalon/nn/tile.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
class Pooling {
 public:
  Pooling(const LayerPlan& plan, const Desk<L>& desk) : p_(plan), desk_(desk) {}

  void forward(std::uint32_t group, std::uint32_t c) const {
    for_each_window(group, c, [&](const L* in, L* out, Integers* winner, L*, const L*) {
      if (p_.kind == StepKind::maxpool)
        *out = largest(in, *winner);
      else
        *out = sum(in) * reciprocal_area();
    });
  }

  void backward(std::uint32_t group, std::uint32_t c) const {
    if (!p_.wants_input_gradient) return;
    clear_input_gradient(group, c);
    for_each_window(group, c, [&](const L*, L*, Integers* winner, L* to, const L* gradient) {
      for_each_tap([&](std::uint32_t tap, std::uint32_t y, std::uint32_t x) {
        L& place = to[y * p_.input_gradient.row + x];
        if (p_.kind == StepKind::maxpool)
          place = place +
                  select<L>(equal<L>(*winner, all_integers<L>(static_cast<Integer>(tap))), *gradient, L(0));
        else
          place = place + *gradient * reciprocal_area();
      });
    });
  }

 private:
  using Integer = typename L::Integer;
  using Integers = typename L::Integers;

  L reciprocal_area() const {
    return L(typename L::Scalar(1) / static_cast<typename L::Scalar>(p_.kernel_height * p_.kernel_width));
  }

  template <class Body>
  ETALON_INLINE void for_each_tap(const Body& body) const {
    std::uint32_t tap = 0;
    for (std::uint32_t y = 0; y < p_.kernel_height; ++y)
      for (std::uint32_t x = 0; x < p_.kernel_width; ++x) body(tap++, y, x);
  }

  /// body(input, output, winner, input gradient, output gradient), each at its place for one window.
  template <class Body>
  ETALON_INLINE void for_each_window(std::uint32_t group, std::uint32_t c, const Body& body) const {
    auto* winner = reinterpret_cast<Integers*>(desk_.arena + p_.extra + group * p_.extra_group) +
                   std::uint64_t{c} * p_.output.height * p_.output.width;
    const auto at = [&](const Tensor& t, std::uint32_t y, std::uint32_t x) {
      return desk_.at(t, group) + c * t.plane + y * t.row + x;
    };
    for (std::uint32_t y = 0; y < p_.output.height; ++y)
      for (std::uint32_t x = 0; x < p_.output.width; ++x, ++winner)
        body(at(p_.input, y * p_.stride, x * p_.stride), at(p_.output, y, x), winner,
             at(p_.input_gradient, y * p_.stride, x * p_.stride), at(p_.output_gradient, y, x));
  }

  ETALON_INLINE L largest(const L* in, Integers& winner) const {
    L best = *in;
    winner = all_integers<L>(0);
    for_each_tap([&](std::uint32_t tap, std::uint32_t y, std::uint32_t x) {
      const L value = in[y * p_.input.row + x];
      const auto larger = less(best, value) | (is_nan(value) & ~is_nan(best));
      best = select<L>(larger, value, best);
      winner = select_integers<L>(larger, all_integers<L>(static_cast<Integer>(tap)), winner);
    });
    return best;
  }

  ETALON_INLINE L sum(const L* in) const {
    L total(0);
    for_each_tap(
        [&](std::uint32_t, std::uint32_t y, std::uint32_t x) { total = total + in[y * p_.input.row + x]; });
    return total;
  }

  void clear_input_gradient(std::uint32_t group, std::uint32_t c) const {
    const Tensor& t = p_.input_gradient;
    L* first = desk_.at(t, group) + c * t.plane;
    for (std::uint32_t k = 0; k < t.height * t.width; ++k) first[k] = L(0);  // gradients have no frame
  }

  const LayerPlan& p_;
  Desk<L> desk_;
};

}  // namespace etalon::ETALON_INSTANCE
