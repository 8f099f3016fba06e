/// Small statistics that the judge needs. Pure functions; libm is fine here, as nothing feeds back into a
/// curve.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "etalon/study/verdict.h"

namespace etalon {

/// Upper end of the Wilson 95 % score interval of a share (Wilson 1927), in (0, 1]; 1 for no trials.
/// (p + z^2/2n + z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) with z = 1.959964.
double wilson_upper(std::uint32_t hits, std::uint32_t all);

/// P(Z <= z) for a standard normal Z.
double normal_below(double z);

double mean(std::span<const double> values);             ///< REQUIRES: not empty
double sample_variance(std::span<const double> values);  ///< n - 1 below; 0 for one value
double median(std::vector<double> values);  ///< of an even number the middle of the two. REQUIRES: not empty
Spread spread_of(std::span<const double> values);

/// Probability that the slope of evenly spaced values is negative: the least-squares slope m is taken as
/// normal with variance 12 sigma^2 / (n^3 - n), sigma^2 being the residual variance on n - 2 degrees. [0, 1];
/// empty for fewer than 3 values or non-finite ones.
std::optional<double> falling_probability(std::span<const double> values);

/// The median of values[t - half .. t + half], cut off at both ends, for every t. O(n log n) whatever `half`.
std::vector<double> centred_median(std::span<const double> values, std::size_t half);

}  // namespace etalon
