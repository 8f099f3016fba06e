#include "etalon/base/exact_math.h"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "etalon/base/random.h"

namespace etalon {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The largest relative error against libm's long double over `count` arguments, evenly drawn.
double worst_error(const std::function<double(double)>& function,
                   const std::function<long double(long double)>& truth, double from, double to,
                   int count = 50'000) {
  RandomSequence draw({1, 0, Purpose::resampling});
  double worst = 0;
  for (int i = 0; i < count; ++i) {
    const double x = draw.uniform(from, to);
    const long double expected = truth(x);
    const long double error = std::abs((function(x) - expected) / expected);
    worst = std::max(worst, static_cast<double>(error));
  }
  return worst;
}

long double true_exp(long double x) { return std::exp(x); }
long double true_log(long double x) { return std::log(x); }
long double true_log10(long double x) { return std::log10(x); }
long double true_sin(long double x) { return std::sin(x); }
long double true_cos(long double x) { return std::cos(x); }

TEST(exact_math, exp_is_accurate) {
  EXPECT_LT(worst_error(exact_exp, true_exp, -1, 1), 1e-15);
  EXPECT_LT(worst_error(exact_exp, true_exp, -20, 20), 1e-15);
  EXPECT_LT(worst_error(exact_exp, true_exp, -708, 709.78), 1e-15);
}

TEST(exact_math, log_is_accurate) {
  EXPECT_LT(worst_error(exact_log, true_log, 0.5, 2), 1e-15);
  EXPECT_LT(worst_error(exact_log, true_log, 0.999999, 1.000001), 1e-15);
  EXPECT_LT(worst_error(exact_log, true_log, 0, 1e-5), 1e-15);
  EXPECT_LT(worst_error(exact_log, true_log, 1, 1e300), 1e-15);
  EXPECT_LT(worst_error(exact_log, true_log, 0, 1e-310), 1e-15) << "denormal arguments";
  EXPECT_LT(worst_error(exact_log10, true_log10, 1e-5, 10), 1e-15);
}

TEST(exact_math, pow_is_accurate) {
  for (const double base : {10.0, 0.1, 1.001}) {
    const double log_base = std::log(base);
    for (const double span : {1.0, 30.0, 680.0}) {  // of exponent * log(base)
      const double error =
          worst_error([&](double x) { return exact_pow(base, x); },
                      [&](long double x) { return std::pow(static_cast<long double>(base), x); },
                      -span / log_base, span / log_base);
      EXPECT_LT(error, 3e-16 * (2 + span)) << base << ", " << span;
    }
  }
}

TEST(exact_math, sine_and_cosine_are_accurate) {
  for (const double range : {0.8, 7.0, 1000.0, 1e5}) {
    EXPECT_LT(worst_error(exact_sin, true_sin, -range, range), 1e-15) << range;
    EXPECT_LT(worst_error(exact_cos, true_cos, -range, range), 1e-15) << range;
  }
}

TEST(exact_math, sine_and_cosine_are_accurate_beside_their_zeros) {
  for (int k = 1; k < 60'000; k += 7) {
    const double x = k * (exact_pi / 2);
    const long double sine = true_sin(x), cosine = true_cos(x);
    ASSERT_LT(std::abs((exact_sin(x) - sine) / sine), 1e-15) << x;
    ASSERT_LT(std::abs((exact_cos(x) - cosine) / cosine), 1e-15) << x;
  }
}

TEST(exact_math, exp_at_its_edges) {
  EXPECT_EQ(exact_exp(0), 1);
  EXPECT_EQ(exact_exp(-0.0), 1);
  EXPECT_EQ(exact_exp(infinity), infinity);
  EXPECT_EQ(exact_exp(-infinity), 0);
  EXPECT_EQ(exact_exp(709.79), infinity);
  EXPECT_LT(exact_exp(709.78), infinity);
  EXPECT_EQ(exact_exp(-746), 0);
  EXPECT_EQ(exact_exp(-745), std::numeric_limits<double>::denorm_min());
  EXPECT_TRUE(std::isnan(exact_exp(nan)));
}

TEST(exact_math, log_at_its_edges) {
  EXPECT_EQ(exact_log(1), 0);
  EXPECT_EQ(exact_log(0), -infinity);
  EXPECT_EQ(exact_log(infinity), infinity);
  EXPECT_TRUE(std::isnan(exact_log(-1)));
  EXPECT_TRUE(std::isnan(exact_log(-infinity)));
  EXPECT_TRUE(std::isnan(exact_log(nan)));
  EXPECT_DOUBLE_EQ(exact_log(std::numeric_limits<double>::denorm_min()), -744.4400719213812);
  EXPECT_DOUBLE_EQ(exact_log(std::numeric_limits<double>::max()), 709.782712893384);
}

TEST(exact_math, trigonometry_at_its_edges) {
  EXPECT_EQ(exact_sin(0), 0);
  EXPECT_EQ(exact_cos(0), 1);
  EXPECT_EQ(exact_sin(exact_pi / 2), 1);
  EXPECT_EQ(exact_cos(exact_pi), -1);
  EXPECT_EQ(exact_sin(-1.25), -exact_sin(1.25));
  EXPECT_EQ(exact_cos(-1.25), exact_cos(1.25));
  EXPECT_EQ(exact_pow(5, 0), 1);
  EXPECT_EQ(exact_pow(1, 123.5), 1);
}

// The bits themselves: every stored curve stands on them. Should they ever change, numerics_version is
// raised.
TEST(exact_math, keeps_its_bits) {
  EXPECT_EQ(exact_exp(1), 0x1.5bf0a8b14576ap+1);
  EXPECT_EQ(exact_exp(-12.3), 0x1.31765fdaf4f37p-18);
  EXPECT_EQ(exact_exp(-740.5), 0x0.0000000000033p-1022);
  EXPECT_EQ(exact_log(10), 0x1.26bb1bbb55516p+1);
  EXPECT_EQ(exact_log(0.001), -0x1.ba18a998fffap+2);
  EXPECT_EQ(exact_log10(0.02), -0x1.b2efb2bd8218p+0);
  EXPECT_EQ(exact_pow(10, -2.5), 0x1.9e7c6e43390bp-9);
  EXPECT_EQ(exact_sin(3), 0x1.210386db6d55bp-3);
  EXPECT_EQ(exact_sin(-54321.25), -0x1.d4147804c990ap-6);
  EXPECT_EQ(exact_cos(3), -0x1.fae04be85e5d2p-1);
  EXPECT_EQ(exact_cos(99999.5), -0x1.b8428c9f69a31p-1);
}

}  // namespace
}  // namespace etalon
