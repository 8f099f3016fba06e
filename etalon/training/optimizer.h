/// The updates, over lanes: SGD, momentum, Nesterov momentum, Adam, AdamW, by PyTorch's formulas.
///
///   g <- g + decay * w                                       (all but adamw; on weights and biases alike)
///   sgd       w <- w - rate * g
///   momentum  u <- mu * u + g,  w <- w - rate * u            (Sutskever et al. 2013, u = 0 before the first
///   step) nesterov  u <- mu * u + g,  w <- w - rate * (g + mu * u) adam      m <- b1 * m + (1 - b1) * g,  v
///   <- b2 * v + (1 - b2) * g^2
///             w <- w - rate / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + epsilon)   (Kingma and Ba 2015)
///   adamw     w <- (1 - rate * decay) * w before adam's step   (Loshchilov and Hutter 2019)
#pragma once

#include "etalon/lanes/lanes.h"
#include "etalon/training/engine.h"

namespace etalon::ETALON_INSTANCE {

/// Takes pieces of a gradient as the network finishes them and updates the parameters at their places.
template <class L>
class Optimizer {
 public:
  /// `arena` begins with the parameters; the state arrays follow, each `parameters` values long.
  Optimizer(const OptimizerConstants& constants, const StepScalars& scalars, L* arena,
            std::uint64_t parameters)
      : c_(constants), scalars_(scalars), arena_(arena), parameters_(parameters) {}

  /// gradient[r * gradient_row + k] belongs to parameter place + r * row + k.
  void operator()(std::uint64_t place, std::uint32_t rows, std::uint32_t columns, std::uint64_t row,
                  const L* gradient, std::uint64_t gradient_row, std::int32_t group) {
    const L rate = load(scalars_.rate + group * L::width);
    for (std::uint32_t r = 0; r < rows; ++r, place += row, gradient += gradient_row) {
      L* w = arena_ + place;
      switch (c_.kind) {
        case OptimizerKind::sgd:
          sgd(w, columns, gradient, rate);
          break;
        case OptimizerKind::momentum:
        case OptimizerKind::nesterov:
          momentum(w, columns, gradient, rate);
          break;
        case OptimizerKind::adam:
        case OptimizerKind::adamw:
          adam(w, columns, gradient, rate, load(scalars_.keep + group * L::width));
          break;
      }
    }
  }

 private:
  static ETALON_INLINE L load(const float* lanes) {
    L value;
    __builtin_memcpy(&value, lanes, sizeof value);
    return value;
  }
  ETALON_INLINE L decayed(L gradient, L w) const {
    return c_.weight_decay == 0 ? gradient : fma(L(c_.weight_decay), w, gradient);
  }

  ETALON_INLINE void sgd(L* w, std::uint32_t columns, const L* gradient, L rate) const {
    const L minus_rate = L(0) - rate;
    for (std::uint32_t k = 0; k < columns; ++k) w[k] = fma(minus_rate, decayed(gradient[k], w[k]), w[k]);
  }

  void momentum(L* w, std::uint32_t columns, const L* gradient, L rate) const {
    const L minus_rate = L(0) - rate, mu(c_.momentum);
    L* velocity = w + parameters_;
    for (std::uint32_t k = 0; k < columns; ++k) {
      const L g = decayed(gradient[k], w[k]);
      const L u = fma(mu, velocity[k], g);
      velocity[k] = u;
      w[k] = fma(minus_rate, c_.kind == OptimizerKind::nesterov ? fma(mu, u, g) : u, w[k]);
    }
  }

  void adam(L* w, std::uint32_t columns, const L* gradient, L rate, L keep) const {
    const L minus_rate = L(0) - rate, root = load(scalars_.root);
    const bool decoupled = c_.kind == OptimizerKind::adamw;
    L *mean = w + parameters_, *square = w + 2 * parameters_;
    for (std::uint32_t k = 0; k < columns; ++k) {
      const L g = decoupled ? gradient[k] : decayed(gradient[k], w[k]);
      const L start = decoupled ? w[k] * keep : w[k];
      mean[k] = fma(L(c_.beta1), mean[k], L(c_.rest1) * g);
      square[k] = fma(L(c_.beta2), square[k], L(c_.rest2) * g * g);
      const L scale = square_root(square[k]) / root + L(c_.epsilon);
      w[k] = fma(minus_rate, mean[k] / scale, start);
    }
  }

  const OptimizerConstants& c_;
  const StepScalars& scalars_;
  L* arena_;
  std::uint64_t parameters_;
};

}  // namespace etalon::ETALON_INSTANCE
