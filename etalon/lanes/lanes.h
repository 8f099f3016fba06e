/// Lanes<W>: W numbers side by side. Every operation acts on each lane alone, but for sum_over_lanes.
///
/// Lanes<1> is the specification: each wider one gives, lane by lane, the same bits. Hence no operation may
/// mix lanes, reassociate a sum, or round otherwise than Lanes<1> does. Comparisons give masks (all bits of a
/// lane set, or none). Lanes<1, double> serves gradient checks and never trains.
#pragma once

#include <cstddef>
#include <cstdint>

#include "etalon/lanes/instance.h"

#if defined(__FMA__) || defined(__AVX512F__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace etalon::ETALON_INSTANCE {

/// The widest Lanes that one register holds. Wider ones are pairs of narrower ones.
#if defined(__AVX512F__)
inline constexpr int register_lanes = 16;
#elif defined(__AVX__)
inline constexpr int register_lanes = 8;
#else
inline constexpr int register_lanes = 4;
#endif

template <class T>
struct IntegerOf;
template <>
struct IntegerOf<float> {
  using Type = std::int32_t;
};
template <>
struct IntegerOf<double> {
  using Type = std::int64_t;
};

// Written out for each width: GCC 12 does not keep the attribute on a type that depends on a template
// parameter.
template <int W>
struct VectorOf;
#define ETALON_VECTORS(W)                                                \
  template <>                                                            \
  struct VectorOf<W> {                                                   \
    typedef float Floats __attribute__((vector_size(4 * (W))));          \
    typedef std::int32_t Integers __attribute__((vector_size(4 * (W)))); \
    typedef std::int8_t Bytes __attribute__((vector_size(W)));           \
  };
ETALON_VECTORS(4)
ETALON_VECTORS(8)
ETALON_VECTORS(16)
#undef ETALON_VECTORS

template <int W, class T = float>
struct Lanes {
  static constexpr int width = W;
  using Scalar = float;
  using Integer = std::int32_t;
  using Vector = typename VectorOf<W>::Floats;
  using Integers = typename VectorOf<W>::Integers;
  using Bytes = typename VectorOf<W>::Bytes;
  using Mask = Integers;

  Vector v;

  Lanes() = default;
  ETALON_INLINE explicit Lanes(Vector vector) : v(vector) {}
  /// Less zero, not plus zero: that would make +0 of -0, and take an instruction.
  ETALON_INLINE Lanes(float all) : v(all - Vector{}) {}
};

template <class T>
struct Lanes<1, T> {
  static constexpr int width = 1;
  using Scalar = T;
  using Integer = typename IntegerOf<T>::Type;
  using Vector = T;
  using Integers = Integer;
  using Bytes = std::int8_t;
  using Mask = Integer;

  Vector v;

  Lanes() = default;
  ETALON_INLINE Lanes(T all) : v(all) {}
};

/// Two halves of what no register holds.
template <class T>
struct Pair {
  T low, high;
};
#define ETALON_PAIRWISE(op)                                               \
  template <class T>                                                      \
  ETALON_INLINE Pair<T> operator op(const Pair<T>& a, const Pair<T>& b) { \
    return {a.low op b.low, a.high op b.high};                            \
  }                                                                       \
  template <class T>                                                      \
  ETALON_INLINE Pair<T> operator op(const Pair<T>& a, std::int32_t b) {   \
    return {a.low op b, a.high op b};                                     \
  }
ETALON_PAIRWISE(+)
ETALON_PAIRWISE(-)
ETALON_PAIRWISE(&)
ETALON_PAIRWISE(|)
ETALON_PAIRWISE(<<)
ETALON_PAIRWISE(>>)
#undef ETALON_PAIRWISE
template <class T>
ETALON_INLINE Pair<T> operator~(const Pair<T>& a) {
  return {~a.low, ~a.high};
}

/// Wider than a register: GCC keeps vectors that it has no register for in memory, and takes much of what is
/// done with them apart number by number.
template <int W>
requires(W > register_lanes) struct Lanes<W, float> {
  static constexpr int width = W;
  using Scalar = float;
  using Integer = std::int32_t;
  using Half = Lanes<W / 2>;
  using Integers = Pair<typename Half::Integers>;
  using Bytes = Pair<typename Half::Bytes>;
  using Mask = Integers;

  Half low, high;

  Lanes() = default;
  ETALON_INLINE Lanes(const Half& first, const Half& second) : low(first), high(second) {}
  ETALON_INLINE Lanes(float all) : low(all), high(all) {}
};
template <class L>
inline constexpr bool splits = sizeof(typename L::Scalar) == sizeof(float) && (L::width > register_lanes);

template <int W, class T>
ETALON_INLINE Lanes<W, T> operator+(Lanes<W, T> a, Lanes<W, T> b) {
  if constexpr (splits<Lanes<W, T>>)
    return {a.low + b.low, a.high + b.high};
  else
    return Lanes<W, T>(a.v + b.v);
}
template <int W, class T>
ETALON_INLINE Lanes<W, T> operator-(Lanes<W, T> a, Lanes<W, T> b) {
  if constexpr (splits<Lanes<W, T>>)
    return {a.low - b.low, a.high - b.high};
  else
    return Lanes<W, T>(a.v - b.v);
}
template <int W, class T>
ETALON_INLINE Lanes<W, T> operator*(Lanes<W, T> a, Lanes<W, T> b) {
  if constexpr (splits<Lanes<W, T>>)
    return {a.low * b.low, a.high * b.high};
  else
    return Lanes<W, T>(a.v * b.v);
}
template <int W, class T>
ETALON_INLINE Lanes<W, T> operator/(Lanes<W, T> a, Lanes<W, T> b) {
  if constexpr (splits<Lanes<W, T>>)
    return {a.low / b.low, a.high / b.high};
  else
    return Lanes<W, T>(a.v / b.v);
}

// Comparisons: false where either side is NaN, but for !=.
template <class L>
ETALON_INLINE typename L::Mask less(L a, L b) {
  if constexpr (splits<L>)
    return {less(a.low, b.low), less(a.high, b.high)};
  else if constexpr (L::width == 1)
    return a.v < b.v ? -1 : 0;
  else
    return a.v < b.v;
}
template <class L>
ETALON_INLINE typename L::Mask less_equal(L a, L b) {
  if constexpr (splits<L>)
    return {less_equal(a.low, b.low), less_equal(a.high, b.high)};
  else if constexpr (L::width == 1)
    return a.v <= b.v ? -1 : 0;
  else
    return a.v <= b.v;
}
template <class L>
ETALON_INLINE typename L::Mask is_nan(L a) {
  if constexpr (splits<L>)
    return {is_nan(a.low), is_nan(a.high)};
  else if constexpr (L::width == 1)
    return a.v != a.v ? -1 : 0;
  else
    return a.v != a.v;
}
/// Mask of equal integers.
template <class L>
ETALON_INLINE typename L::Mask equal(typename L::Integers a, typename L::Integers b) {
  if constexpr (splits<L>)
    return {equal<typename L::Half>(a.low, b.low), equal<typename L::Half>(a.high, b.high)};
  else if constexpr (L::width == 1)
    return a == b ? -1 : 0;
  else
    return a == b;
}

/// Lane by lane `yes` where the mask is set, else `no`.
template <class L>
ETALON_INLINE L select(typename L::Mask mask, L yes, L no) {
  if constexpr (splits<L>)
    return {select(mask.low, yes.low, no.low), select(mask.high, yes.high, no.high)};
  else
    return L(mask ? yes.v : no.v);
}
template <class L>
ETALON_INLINE typename L::Integers select_integers(typename L::Mask mask, typename L::Integers yes,
                                                   typename L::Integers no) {
  if constexpr (splits<L>)
    return {select_integers<typename L::Half>(mask.low, yes.low, no.low),
            select_integers<typename L::Half>(mask.high, yes.high, no.high)};
  else
    return mask ? yes : no;
}
template <class L>
ETALON_INLINE typename L::Integers all_integers(typename L::Integer value) {
  return typename L::Integers{} + value;
}

/// The bits of each lane as an integer, and back.
template <class L>
ETALON_INLINE typename L::Integers bits_of(L a) {
  if constexpr (splits<L>)
    return {bits_of(a.low), bits_of(a.high)};
  else
    return __builtin_bit_cast(typename L::Integers, a.v);
}
template <class L>
ETALON_INLINE L from_bits(typename L::Integers bits) {
  if constexpr (splits<L>)
    return {from_bits<typename L::Half>(bits.low), from_bits<typename L::Half>(bits.high)};
  else
    return L(__builtin_bit_cast(typename L::Vector, bits));
}
/// Integers to the nearest numbers.
template <class L>
ETALON_INLINE L to_lanes(typename L::Integers integers) {
  if constexpr (splits<L>)
    return {to_lanes<typename L::Half>(integers.low), to_lanes<typename L::Half>(integers.high)};
  else if constexpr (L::width == 1)
    return L(static_cast<typename L::Scalar>(integers));
  else
    return L(__builtin_convertvector(integers, typename L::Vector));
}
/// Small integers (-128 .. 127) to one byte a lane, and back.
template <class L>
ETALON_INLINE typename L::Bytes to_bytes(typename L::Integers integers) {
  if constexpr (splits<L>)
    return {to_bytes<typename L::Half>(integers.low), to_bytes<typename L::Half>(integers.high)};
  else if constexpr (L::width == 1)
    return static_cast<std::int8_t>(integers);
  else
    return __builtin_convertvector(integers, typename L::Bytes);
}
template <class L>
ETALON_INLINE typename L::Integers from_bytes(typename L::Bytes bytes) {
  if constexpr (splits<L>) {
    return {from_bytes<typename L::Half>(bytes.low), from_bytes<typename L::Half>(bytes.high)};
  } else {
    // GCC 12 takes __builtin_convertvector apart, byte by byte.
#if defined(__AVX512F__)
    if constexpr (L::width == 16)
      return (typename L::Integers)_mm512_maskz_cvtepi8_epi32(0xffff, __builtin_bit_cast(__m128i, bytes));
#endif
#if defined(__AVX2__)
    if constexpr (L::width == 8)
      return (typename L::Integers)_mm256_cvtepi8_epi32(
          _mm_cvtsi64_si128(__builtin_bit_cast(long long, bytes)));
#endif
    if constexpr (L::width == 1)
      return bytes;
    else
      return __builtin_convertvector(bytes, typename L::Integers);
  }
}

/// W numbers from and to anywhere; neither need be aligned.
template <class L>
ETALON_INLINE L load(const typename L::Scalar* from) {
  L lanes;
  __builtin_memcpy(&lanes, from, sizeof lanes);
  return lanes;
}
template <class L>
ETALON_INLINE void store(typename L::Scalar* to, L lanes) {
  __builtin_memcpy(to, &lanes, sizeof lanes);
}

/// All bits set in the lanes before lane `count`.
template <class L>
ETALON_INLINE typename L::Mask lanes_before(std::uint32_t count) {
  typename L::Integer set[L::width];
  ETALON_UNROLL for (int lane = 0; lane < L::width; ++lane) set[lane] =
      static_cast<std::uint32_t>(lane) < count ? -1 : 0;
  typename L::Mask mask;
  __builtin_memcpy(&mask, set, sizeof mask);
  return mask;
}

/// The sum of all lanes by a fixed tree: lane k and lane k + W/2, then k and k + W/4, and so on.
template <class L>
ETALON_INLINE typename L::Scalar sum_over_lanes(L lanes) {
  typename L::Scalar part[L::width];
  store(part, lanes);
  ETALON_UNROLL for (int half = L::width / 2; half > 0; half /= 2)
      ETALON_UNROLL for (int k = 0; k < half; ++k) part[k] = part[k] + part[k + half];
  return part[0];
}

/// As wide as a register, for loops over numbers that stand side by side.
template <class T>
using Wide = Lanes<sizeof(T) == sizeof(float) ? register_lanes : 1, T>;

/// `a`, held in a register. Without it GCC reads an operand from memory anew for each multiply-add that takes
/// it.
template <class L>
ETALON_INLINE L held(L a) {
#if defined(__AVX__)
  if constexpr (L::width == register_lanes) asm("" : "+v"(a.v));
#endif
  return a;
}

/// a * b + c: rounded once in the classes with fused multiply-add, twice in the one without.
template <int W, class T>
ETALON_INLINE Lanes<W, T> fma(Lanes<W, T> a, Lanes<W, T> b, Lanes<W, T> c) {
  using L = Lanes<W, T>;
  if constexpr (splits<L>) return {fma(a.low, b.low, c.low), fma(a.high, b.high, c.high)};
#if defined(__FMA__) || defined(__aarch64__)
  if constexpr (W == 1 && sizeof(T) == 4) return __builtin_fmaf(a.v, b.v, c.v);
  if constexpr (W == 1 && sizeof(T) == 8) return __builtin_fma(a.v, b.v, c.v);
#if defined(__aarch64__)
  if constexpr (W == 4) return L((typename L::Vector)vfmaq_f32(c.v, a.v, b.v));
#else
  if constexpr (W == 4) return L((typename L::Vector)_mm_fmadd_ps(a.v, b.v, c.v));
  if constexpr (W == 8 && !splits<L>) return L((typename L::Vector)_mm256_fmadd_ps(a.v, b.v, c.v));
#endif
#if defined(__AVX512F__)
  if constexpr (W == 16) return L((typename L::Vector)_mm512_fmadd_ps(a.v, b.v, c.v));
#endif
#else
  if constexpr (!splits<L>) return a * b + c;
#endif
}

/// Correctly rounded; NaN below 0.
template <int W, class T>
ETALON_INLINE Lanes<W, T> square_root(Lanes<W, T> a) {
  using L = Lanes<W, T>;
  if constexpr (splits<L>) return {square_root(a.low), square_root(a.high)};
  if constexpr (W == 1 && sizeof(T) == 4) return __builtin_sqrtf(a.v);
  if constexpr (W == 1 && sizeof(T) == 8) return __builtin_sqrt(a.v);
#if defined(__AVX512F__)
  if constexpr (W == 16) return L((typename L::Vector)_mm512_maskz_sqrt_ps(0xffff, a.v));
#endif
#if defined(__AVX__)
  if constexpr (W == 8 && !splits<L>) return L((typename L::Vector)_mm256_sqrt_ps(a.v));
#endif
  if constexpr (W == 4) {
    L root;
    ETALON_UNROLL for (int lane = 0; lane < W; ++lane) root.v[lane] = __builtin_sqrtf(a.v[lane]);
    return root;
  }
}

/// The larger of both; NaN if either is NaN (of two NaNs, the first).
template <class L>
ETALON_INLINE L maximum(L a, L b) {
  return select<L>(less(a, b) | (is_nan(b) & ~is_nan(a)), b, a);
}
template <class L>
ETALON_INLINE L minimum(L a, L b) {
  return select<L>(less(b, a) | (is_nan(b) & ~is_nan(a)), b, a);
}
/// max(a, 0), NaN where a is NaN.
template <class L>
ETALON_INLINE L rectified(L a) {
  return select<L>(less_equal(a, L(0)), L(0), a);
}

}  // namespace etalon::ETALON_INSTANCE
