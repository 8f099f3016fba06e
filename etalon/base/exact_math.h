/// Elementary functions in double that give the same bits on every IEEE 754 machine.
///
/// libm's may differ from version to version, so nothing that a curve depends on (initializers, schedules,
/// generated sets) may use it. These are built from +, -, *, / and sqrt alone and are compiled without
/// contraction. Accuracy, where nothing else is said: a relative error of at most a few units in the last
/// place (1e-15) over the stated ranges; held against libm by tests.
#pragma once

namespace etalon {

inline constexpr double exact_pi = 3.14159265358979323846;

double exact_exp(double x);  ///< e^x; 0 below -745, infinity above 709.78
double exact_log(double x);  ///< natural logarithm; NaN below 0, -infinity at 0
double exact_log10(double x);
/// exp(exponent * log(base)); relative error below 3e-16 * (2 + |exponent * log(base)|). REQUIRES: base > 0
double exact_pow(double base, double exponent);
double exact_sin(double x);  ///< REQUIRES: |x| <= 1e5
double exact_cos(double x);  ///< REQUIRES: |x| <= 1e5

}  // namespace etalon
