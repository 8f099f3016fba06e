/// From slots to samples: numbers that stand [k][slot] become [slot][k].
#pragma once

#include "etalon/lanes/lanes.h"

namespace etalon::ETALON_INSTANCE {

/// to[slot * row + k] = lane `slot` of from[k * step], k < count.
template <class L>
inline void transpose(const L* from, std::uint32_t count, typename L::Scalar* to, std::uint64_t row,
                      std::uint64_t step = 1) {
  using Scalar = typename L::Scalar;
  for (std::uint32_t k = 0; k < count; ++k) {
    Scalar lanes[L::width];
    store(lanes, from[k * step]);
    ETALON_UNROLL for (int lane = 0; lane < L::width; ++lane) to[static_cast<std::uint64_t>(lane) * row + k] =
        lanes[lane];
  }
}

}  // namespace etalon::ETALON_INSTANCE
