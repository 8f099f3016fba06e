// Every width gives the bits of Lanes<1>, and the functions are as accurate as they say.
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "etalon/lanes/denormals.h"
#include "etalon/lanes/processor.h"
#include "tests/lanes/probe.h"

namespace etalon {

#define ETALON_PROBE(instance) \
  namespace instance {         \
  extern const Probe probe;    \
  }
#include "tests/lanes/probe_list.inc"
#undef ETALON_PROBE

namespace {

const Probe* const probes[] = {
#define ETALON_PROBE(instance) &instance::probe,
#include "tests/lanes/probe_list.inc"
#undef ETALON_PROBE
};

using Numbers = std::vector<float>;

/// Probes of one numeric class that run here, Lanes<1> first.
using Class = std::vector<const Probe*>;

std::vector<Class> classes() {
  std::vector<Class> found;
  for (const Probe* probe : probes) {
    if (!processor_has(probe->instruction_set)) continue;
    if (probe->width == 1) found.emplace_back();
    found.back().push_back(probe);
  }
  return found;
}

Numbers apply(const Probe& probe, Operation operation, const Numbers& a, const Numbers& b, const Numbers& c) {
  Numbers out(a.size());
  probe.apply(operation, a.data(), b.data(), c.data(), out.data(), static_cast<std::int64_t>(a.size()));
  return out;
}

/// Any NaN equals any other, and a denormal counts as zero of its sign: no arithmetic can tell them apart.
std::uint32_t class_of(float number) {
  if (std::isnan(number)) return 0x7fc00000;
  const auto bits = std::bit_cast<std::uint32_t>(number);
  return (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits;
}

bool same_number(float a, float b) { return class_of(a) == class_of(b); }

/// The first place where a width differs from Lanes<1>; empty if none does.
std::string first_difference(const Numbers& a, const Numbers& b, const Numbers& c) {
  const FlushDenormals flush;
  for (const Class& members : classes())
    for (const Operation operation : all_operations) {
      const Numbers expected = apply(*members.front(), operation, a, b, c);
      for (const Probe* probe : members) {
        const Numbers found = apply(*probe, operation, a, b, c);
        for (std::size_t k = 0; k < a.size(); ++k)
          if (!same_number(found[k], expected[k]))
            return std::string(probe->name) + ", operation " + std::to_string(static_cast<int>(operation)) +
                   " of " + std::to_string(a[k]) + ", " + std::to_string(b[k]) + ", " + std::to_string(c[k]);
      }
    }
  return "";
}

/// Numbers at which arithmetic turns: zeros, denormals, the ends of the range, infinities, NaN.
Numbers special_numbers() {
  using Limits = std::numeric_limits<float>;
  Numbers numbers{0,
                  1,
                  0.5f,
                  0.625f,
                  2,
                  3.1415927f,
                  88.72f,
                  88.73f,
                  87.33f,
                  87.34f,
                  104,
                  1e10f,
                  16777216,
                  Limits::denorm_min(),
                  1e-40f,
                  Limits::min(),
                  Limits::max(),
                  Limits::infinity(),
                  Limits::quiet_NaN(),
                  Limits::epsilon()};
  const std::size_t count = numbers.size();
  for (std::size_t k = 0; k < count; ++k) numbers.push_back(-numbers[k]);
  return numbers;
}

void fill_up(Numbers& numbers) {
  while (numbers.size() % 16 != 0) numbers.push_back(1);
}

TEST(Lanes, every_class_has_all_its_widths) {
  for (const Class& members : classes()) {
    std::set<int> widths;
    for (const Probe* probe : members) widths.insert(probe->width);
    EXPECT_EQ(widths, (std::set<int>{1, 4, 8, 16})) << members.front()->name;
  }
}

TEST(Lanes, widths_agree_on_special_numbers) {
  const Numbers special = special_numbers();
  Numbers a, b, c;
  for (const float x : special)
    for (const float y : special)
      for (const float z : special) a.push_back(x), b.push_back(y), c.push_back(z);
  for (Numbers* numbers : {&a, &b, &c}) fill_up(*numbers);
  EXPECT_EQ(first_difference(a, b, c), "");
}

TEST(Lanes, widths_agree_all_over_the_range) {
  Numbers a, b, c;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 9973) {
    a.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    b.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits * 2654435761u)));
    c.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits * 40503u + 17)));
  }
  for (Numbers* numbers : {&a, &b, &c}) fill_up(*numbers);
  EXPECT_EQ(first_difference(a, b, c), "");
}

RC_GTEST_PROP(Lanes, widths_agree_on_any_bits, ()) {
  const auto numbers = [] {
    Numbers made;
    for (const std::uint32_t bits :
         *rc::gen::container<std::vector<std::uint32_t>>(16, rc::gen::arbitrary<std::uint32_t>()))
      made.push_back(std::bit_cast<float>(bits));
    return made;
  };
  RC_ASSERT(first_difference(numbers(), numbers(), numbers()) == "");
}

TEST(Lanes, fused_class_rounds_once_and_the_plain_one_twice) {
  const float x = 1 + std::numeric_limits<float>::epsilon();
  const Numbers a(16, x), c(16, -x * x);
  for (const Class& members : classes()) {
    const bool fused = std::string(members.front()->numeric_class) != "x86-64";
    const float expected = fused ? std::fma(x, x, c[0]) : 0.0f;
    EXPECT_EQ(apply(*members.front(), Operation::fma, a, a, c)[0], expected) << members.front()->name;
  }
}

TEST(Lanes, maximum_and_rectifier_pass_na_n_on) {
  const float nan = std::nanf("");
  const Numbers a{nan, 1, -1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
      b{1, nan, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  for (const Class& members : classes())
    for (const Probe* probe : members) {
      const Numbers larger = apply(*probe, Operation::maximum, a, b, b),
                    kept = apply(*probe, Operation::rectified, a, b, b);
      EXPECT_TRUE(std::isnan(larger[0]) && std::isnan(larger[1]) && std::isnan(kept[0])) << probe->name;
      EXPECT_EQ(larger[2], 3);
      EXPECT_EQ(kept[2], 0);
    }
}

/// The largest error in units of the last place of the true value, over finite normal results.
double worst_error(const Probe& probe, Operation operation, double (*truth)(double), float from, float to) {
  const FlushDenormals flush;
  Numbers x;
  const auto add = [&](float sign, std::uint32_t first, std::uint32_t last) {
    for (std::uint64_t bits = first; bits <= last; bits += 1009)
      x.push_back(sign * std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  };
  const auto smallest = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::min());
  if (to > 0) add(1, smallest, std::bit_cast<std::uint32_t>(to));
  if (from < 0) add(-1, smallest, std::bit_cast<std::uint32_t>(-from));
  fill_up(x);
  const Numbers found = apply(probe, operation, x, x, x);
  double worst = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double expected = truth(double{x[k]});
    if (std::abs(expected) < double{std::numeric_limits<float>::min()}) continue;
    const double place = std::ldexp(1.0, std::ilogb(expected) - 23);
    worst = std::max(worst, std::abs(double{found[k]} - expected) / place);
  }
  return worst;
}

TEST(Lanes, functions_are_as_accurate_as_they_say) {
  for (const Class& members : classes()) {
    const Probe& one = *members.front();
    EXPECT_LE(worst_error(one, Operation::exponential, std::exp, -87.33f, 88.72f), 2.0) << one.name;
    EXPECT_LE(worst_error(one, Operation::logarithm, std::log, 0, std::numeric_limits<float>::max()), 2.0)
        << one.name;
    EXPECT_LE(worst_error(one, Operation::hyperbolic_tangent, std::tanh, -100, 100), 4.0) << one.name;
    EXPECT_LE(worst_error(
                  one, Operation::logistic, [](double x) { return 1 / (1 + std::exp(-x)); }, -87, 87),
              3.0)
        << one.name;
  }
}

TEST(Lanes, functions_keep_their_limits) {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const Numbers x{infinity, -infinity, nan, 0, -1, 1e-40f, 1000, -1000, 1, 1, 1, 1, 1, 1, 1, 1};
  const FlushDenormals flush;
  for (const Class& members : classes()) {
    const Probe& one = *members.front();
    const Numbers e = apply(one, Operation::exponential, x, x, x),
                  l = apply(one, Operation::logarithm, x, x, x);
    const Numbers t = apply(one, Operation::hyperbolic_tangent, x, x, x),
                  s = apply(one, Operation::logistic, x, x, x);
    EXPECT_EQ(e[0], infinity);
    EXPECT_EQ(e[1], 0);
    EXPECT_TRUE(std::isnan(e[2]) && std::isnan(l[2]) && std::isnan(t[2]) && std::isnan(s[2]));
    EXPECT_EQ(e[3], 1);
    EXPECT_EQ(l[0], infinity);
    EXPECT_TRUE(std::isnan(l[1]) && std::isnan(l[4]));
    EXPECT_EQ(l[3], -infinity);
    EXPECT_EQ(l[5], -infinity);  // a denormal counts as zero
    EXPECT_TRUE(t[0] == 1 && t[1] == -1 && t[3] == 0 && t[6] == 1 && t[7] == -1);
    EXPECT_TRUE(s[0] == 1 && s[1] == 0 && s[3] == 0.5f && s[6] == 1 && s[7] == 0);
  }
}

TEST(FlushDenormals, holds_for_its_scope_alone) {
  volatile float small = std::numeric_limits<float>::min();
  {
    const FlushDenormals flush;
    EXPECT_EQ(small * 0.5f, 0.0f);
  }
  EXPECT_NE(small * 0.5f, 0.0f);
}

}  // namespace
}  // namespace etalon
