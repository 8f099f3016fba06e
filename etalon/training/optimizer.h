/// The updates, over parameters that stand side by side: SGD, momentum, Nesterov momentum, Adam, AdamW, by
/// PyTorch's formulas.
///
///   g <- g + decay * w                                       (all but adamw; on weights and biases alike)
///   sgd       w <- w - rate * g
///   momentum  u <- mu * u + g,  w <- w - rate * u            (Sutskever et al. 2013, u = 0 at first)
///   nesterov  u <- mu * u + g,  w <- w - rate * (g + mu * u)
///   adam      m <- b1 * m + (1 - b1) * g,  v <- b2 * v + (1 - b2) * g^2
///             w <- w - rate / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + epsilon)   (Kingma and Ba 2015)
///   adamw     w <- (1 - rate * decay) * w before adam's step   (Loshchilov and Hutter 2019)
#pragma once

#include "etalon/lanes/lanes.h"
#include "etalon/training/engine.h"

namespace etalon::ETALON_INSTANCE {

/// Takes pieces of a gradient as the network finishes them and updates the parameters at their places.
class Optimizer {
 public:
  /// `numbers` begin with the parameters; the state arrays follow, each `parameters` long.
  Optimizer(const OptimizerConstants& constants, const StepScalars& scalars, float* numbers,
            std::uint64_t parameters)
      : c_(constants), scalars_(scalars), numbers_(numbers), parameters_(parameters) {}

  /// gradient[r * gradient_row + k] belongs to parameter place + r * row + k.
  void operator()(std::uint64_t place, std::uint32_t rows, std::uint32_t columns, std::uint64_t row,
                  const float* gradient, std::uint64_t gradient_row, std::int32_t group) {
    for (std::uint32_t r = 0; r < rows; ++r, place += row, gradient += gradient_row) {
      float* w = numbers_ + place;
      std::uint32_t k = 0;
      for (; k + W::width <= columns; k += W::width) update<W>(w + k, gradient + k, group);
      for (; k < columns; ++k) update<Lanes<1>>(w + k, gradient + k, group);
    }
  }

 private:
  using W = Wide<float>;

  template <class V>
  ETALON_INLINE void update(float* w, const float* gradient, std::int32_t group) const {
    const V minus_rate(0 - scalars_.rate[group]), g = load<V>(gradient), here = load<V>(w);
    switch (c_.kind) {
      case OptimizerKind::sgd:
        return store(w, fma(minus_rate, decayed(g, here, group), here));
      case OptimizerKind::momentum:
      case OptimizerKind::nesterov:
        return momentum(w, here, decayed(g, here, group), minus_rate, group);
      case OptimizerKind::adam:
        return adam(w, here, decayed(g, here, group), minus_rate);
      case OptimizerKind::adamw:
        return adam(w, here * V(scalars_.keep[group]), g, minus_rate);
    }
  }

  template <class V>
  ETALON_INLINE V decayed(V gradient, V w, std::int32_t group) const {
    const float decay = scalars_.decay[group];
    return decay == 0 ? gradient : fma(V(decay), w, gradient);
  }

  template <class V>
  ETALON_INLINE void momentum(float* w, V here, V g, V minus_rate, std::int32_t group) const {
    const V mu(scalars_.momentum[group]), u = fma(mu, load<V>(w + parameters_), g);
    store(w + parameters_, u);
    store(w, fma(minus_rate, c_.kind == OptimizerKind::nesterov ? fma(mu, u, g) : u, here));
  }

  template <class V>
  ETALON_INLINE void adam(float* w, V start, V g, V minus_rate) const {
    float *means = w + parameters_, *squares = w + 2 * parameters_;
    const V mean = fma(V(c_.beta1), load<V>(means), V(c_.rest1) * g),
            square = fma(V(c_.beta2), load<V>(squares), V(c_.rest2) * g * g);
    store(means, mean);
    store(squares, square);
    const V scale = square_root(square) / V(scalars_.root) + V(c_.epsilon);
    store(w, fma(minus_rate, mean / scale, start));
  }

  const OptimizerConstants& c_;
  const StepScalars& scalars_;
  float* numbers_;
  std::uint64_t parameters_;
};

}  // namespace etalon::ETALON_INSTANCE
