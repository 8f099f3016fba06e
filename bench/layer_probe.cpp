// One probe; compiled once for each width and instruction set, like the engine.
#include "bench/layer_probe.h"

#include "etalon/nn/convolution.h"
#include "etalon/nn/dense.h"

namespace etalon::ETALON_INSTANCE {
namespace {

using L = Lanes<ETALON_WIDTH>;

float multiply_add(std::uint64_t rounds, float factor) {
  L sums[most_rows][4];
  ETALON_UNROLL for (int i = 0; i < most_rows; ++i) ETALON_UNROLL for (int j = 0; j < 4; ++j) sums[i][j] =
      L(static_cast<float>(4 * i + j));
  L a(factor);
  const L b(1.0f - factor);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    asm volatile("" : "+m"(round));  // keeps the rounds apart
    ETALON_UNROLL for (int i = 0; i < most_rows; ++i) ETALON_UNROLL for (int j = 0; j < 4; ++j) sums[i][j] =
        fma(sums[i][j], a, b);
  }
  L total(0);
  ETALON_UNROLL for (int i = 0; i < most_rows; ++i) ETALON_UNROLL for (int j = 0; j < 4; ++j) total =
      total + sums[i][j];
  float first;
  __builtin_memcpy(&first, &total, sizeof first);
  return first;
}

/// Takes a gradient and does nothing with it, in a way that the compiler cannot see through.
struct Discard {
  void operator()(std::uint64_t, std::uint32_t, std::uint32_t, std::uint64_t, const L* gradient,
                  std::uint64_t, std::int32_t) {
    asm volatile("" : : "r"(gradient) : "memory");
  }
};

void forward(const LayerPlan& layer, float* memory, std::uint32_t batch) {
  L* arena = reinterpret_cast<L*>(memory);
  if (layer.kind == LayerKind::dense) return Dense<L>(layer, arena).forward(0, batch);
  for (std::uint32_t b = 0; b < batch; ++b) Convolution<L>(layer, arena).forward(b);
}

void backward(const LayerPlan& layer, float* memory, std::uint32_t batch) {
  L* arena = reinterpret_cast<L*>(memory);
  Discard discard;
  if (layer.kind == LayerKind::dense) return Dense<L>(layer, arena).backward(batch, discard);
  for (std::uint32_t b = 0; b < batch; ++b) Convolution<L>(layer, arena).backward(b);
}

}  // namespace

extern const LayerProbe layer_probe;
constinit const LayerProbe layer_probe{ETALON_WIDTH, most_rows * 4, multiply_add, forward, backward};

}  // namespace etalon::ETALON_INSTANCE
