/// Lanes that no register holds whole, taken part by part.
#pragma once

#include "etalon/lanes/lanes.h"

namespace etalon::ETALON_INSTANCE {

/// So many lanes of L as one register holds, and how many such parts L has.
template <class L>
using Part = Lanes<(L::width < Wide<typename L::Scalar>::width ? L::width : Wide<typename L::Scalar>::width),
                   typename L::Scalar>;
template <class L>
inline constexpr int parts_of = L::width / Part<L>::width;

/// Values of L, of each of which one part is seen: what no register holds whole is computed part by part.
template <class L>
struct PartPointer {
  using Scalar = typename L::Scalar;

  Scalar* first;

  PartPointer() = default;
  ETALON_INLINE PartPointer(const L* values, int part)
      : first(const_cast<Scalar*>(reinterpret_cast<const Scalar*>(values)) + part * Part<L>::width) {}

  ETALON_INLINE Part<L>& operator[](std::ptrdiff_t k) const {
    return *reinterpret_cast<Part<L>*>(first + k * L::width);
  }
  ETALON_INLINE PartPointer& operator+=(std::ptrdiff_t k) {
    first += k * L::width;
    return *this;
  }
};

/// The first steps of the tree of sum_over_lanes, down to one register.
template <class L>
ETALON_INLINE Part<L> sum_over_parts(const L& lanes) {
  Part<L> sums[parts_of<L>];
  __builtin_memcpy(sums, &lanes, sizeof lanes);
  ETALON_UNROLL for (int half = parts_of<L> / 2; half > 0; half /= 2)
      ETALON_UNROLL for (int k = 0; k < half; ++k) sums[k] = sums[k] + sums[k + half];
  return sums[0];
}

}  // namespace etalon::ETALON_INSTANCE
