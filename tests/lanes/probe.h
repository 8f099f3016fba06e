/// Calls operations of Lanes compiled for one width and instruction set, as a table of plain functions.
#pragma once

#include <cstdint>

namespace etalon {

enum class Operation {
  add,
  subtract,
  multiply,
  divide,
  fma,
  square_root,
  maximum,
  minimum,
  rectified,
  less,
  less_equal,
  is_nan,
  select,
  exponential,
  logarithm,
  hyperbolic_tangent,
  logistic,
};
inline constexpr Operation all_operations[] = {
    Operation::add,       Operation::subtract,    Operation::multiply,   Operation::divide,
    Operation::fma,       Operation::square_root, Operation::maximum,    Operation::minimum,
    Operation::rectified, Operation::less,        Operation::less_equal, Operation::is_nan,
    Operation::select,    Operation::exponential, Operation::logarithm,  Operation::hyperbolic_tangent,
    Operation::logistic,
};

struct Probe {
  int width;
  const char* name;
  const char* instruction_set;
  const char* numeric_class;
  /// out[k] = operation(a[k], b[k], c[k]) for k < count. REQUIRES: count a multiple of the width. Masks give
  /// 1 or 0.
  void (*apply)(Operation operation, const float* a, const float* b, const float* c, float* out,
                std::int64_t count);
};

}  // namespace etalon
