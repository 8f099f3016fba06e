// One probe; compiled once for each width and instruction set, like the engine.
#include "bench/layer_probe.h"

#include "etalon/nn/convolution.h"
#include "etalon/nn/dense.h"
#include "etalon/nn/winograd_convolution.h"

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

/// Calls body(desk, samples) block by block, as Network does.
template <class Body>
void for_blocks_of(L* arena, Range samples, std::uint32_t block, const Body& body) {
  Desk<L> desk{arena, 0, samples.first};
  for (; desk.first < samples.end; desk.first += block)
    body(desk, Range{desk.first, desk.first + block < samples.end ? desk.first + block : samples.end});
}

void forward(const LayerPlan& layer, float* memory, const LayerRun& run) {
  L* arena = reinterpret_cast<L*>(memory);
  const Range outputs{0, layer.output.channels};
  if (layer.kind == StepKind::dense) return Dense<L>(layer, arena).forward(run.batch, outputs);
  if (layer.winograd != nullptr) WinogradConvolution<L>(layer, Desk<L>{arena}).transform_weights(outputs);
  for_blocks_of(arena, {0, run.batch}, run.block, [&](const Desk<L>& desk, Range samples) {
    if (layer.winograd != nullptr) return WinogradConvolution<L>(layer, desk).forward(samples);
    for (std::uint32_t b = samples.first; b < samples.end; ++b) Convolution<L>(layer, desk).forward(b);
  });
}

void convolution_backward(const LayerPlan& layer, L* arena, const LayerRun& run, std::uint32_t part) {
  const Range all{run.batch * part / run.parts, run.batch * (part + 1) / run.parts};
  if (layer.winograd == nullptr) Convolution<L>(layer, Desk<L>{arena}).clear_part(part);
  for_blocks_of(arena, all, run.block, [&](const Desk<L>& desk, Range samples) {
    if (layer.winograd != nullptr)
      return WinogradConvolution<L>(layer, desk).backward(samples, part, samples.first == all.first);
    for (std::uint32_t b = samples.first; b < samples.end; ++b) Convolution<L>(layer, desk).backward(b, part);
  });
}

void backward(const LayerPlan& layer, float* memory, const LayerRun& run) {
  L* arena = reinterpret_cast<L*>(memory);
  Discard discard;
  if (layer.kind == StepKind::dense)
    return Dense<L>(layer, arena).backward(run.batch, Range{0, layer.columns}, discard);
  for (std::uint32_t part = 0; part < run.parts; ++part) convolution_backward(layer, arena, run, part);
  const Range outputs{0, layer.output.channels};
  if (layer.winograd != nullptr)
    WinogradConvolution<L>(layer, Desk<L>{arena}).update(discard, run.parts, outputs);
  else
    Convolution<L>(layer, Desk<L>{arena}).update(discard, run.parts, outputs.first, outputs.end);
}

}  // namespace

extern const LayerProbe layer_probe;
constinit const LayerProbe layer_probe{ETALON_WIDTH, most_rows * 4, multiply_add, forward, backward};

}  // namespace etalon::ETALON_INSTANCE
