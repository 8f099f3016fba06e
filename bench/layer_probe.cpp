// One probe; compiled once for each instruction set, like the engine.
#include "bench/layer_probe.h"

#include "etalon/nn/network.h"

namespace etalon::ETALON_INSTANCE {
namespace {

using L = Lanes<ETALON_WIDTH>;

float multiply_add(std::uint64_t rounds, float factor) {
  using W = Wide<float>;
  W sums[most_rows][4];
  ETALON_UNROLL for (int i = 0; i < most_rows; ++i) ETALON_UNROLL for (int j = 0; j < 4; ++j) sums[i][j] =
      W(static_cast<float>(4 * i + j));
  W a(factor);
  const W b(1.0f - factor);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    asm volatile("" : "+m"(round));  // keeps the rounds apart
    ETALON_UNROLL for (int i = 0; i < most_rows; ++i) ETALON_UNROLL for (int j = 0; j < 4; ++j) sums[i][j] =
        fma(sums[i][j], a, b);
  }
  W total(0);
  ETALON_UNROLL for (int i = 0; i < most_rows; ++i) ETALON_UNROLL for (int j = 0; j < 4; ++j) total =
      total + sums[i][j];
  float first;
  __builtin_memcpy(&first, &total, sizeof first);
  return first;
}

/// Takes a gradient and does nothing with it, in a way that the compiler cannot see through.
struct Discard {
  void operator()(std::uint64_t, std::uint32_t, std::uint32_t, std::uint64_t, const float* gradient,
                  std::uint64_t, std::int32_t) {
    asm volatile("" : : "r"(gradient) : "memory");
  }
};

const Member alone;

Desk<L> desk_for(TrialMemory memory, std::uint32_t batch) {
  return desk_of<L>(memory.numbers, reinterpret_cast<L*>(memory.values), batch, alone);
}

/// Calls body(desk, groups) block by block, as Network does.
template <class Body>
void for_blocks_of(Desk<L> desk, std::uint32_t block, const Body& body) {
  for (; desk.first < desk.groups; desk.first += block)
    body(desk, Range{desk.first, desk.first + block < desk.groups ? desk.first + block : desk.groups});
}

void forward(const LayerPlan& layer, TrialMemory memory, std::uint32_t batch, std::uint32_t block) {
  const Desk<L> whole = desk_for(memory, batch);
  const Range outputs{0, layer.output.channels};
  if (layer.kind == StepKind::dense) return Dense<L>(layer, whole).forward(outputs);
  if (layer.winograd != nullptr)
    with_winograd(layer, whole, alone, [](const auto& conv) { conv.transform_weights(); });
  for_blocks_of(whole, block, [&](const Desk<L>& desk, Range groups) {
    if (layer.winograd != nullptr)
      return with_winograd(layer, desk, alone, [&](const auto& conv) { conv.forward(groups); });
    for (std::uint32_t g = groups.first; g < groups.end; ++g) Convolution<L>(layer, desk).forward(g, outputs);
  });
}

void backward_group(const LayerPlan& layer, const Desk<L>& desk, std::uint32_t group) {
  const Convolution<L> convolution(layer, desk);
  const Range outputs{0, layer.output.channels};
  convolution.unpool(group, outputs);
  convolution.add_gradient(group, outputs);
  if (layer.wants_input_gradient) convolution.pass_gradient(group, {0, layer.input.channels});
}

void backward(const LayerPlan& layer, TrialMemory memory, std::uint32_t batch, std::uint32_t block) {
  const Desk<L> whole = desk_for(memory, batch);
  Discard discard;
  if (layer.kind == StepKind::dense) {
    const Dense<L> dense(layer, whole);
    dense.gather({0, whole.groups});
    return dense.backward(batch, {0, layer.columns}, discard);
  }
  for_blocks_of(whole, block, [&](const Desk<L>& desk, Range groups) {
    if (layer.winograd != nullptr)
      return with_winograd(layer, desk, alone, [&](const auto& conv) { conv.backward(groups); });
    for (std::uint32_t g = groups.first; g < groups.end; ++g) backward_group(layer, desk, g);
  });
  if (layer.winograd != nullptr)
    with_winograd(layer, whole, alone, [&](const auto& conv) { conv.update(discard); });
  else
    Convolution<L>(layer, whole).update(discard, {0, layer.output.channels});
}

}  // namespace

extern const LayerProbe layer_probe;
constinit const LayerProbe layer_probe{ETALON_WIDTH, ETALON_SET, most_rows * 4, Wide<float>::width,
                                       multiply_add, forward,    backward};

}  // namespace etalon::ETALON_INSTANCE
