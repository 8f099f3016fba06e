/// From slots to samples: numbers that stand [k][slot] become [slot][k].
#pragma once

#include <utility>

#include "etalon/lanes/lanes.h"
#include "etalon/lanes/parts.h"

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

/// to[slot * row + k] = lane `slot` of from[k * step], k < count; zeros up to the next multiple of a
/// register's lanes. REQUIRES: room for these in each row.
template <int W>
requires(W > 1) inline void transpose(const Lanes<W>* from, std::uint32_t count, float* to, std::uint64_t row,
                                      std::uint64_t step = 1) {
  using V = Part<Lanes<W>>;
  constexpr std::uint32_t width = V::width;
  for (std::uint32_t first = 0; first < count; first += width)
    for (int part = 0; part < parts_of<Lanes<W>>; ++part) {
      const PartPointer<Lanes<W>> own(from + first * step, part);
      const auto apart = static_cast<std::ptrdiff_t>(step);
      V rows[width];
      if (first + width <= count)
        ETALON_UNROLL for (int k = 0; k < V::width; ++k) rows[k] = own[k * apart];
      else
        for (std::uint32_t k = 0; k < width; ++k)
          rows[k] = first + k < count ? own[static_cast<std::ptrdiff_t>(k) * apart] : V(0);
      exchange<V::width / 2>(rows);
      ETALON_UNROLL for (int slot = 0; slot < V::width; ++slot)
          store(to + static_cast<std::uint64_t>(part * V::width + slot) * row + first, rows[slot]);
    }
}
template <class T>
inline void transpose(const Lanes<1, T>* from, std::uint32_t count, T* to, std::uint64_t,
                      std::uint64_t step = 1) {
  for (std::uint32_t k = 0; k < count; ++k) to[k] = from[k * step].v;
}

/// sums[k] = sum_over_lanes(lanes[k]), k < count, as many at a time as a register has lanes: the tree's
/// halves are parts, then rows of the transposed. Writes up to the next multiple of them.
template <int W>
requires(W > 1) inline void sums_over_lanes(const Lanes<W>* lanes, std::uint64_t count, float* sums) {
  using V = Part<Lanes<W>>;
  constexpr std::uint64_t width = V::width;
  for (std::uint64_t first = 0; first < count; first += width) {
    V rows[width];
    for (std::uint64_t k = 0; k < width; ++k)
      rows[k] = first + k < count ? sum_over_parts(lanes[first + k]) : V(0);
    exchange<V::width / 2>(rows);
    ETALON_UNROLL for (int half = V::width / 2; half > 0; half /= 2)
        ETALON_UNROLL for (int k = 0; k < half; ++k) rows[k] = rows[k] + rows[k + half];
    store(sums + first, rows[0]);
  }
}
template <class T>
inline void sums_over_lanes(const Lanes<1, T>* lanes, std::uint64_t count, T* sums) {
  for (std::uint64_t k = 0; k < count; ++k) sums[k] = lanes[k].v;
}

}  // namespace etalon::ETALON_INSTANCE
