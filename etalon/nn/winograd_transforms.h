/// The one-dimensional transforms of Winograd's F(4, 3) and F(2, 5) and their transposes, over lanes.
///
/// Both take six inputs and the interpolation points 0, +-sqrt(1/2), +-sqrt(2) and infinity: their constants
/// lie closer together than those of the usual 0, +-1, +-2, and the error of a 3x3 layer of 64 channels is
/// half as large (twice that of the direct sum). With s = sqrt(1/2), r = sqrt(2), for F(4, 3):
///
///         | 1  0  -5/2   0    1  0 |       |  1    0    0   |         | 1   1    1   1   1  0 |
///         | 0 -r  -2     s    1  0 |       | -2/3 -r/3 -1/3 |         | 0   s   -s   r  -r  0 |
///   B^T = | 0  r  -2    -s    1  0 |   G = | -2/3  r/3 -1/3 |   A^T = | 0  1/2  1/2  2   2  0 |
///         | 0 -s  -1/2   r    1  0 |       |  1/6  r/6  1/3 |         | 0  s/2 -s/2 2r -2r  1 |
///         | 0  s  -1/2  -r    1  0 |       |  1/6 -r/6  1/3 |
///         | 0  1   0   -5/2   0  1 |       |  0    0    1   |
///
/// F(2, 5) has the same B^T, the first and, with the last column's 1, the second row of A^T, and five columns
/// of G, in which each point's powers go on.
///
/// sums = A^T [(G w G^T) * (B^T d B)] A for a tile; the gradients are the transposes of these.
#pragma once

#include "etalon/lanes/lanes.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
struct WinogradInputs {
  using Scalar = typename L::Scalar;
  static constexpr Scalar s = static_cast<Scalar>(0.70710678118654752440);
  static constexpr Scalar r = static_cast<Scalar>(1.41421356237309504880);
  static constexpr Scalar third = static_cast<Scalar>(1.0 / 3), sixth = static_cast<Scalar>(1.0 / 6);
  static constexpr Scalar r_third = static_cast<Scalar>(1.41421356237309504880 / 3),
                          r_sixth = static_cast<Scalar>(1.41421356237309504880 / 6);

  /// v = B^T d.
  static ETALON_INLINE void inputs(const L (&d)[6], L (&v)[6]) {
    v[0] = fma(L(Scalar(-2.5)), d[2], d[0]) + d[4];
    const L even1 = fma(L(Scalar(-2)), d[2], d[4]), odd1 = fma(L(s), d[3], L(-r) * d[1]);
    const L even2 = fma(L(Scalar(-0.5)), d[2], d[4]), odd2 = fma(L(r), d[3], L(-s) * d[1]);
    v[1] = even1 + odd1;
    v[2] = even1 - odd1;
    v[3] = even2 + odd2;
    v[4] = even2 - odd2;
    v[5] = fma(L(Scalar(-2.5)), d[3], d[1]) + d[5];
  }
  /// d = B v.
  static ETALON_INLINE void inputs_transposed(const L (&v)[6], L (&d)[6]) {
    const L even1 = v[1] + v[2], odd1 = v[1] - v[2], even2 = v[3] + v[4], odd2 = v[3] - v[4];
    d[0] = v[0];
    d[1] = fma(L(-r), odd1, fma(L(-s), odd2, v[5]));
    d[2] = fma(L(Scalar(-2.5)), v[0], fma(L(Scalar(-0.5)), even2, L(Scalar(-2)) * even1));
    d[3] = fma(L(Scalar(-2.5)), v[5], fma(L(r), odd2, L(s) * odd1));
    d[4] = v[0] + (even1 + even2);
    d[5] = v[5];
  }
};

/// For kernels of `taps` taps a side; `tile` sums a side come out.
template <class L, int taps>
struct WinogradTransforms;

template <class L>
struct WinogradTransforms<L, 3> : WinogradInputs<L> {
  using typename WinogradInputs<L>::Scalar;
  using Points = WinogradInputs<L>;
  static constexpr Scalar s = Points::s, r = Points::r, third = Points::third, sixth = Points::sixth,
                          r_third = Points::r_third, r_sixth = Points::r_sixth;

  /// y = A^T m.
  static ETALON_INLINE void outputs(const L (&m)[6], L (&y)[4]) {
    const L even1 = m[1] + m[2], odd1 = m[1] - m[2], even2 = m[3] + m[4], odd2 = m[3] - m[4];
    y[0] = m[0] + (even1 + even2);
    y[1] = fma(L(r), odd2, L(s) * odd1);
    y[2] = fma(L(Scalar(2)), even2, L(Scalar(0.5)) * even1);
    y[3] = fma(L(2 * r), odd2, fma(L(s / 2), odd1, m[5]));
  }
  /// m = A y.
  static ETALON_INLINE void outputs_transposed(const L (&y)[4], L (&m)[6]) {
    const L even1 = fma(L(Scalar(0.5)), y[2], y[0]), odd1 = fma(L(s / 2), y[3], L(s) * y[1]);
    const L even2 = fma(L(Scalar(2)), y[2], y[0]), odd2 = fma(L(2 * r), y[3], L(r) * y[1]);
    m[0] = y[0];
    m[1] = even1 + odd1;
    m[2] = even1 - odd1;
    m[3] = even2 + odd2;
    m[4] = even2 - odd2;
    m[5] = y[3];
  }
  /// u = G w.
  static ETALON_INLINE void weights(const L (&w)[3], L (&u)[6]) {
    const L even1 = fma(L(-third), w[2], L(-2 * third) * w[0]), odd1 = L(-r_third) * w[1];
    const L even2 = fma(L(third), w[2], L(sixth) * w[0]), odd2 = L(r_sixth) * w[1];
    u[0] = w[0];
    u[1] = even1 + odd1;
    u[2] = even1 - odd1;
    u[3] = even2 + odd2;
    u[4] = even2 - odd2;
    u[5] = w[2];
  }
  /// w = G^T u.
  static ETALON_INLINE void weights_transposed(const L (&u)[6], L (&w)[3]) {
    const L even1 = u[1] + u[2], odd1 = u[1] - u[2], even2 = u[3] + u[4], odd2 = u[3] - u[4];
    w[0] = fma(L(-2 * third), even1, fma(L(sixth), even2, u[0]));
    w[1] = fma(L(-r_third), odd1, L(r_sixth) * odd2);
    w[2] = fma(L(-third), even1, fma(L(third), even2, u[5]));
  }
};

template <class L>
struct WinogradTransforms<L, 5> : WinogradInputs<L> {
  using typename WinogradInputs<L>::Scalar;
  using Points = WinogradInputs<L>;
  static constexpr Scalar s = Points::s, r = Points::r, third = Points::third, sixth = Points::sixth,
                          r_third = Points::r_third, r_sixth = Points::r_sixth;

  /// y = A^T m.
  static ETALON_INLINE void outputs(const L (&m)[6], L (&y)[2]) {
    y[0] = m[0] + ((m[1] + m[2]) + (m[3] + m[4]));
    y[1] = fma(L(r), m[3] - m[4], fma(L(s), m[1] - m[2], m[5]));
  }
  /// m = A y.
  static ETALON_INLINE void outputs_transposed(const L (&y)[2], L (&m)[6]) {
    m[0] = y[0];
    m[1] = fma(L(s), y[1], y[0]);
    m[2] = fma(L(-s), y[1], y[0]);
    m[3] = fma(L(r), y[1], y[0]);
    m[4] = fma(L(-r), y[1], y[0]);
    m[5] = y[1];
  }
  /// u = G w.
  static ETALON_INLINE void weights(const L (&w)[5], L (&u)[6]) {
    const L even1 = fma(L(-sixth), w[4], fma(L(-third), w[2], L(-2 * third) * w[0])),
            odd1 = fma(L(-r_sixth), w[3], L(-r_third) * w[1]);
    const L even2 = fma(L(2 * third), w[4], fma(L(third), w[2], L(sixth) * w[0])),
            odd2 = fma(L(r_third), w[3], L(r_sixth) * w[1]);
    u[0] = w[0];
    u[1] = even1 + odd1;
    u[2] = even1 - odd1;
    u[3] = even2 + odd2;
    u[4] = even2 - odd2;
    u[5] = w[4];
  }
  /// w = G^T u.
  static ETALON_INLINE void weights_transposed(const L (&u)[6], L (&w)[5]) {
    const L even1 = u[1] + u[2], odd1 = u[1] - u[2], even2 = u[3] + u[4], odd2 = u[3] - u[4];
    w[0] = fma(L(-2 * third), even1, fma(L(sixth), even2, u[0]));
    w[1] = fma(L(-r_third), odd1, L(r_sixth) * odd2);
    w[2] = fma(L(-third), even1, L(third) * even2);
    w[3] = fma(L(-r_sixth), odd1, L(r_third) * odd2);
    w[4] = fma(L(-sixth), even1, fma(L(2 * third), even2, u[5]));
  }
};

}  // namespace etalon::ETALON_INSTANCE
