/// From slots to samples: numbers that stand [k][slot] become [slot][k].
#pragma once

#include <utility>

#include "etalon/lanes/lanes.h"

namespace etalon::ETALON_INSTANCE {

/// Lanes of two rows, of which the second stands `distance` behind the first: the first's where a lane's own
/// number has no bit `distance`, else the second's, each with the other's part moved by that; `upper` gives
/// what the second row becomes.
template <bool upper, int distance, int W, int... lane>
ETALON_INLINE Lanes<W> exchanged(Lanes<W> a, Lanes<W> b, std::integer_sequence<int, lane...>) {
  constexpr int moved = upper ? 0 : distance, kept = upper ? distance : 0;
  return Lanes<W>(
      __builtin_shufflevector(a.v, b.v, ((lane & distance) != 0 ? W + lane - moved : lane + kept)...));
}

/// One step of the transposition of W rows of W lanes: exchanges the blocks beside the diagonal, `distance`
/// wide, then those within the blocks.
template <int distance, int W>
ETALON_INLINE void exchange(Lanes<W> (&rows)[W]) {
  if constexpr (distance > 0) {
    const auto lanes = std::make_integer_sequence<int, W>{};
    ETALON_UNROLL for (int r = 0; r < W; ++r) {
      if ((r & distance) != 0) continue;
      const Lanes<W> a = rows[r], b = rows[r + distance];
      rows[r] = exchanged<false, distance>(a, b, lanes);
      rows[r + distance] = exchanged<true, distance>(a, b, lanes);
    }
    exchange<distance / 2>(rows);
  }
}

/// to[slot * row + k] = lane `slot` of from[k * step], k < count; zeros up to the next multiple of the slots.
/// REQUIRES: room for these in each row.
template <int W>
  requires(W > 1)
inline void transpose(const Lanes<W>* from, std::uint32_t count, float* to, std::uint64_t row,
                      std::uint64_t step = 1) {
  for (std::uint32_t first = 0; first < count; first += W) {
    Lanes<W> rows[W];
    if (first + W <= count)
      ETALON_UNROLL for (std::uint32_t k = 0; k < W; ++k) rows[k] = from[(first + k) * step];
    else
      for (std::uint32_t k = 0; k < W; ++k)
        rows[k] = first + k < count ? from[(first + k) * step] : Lanes<W>(0);
    exchange<W / 2>(rows);
    ETALON_UNROLL for (int slot = 0; slot < W; ++slot)
        store(to + static_cast<std::uint64_t>(slot) * row + first, rows[slot]);
  }
}
template <class T>
inline void transpose(const Lanes<1, T>* from, std::uint32_t count, T* to, std::uint64_t,
                      std::uint64_t step = 1) {
  for (std::uint32_t k = 0; k < count; ++k) to[k] = from[k * step].v;
}

/// sums[k] = sum_over_lanes(lanes[k]), k < count, W at a time: the tree's halves are rows of the transposed.
/// Writes up to the next multiple of W.
template <int W>
  requires(W > 1)
inline void sums_over_lanes(const Lanes<W>* lanes, std::uint64_t count, float* sums) {
  for (std::uint64_t first = 0; first < count; first += W) {
    Lanes<W> rows[W];
    for (std::uint64_t k = 0; k < W; ++k) rows[k] = first + k < count ? lanes[first + k] : Lanes<W>(0);
    exchange<W / 2>(rows);
    ETALON_UNROLL for (int half = W / 2; half > 0; half /= 2)
      ETALON_UNROLL for (int k = 0; k < half; ++k) rows[k] = rows[k] + rows[k + half];
    store(sums + first, rows[0]);
  }
}
template <class T>
inline void sums_over_lanes(const Lanes<1, T>* lanes, std::uint64_t count, T* sums) {
  for (std::uint64_t k = 0; k < count; ++k) sums[k] = lanes[k].v;
}

}  // namespace etalon::ETALON_INSTANCE
