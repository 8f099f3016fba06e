/// The one inner loop of the engine: a register tile of sums.
///
/// Every sum of a network (an output, a gradient) is one chain of multiply-adds in an order that the shapes
/// fix. A tile runs I x J such chains side by side, so that I + J loads feed I * J multiply-adds and no chain
/// waits for itself. Which sums share a tile changes no bit. I and J are as large as the registers allow.
#pragma once

#include <cstddef>
#include <cstdint>

#include "etalon/lanes/lanes.h"

namespace etalon::ETALON_INSTANCE {

#if defined(__AVX512F__)
inline constexpr int most_rows = 6;                    // of 4 sums, 6 + 1 operands: 31 of 32 registers
inline constexpr int wide_rows = 3, wide_columns = 8;  // 24 sums, 3 + 1 operands: 28 of them
#else
inline constexpr int most_rows = 3;  // of 4 sums, 3 + 1 operands: all of 16 registers
inline constexpr int wide_rows = 3, wide_columns = 4;
#endif

template <class L, int I, int J>
struct Tile {
  L sum[I][J];

  ETALON_INLINE void set(const L (&start)[I]) {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) sum[i][j] = start[i];
  }
  ETALON_INLINE void clear() {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) sum[i][j] = L(0);
  }
  /// sum[i][j] at from[j] + i * row, and back.
  ETALON_INLINE void load(const L* const (&from)[J], std::ptrdiff_t row) {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) sum[i][j] =
        from[j][i * row];
  }
  ETALON_INLINE void store(L* const (&to)[J], std::ptrdiff_t row) const {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) to[j][i * row] =
        sum[i][j];
  }

  ETALON_INLINE void step(const L* a, std::ptrdiff_t a_row, const L* const (&b)[J], std::ptrdiff_t at) {
    L left[I];
    ETALON_UNROLL for (int i = 0; i < I; ++i) left[i] = held(a[i * a_row]);
    ETALON_UNROLL for (int j = 0; j < J; ++j) {
      const L right = held(b[j][at]);
      ETALON_UNROLL for (int i = 0; i < I; ++i) sum[i][j] = fma(left[i], right, sum[i][j]);
    }
  }

  /// sum[i][j] += sum over k < count of a[i * a_row + k * a_step] * b[j][at + k * b_step], k ascending. The
  /// loop stays a loop where `count` is a constant too: unrolled, GCC spills sums.
  ETALON_INLINE void run(const L* a, std::ptrdiff_t a_row, std::ptrdiff_t a_step, const L* const (&b)[J],
                         std::ptrdiff_t b_step, std::ptrdiff_t count, std::ptrdiff_t at = 0) {
    for (std::ptrdiff_t k = 0; k < count; ++k, a += a_step, at += b_step) step(a, a_row, b, at);
  }
};

template <int value>
struct Constant {
  static constexpr int v = value;
};

/// Calls body(Constant<n>) with n = `count`, which is 1 to `most`.
template <int most, class Body>
ETALON_INLINE void with_constant(std::uint32_t count, const Body& body) {
  if constexpr (most > 1)
    if (count < most) return with_constant<most - 1>(count, body);
  body(Constant<most>{});
}

/// Calls body(first, Constant<n>) over blocks that cut `count` rows evenly, each of at most `most` rows.
template <int most = most_rows, class Body>
ETALON_INLINE void for_blocks(std::uint32_t count, const Body& body) {
  std::uint32_t blocks = (count + most - 1) / most;
  for (std::uint32_t first = 0; first < count; --blocks) {
    const std::uint32_t rows = (count - first + blocks - 1) / blocks;
    with_constant<most>(rows, [&](auto n) { body(first, n); });
    first += rows;
  }
}

}  // namespace etalon::ETALON_INSTANCE
