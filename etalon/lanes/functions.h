/// exp, log, tanh and sigmoid over lanes, from arithmetic alone: the same bits for every width of a numeric
/// class.
///
/// In float, with the denormals flushed: exp and sigmoid within 2 ulp, log within 2 ulp, tanh within 4 ulp,
/// erf within 1e-7 of the true value over the whole range (tests hold them against libm in double). The
/// polynomials are those of Cephes (S. Moshier, netlib.org/cephes, single precision). In double, for gradient
/// checks only, libm.
#pragma once

#include "etalon/lanes/lanes.h"

namespace etalon::ETALON_INSTANCE {

/// e^x: 0 below -87.33, infinity above 88.72, NaN for NaN.
/// x = n ln 2 + r with |r| <= ln 2 / 2; e^r by a polynomial; 2^n by its exponent bits, in two halves.
template <int W>
ETALON_INLINE Lanes<W> exponential(Lanes<W> x) {
  using L = Lanes<W>;
  const L magic(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  const L clamped = select<L>(less(x, L(-104.0f)), L(-104.0f), select<L>(less(L(89.0f), x), L(89.0f), x));
  const L shifted = fma(clamped, L(1.44269504f), magic);
  const L n = shifted - magic;
  L r = fma(n, L(-0.693359375f), clamped);
  r = fma(n, L(2.12194440e-4f), r);
  L p = fma(L(1.9875691500e-4f), r, L(1.3981999507e-3f));
  p = fma(p, r, L(8.3334519073e-3f));
  p = fma(p, r, L(4.1665795894e-2f));
  p = fma(p, r, L(1.6666665459e-1f));
  p = fma(p, r, L(5.0000001201e-1f));
  p = fma(p, r * r, r) + L(1.0f);
  const auto exponent = bits_of(shifted) - bits_of(magic);
  const auto half = exponent >> 1;
  const auto rest = exponent - half;
  const L result = p * from_bits<L>((half + 127) << 23) * from_bits<L>((rest + 127) << 23);
  return select<L>(less(x, L(-87.3365447f)), L(0.0f),
                   select<L>(less(L(88.7228394f), x), L(__builtin_inff()), result));
}

/// Natural logarithm: -infinity at 0 (and at denormals, which count as 0), NaN below 0 and for NaN.
/// x = 2^e m with m in [sqrt(1/2), sqrt 2); log m = f - f^2/2 + f^3 P(f), f = m - 1.
template <int W>
ETALON_INLINE Lanes<W> logarithm(Lanes<W> x) {
  using L = Lanes<W>;
  const auto bits = bits_of(x) & 0x7fffffff;  // of the size: no sign, so that nothing below overflows
  // Subtracting the bits of sqrt(1/2) makes the exponent field count from there.
  const auto offset = bits - all_integers<L>(0x3f3504f3);
  const auto e = offset >> 23;
  const L m = from_bits<L>(bits - (e << 23));
  const L f = m - L(1.0f);
  const L z = f * f;
  L p = fma(L(7.0376836292e-2f), f, L(-1.1514610310e-1f));
  p = fma(p, f, L(1.1676998740e-1f));
  p = fma(p, f, L(-1.2420140846e-1f));
  p = fma(p, f, L(1.4249322787e-1f));
  p = fma(p, f, L(-1.6668057665e-1f));
  p = fma(p, f, L(2.0000714765e-1f));
  p = fma(p, f, L(-2.4999993993e-1f));
  p = fma(p, f, L(3.3333331174e-1f));
  const L n = to_lanes<L>(e);
  L y = p * f * z;
  y = fma(n, L(-2.12194440e-4f), y);
  y = fma(z, L(-0.5f), y);
  const L result = fma(n, L(0.693359375f), f + y);
  const L infinity(__builtin_inff());
  const L no_number(__builtin_nanf(""));
  const L special = select<L>(less(x, L(0.0f)), no_number, x + infinity);  // +infinity, or the NaN itself
  const auto tiny = less(x, L(1.17549435e-38f)) & ~less(x, L(0.0f));
  const auto usual = less(L(0.0f), x) & less(x, infinity);
  return select<L>(tiny, L(0.0f) - infinity, select<L>(usual, result, special));
}

/// tanh(x): an odd polynomial where |x| < 0.625, else sign(x) (1 - 2 / (e^(2|x|) + 1)).
template <int W>
ETALON_INLINE Lanes<W> hyperbolic_tangent(Lanes<W> x) {
  using L = Lanes<W>;
  const L size = from_bits<L>(bits_of(x) & 0x7fffffff);
  const L z = x * x;
  L p = fma(L(-5.70498872745e-3f), z, L(2.06390887954e-2f));
  p = fma(p, z, L(-5.37397155531e-2f));
  p = fma(p, z, L(1.33314422036e-1f));
  p = fma(p, z, L(-3.33332819422e-1f));
  const L small = fma(p * z, x, x);
  const L large = L(1.0f) - L(2.0f) / (exponential(size + size) + L(1.0f));
  const L signed_large = select<L>(less(x, L(0.0f)), L(0.0f) - large, large);
  return select<L>(less(size, L(0.625f)), small, signed_large);
}

/// 1 / (1 + e^-x)
template <int W>
ETALON_INLINE Lanes<W> logistic(Lanes<W> x) {
  using L = Lanes<W>;
  return L(1.0f) / (L(1.0f) + exponential(L(0.0f) - x));
}

/// erf(x) = 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x: an odd polynomial where |x| < 1, else
/// sign(x) (1 - e^(-x^2) P(1 / x^2) / |x|) with one polynomial up to |x| = 2 and one beyond.
template <int W>
ETALON_INLINE Lanes<W> error_function(Lanes<W> x) {
  using L = Lanes<W>;
  const L size = from_bits<L>(bits_of(x) & 0x7fffffff), z = x * x;
  L p = fma(L(7.853861353153693e-5f), z, L(-8.010193625184903e-4f));
  p = fma(p, z, L(5.188327685732524e-3f));
  p = fma(p, z, L(-2.685381193529856e-2f));
  p = fma(p, z, L(1.128358514861418e-1f));
  p = fma(p, z, L(-3.761262582423300e-1f));
  p = fma(p, z, L(1.128379165726710e+0f));
  const L inner = x * p;
  const L q = L(1.0f) / size, y = q * q;
  L near = fma(L(2.326819970068386e-2f), y, L(-1.387039388740657e-1f));
  near = fma(near, y, L(3.687424674597105e-1f));
  near = fma(near, y, L(-5.824733027278666e-1f));
  near = fma(near, y, L(6.210004621745983e-1f));
  near = fma(near, y, L(-4.944515323274145e-1f));
  near = fma(near, y, L(3.404879937665872e-1f));
  near = fma(near, y, L(-2.741127028184656e-1f));
  near = fma(near, y, L(5.638259427386472e-1f));
  L far = fma(L(-1.047766399936249e+1f), y, L(1.297719955372516e+1f));
  far = fma(far, y, L(-7.495518717768503e+0f));
  far = fma(far, y, L(2.921019019210786e+0f));
  far = fma(far, y, L(-1.015265279202700e+0f));
  far = fma(far, y, L(4.218463358204948e-1f));
  far = fma(far, y, L(-2.820767439740514e-1f));
  far = fma(far, y, L(5.641895067754075e-1f));
  const L tail = exponential(L(0.0f) - z) * q * select<L>(less(size, L(2.0f)), near, far);
  const L outer = L(1.0f) - select<L>(less(L(10.0f), size), L(0.0f), tail);
  const L signed_outer = select<L>(less(x, L(0.0f)), L(0.0f) - outer, outer);
  return select<L>(less(size, L(1.0f)), inner, select<L>(is_nan(x), x, signed_outer));
}

ETALON_INLINE Lanes<1, double> error_function(Lanes<1, double> x) { return __builtin_erf(x.v); }
ETALON_INLINE Lanes<1, double> exponential(Lanes<1, double> x) { return __builtin_exp(x.v); }
ETALON_INLINE Lanes<1, double> logarithm(Lanes<1, double> x) { return __builtin_log(x.v); }
ETALON_INLINE Lanes<1, double> hyperbolic_tangent(Lanes<1, double> x) { return __builtin_tanh(x.v); }
ETALON_INLINE Lanes<1, double> logistic(Lanes<1, double> x) { return 1.0 / (1.0 + __builtin_exp(-x.v)); }

}  // namespace etalon::ETALON_INSTANCE
