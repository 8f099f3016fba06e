// One probe; compiled once for each width and instruction set, like the engine.
#include "tests/lanes/probe.h"

#include "etalon/lanes/functions.h"

namespace etalon::ETALON_INSTANCE {
namespace {

using L = Lanes<ETALON_WIDTH>;

L one_or_zero(L::Mask mask) { return select<L>(mask, L(1), L(0)); }

L apply_one(Operation operation, L a, L b, L c) {
  switch (operation) {
    case Operation::add:
      return a + b;
    case Operation::subtract:
      return a - b;
    case Operation::multiply:
      return a * b;
    case Operation::divide:
      return a / b;
    case Operation::fma:
      return fma(a, b, c);
    case Operation::square_root:
      return square_root(a);
    case Operation::maximum:
      return maximum(a, b);
    case Operation::minimum:
      return minimum(a, b);
    case Operation::rectified:
      return rectified(a);
    case Operation::less:
      return one_or_zero(less(a, b));
    case Operation::less_equal:
      return one_or_zero(less_equal(a, b));
    case Operation::is_nan:
      return one_or_zero(is_nan(a));
    case Operation::select:
      return select<L>(less(a, b), c, a);
    case Operation::exponential:
      return exponential(a);
    case Operation::logarithm:
      return logarithm(a);
    case Operation::hyperbolic_tangent:
      return hyperbolic_tangent(a);
    case Operation::logistic:
      return logistic(a);
  }
  return a;
}

L load(const float* from) {
  L value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

void apply(Operation operation, const float* a, const float* b, const float* c, float* out,
           std::int64_t count) {
  for (std::int64_t k = 0; k < count; k += ETALON_WIDTH) {
    const L result = apply_one(operation, load(a + k), load(b + k), load(c + k));
    __builtin_memcpy(out + k, &result, sizeof result);
  }
}

}  // namespace

extern const Probe probe;
constinit const Probe probe{ETALON_WIDTH, ETALON_NAME, ETALON_SET, ETALON_CLASS, apply};

}  // namespace etalon::ETALON_INSTANCE
