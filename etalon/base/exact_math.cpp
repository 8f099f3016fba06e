#include "etalon/base/exact_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "etalon/base/check.h"

namespace etalon {
namespace {

constexpr double ln2_high = 6.93147180369123816490e-01;  // ln 2 in two parts (Cody and Waite)
constexpr double ln2_low = 1.90821492927058770002e-10;
constexpr double half_pi_high = 1.57079632673412561417e+00;  // pi/2 in three parts
constexpr double half_pi_middle = 6.07710050630396597660e-11;
constexpr double half_pi_low = 2.02226624879595063154e-21;

double round_to_integer(double x) { return (x + 0x1.8p52) - 0x1.8p52; }

/// 2^exponent for -1022 <= exponent <= 1023.
double power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

/// Taylor series on [-pi/4, pi/4], where 9 terms leave less than 1e-17.
double sine_near_zero(double x) {
  const double square = x * x;
  double term_sum = 0.0;
  for (int n = 17; n >= 3; n -= 2) term_sum = (1.0 + term_sum) * (-square / (n * (n - 1.0)));
  return x + x * term_sum;
}

double cosine_near_zero(double x) {
  const double square = x * x;
  double term_sum = 0.0;
  for (int n = 18; n >= 2; n -= 2) term_sum = (1.0 + term_sum) * (-square / (n * (n - 1.0)));
  return 1.0 + term_sum;
}

double sine_of_quadrant(double x, int shift) {
  const double quadrant = round_to_integer(x * (2.0 / exact_pi));
  const double rest = ((x - quadrant * half_pi_high) - quadrant * half_pi_middle) - quadrant * half_pi_low;
  switch ((static_cast<std::int64_t>(quadrant) + shift) & 3) {
    case 0:
      return sine_near_zero(rest);
    case 1:
      return cosine_near_zero(rest);
    case 2:
      return -sine_near_zero(rest);
    default:
      return -cosine_near_zero(rest);
  }
}

}  // namespace

double exact_exp(double x) {
  if (x != x) return x;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0.0;
  const double power = round_to_integer(x * 1.44269504088896338700);
  const double rest = (x - power * ln2_high) - power * ln2_low;  // |rest| <= ln2 / 2
  double series = 0.0;
  for (int n = 14; n >= 1; --n) series = (1.0 + series) * (rest / n);
  const int exponent = static_cast<int>(power),
            half = exponent / 2;  // two factors, so that neither over- nor underflows
  return (1.0 + series) * power_of_two(half) * power_of_two(exponent - half);
}

double exact_log(double x) {
  if (x != x || x < 0.0) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0.0) return -std::numeric_limits<double>::infinity();
  if (x == std::numeric_limits<double>::infinity()) return x;
  int exponent = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    exponent = -54;
  }
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  exponent += static_cast<int>(bits >> 52) - 1023;
  double mantissa = std::bit_cast<double>((bits & 0x000F'FFFF'FFFF'FFFFull) | 0x3FF0'0000'0000'0000ull);
  if (mantissa > 1.41421356237309504880) {
    mantissa *= 0.5;
    ++exponent;
  }
  // log m = 2 artanh(r), r = (m - 1) / (m + 1), |r| <= 0.172
  const double ratio = (mantissa - 1.0) / (mantissa + 1.0), square = ratio * ratio;
  double series = 0.0;
  for (int n = 23; n >= 3; n -= 2) series = (series + 1.0 / n) * square;
  return exponent * ln2_high + (2.0 * ratio + (2.0 * ratio * series + exponent * ln2_low));
}

double exact_log10(double x) { return exact_log(x) * 0.43429448190325182765; }

double exact_pow(double base, double exponent) {
  check(base > 0, "base", base, "more than 0");
  return exact_exp(exponent * exact_log(base));
}

double exact_sin(double x) {
  check(!(std::abs(x) > 1e5), "x", x, "within 1e5 of 0");
  return sine_of_quadrant(x, 0);
}

double exact_cos(double x) {
  check(!(std::abs(x) > 1e5), "x", x, "within 1e5 of 0");
  return sine_of_quadrant(x, 1);
}

}  // namespace etalon
