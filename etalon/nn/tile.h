/// The one inner loop of the engine: a register tile of sums.
///
/// Every sum of a network (an output, a gradient) is one chain of multiply-adds in an order that the shapes
/// fix. A tile runs I x J such chains side by side, so that I + J loads feed I * J multiply-adds and no chain
/// waits for itself. Which sums share a tile changes no bit. I and J are as large as the registers allow.
#pragma once

#include <cstddef>
#include <cstdint>

#include "etalon/lanes/lanes.h"
#include "etalon/lanes/parts.h"
#include "etalon/nn/network_plan.h"

namespace etalon::ETALON_INSTANCE {

#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int most_rows = 6;                        // of 4 sums, 6 + 1 operands: 31 of 32 registers
inline constexpr int wide_rows = 3, wide_columns = 8;      // 24 sums, 3 + 1 operands: 28 of them
inline constexpr int number_rows = 6, number_vectors = 4;  // of a WideTile: 24 sums, 4 + 1 operands
#else
inline constexpr int most_rows = 3;  // of 4 sums, 3 + 1 operands: all of 16 registers
inline constexpr int wide_rows = 3, wide_columns = 4;
inline constexpr int number_rows = 4, number_vectors = 3;  // 12 sums, 3 + 1 operands
#endif

/// L fits into a register.
template <class L, int I, int J>
struct Tile {
  static_assert(parts_of<L> == 1);
  L sum[I][J];

  using Scalar = typename L::Scalar;

  /// sum[i][j] = start[i]
  ETALON_INLINE void set(const Scalar* start) {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) sum[i][j] =
        L(start[i]);
  }
  ETALON_INLINE void clear() {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) sum[i][j] = L(0);
  }
  /// sum[i][j] at from[j][i * row], and back.
  template <class Pointer>
  ETALON_INLINE void load(const Pointer (&from)[J], std::ptrdiff_t row) {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) sum[i][j] =
        from[j][i * row];
  }
  template <class Pointer>
  ETALON_INLINE void store(const Pointer (&to)[J], std::ptrdiff_t row) const {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) to[j][i * row] =
        sum[i][j];
  }

  /// `a` points to numbers, which all lanes share, or to values.
  template <class A, class Pointer>
  ETALON_INLINE void step(A a, std::ptrdiff_t a_row, const Pointer (&b)[J], std::ptrdiff_t at) {
    L left[I];
    ETALON_UNROLL for (int i = 0; i < I; ++i) left[i] = held(L(a[i * a_row]));
    ETALON_UNROLL for (int j = 0; j < J; ++j) {
      const L right = held(b[j][at]);
      ETALON_UNROLL for (int i = 0; i < I; ++i) sum[i][j] = fma(left[i], right, sum[i][j]);
    }
  }

  /// sum[i][j] += sum over k < count of a[i * a_row + k * a_step] * b[j][at + k * b_step], k ascending. The
  /// loop stays a loop where `count` is a constant too: unrolled, GCC spills sums.
  template <class A, class Pointer>
  ETALON_INLINE void run(A a, std::ptrdiff_t a_row, std::ptrdiff_t a_step, const Pointer (&b)[J],
                         std::ptrdiff_t b_step, std::ptrdiff_t count, std::ptrdiff_t at = 0) {
    for (std::ptrdiff_t k = 0; k < count; ++k, a += a_step, at += b_step) step(a, a_row, b, at);
  }
};

/// A tile of I rows of numbers that stand side by side, J registers each.
template <class W, int I, int J>
struct WideTile {
  using Scalar = typename W::Scalar;
  W sum[I][J];

  ETALON_INLINE void clear() {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) sum[i][j] = W(0);
  }
  ETALON_INLINE void load(const Scalar* from, std::ptrdiff_t row) {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j) sum[i][j] =
        etalon::ETALON_INSTANCE::load<W>(from + i * row + j * W::width);
  }
  ETALON_INLINE void store(Scalar* to, std::ptrdiff_t row) const {
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < J; ++j)
        etalon::ETALON_INSTANCE::store(to + i * row + j * W::width, sum[i][j]);
  }
  /// sum[i][..] += sum over k < count of a[i * a_row + k * a_step] * b[k * b_step ..], k ascending.
  ETALON_INLINE void run(const Scalar* a, std::ptrdiff_t a_row, std::ptrdiff_t a_step, const Scalar* b,
                         std::ptrdiff_t b_step, std::ptrdiff_t count) {
    for (std::ptrdiff_t k = 0; k < count; ++k, a += a_step, b += b_step) {
      W right[J];
      ETALON_UNROLL for (int j = 0; j < J; ++j) right[j] =
          held(etalon::ETALON_INSTANCE::load<W>(b + j * W::width));
      ETALON_UNROLL for (int i = 0; i < I; ++i) {
        const W left = held(W(a[i * a_row]));
        ETALON_UNROLL for (int j = 0; j < J; ++j) sum[i][j] = fma(left, right[j], sum[i][j]);
      }
    }
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

/// The same over some channels, of which `of_group` belong together: no block holds channels of two groups.
template <int most, class Body>
ETALON_INLINE void for_channel_blocks(Range channels, std::uint32_t of_group, const Body& body) {
  for (std::uint32_t first = channels.first; first < channels.end;) {
    const std::uint32_t border = (first / of_group + 1) * of_group,
                        end = border < channels.end ? border : channels.end;
    for_blocks<most>(end - first, [&](std::uint32_t at, auto rows) { body(first + at, rows); });
    first = end;
  }
}

}  // namespace etalon::ETALON_INSTANCE
