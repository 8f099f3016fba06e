/// How fast each layer with weights runs, phase by phase, beside the ceiling of the processor's
/// multiply-adds, measured in the same run: layer_speed [NETWORK] [SECONDS]. SECONDS is for each line; the
/// best of its rounds counts, as what disturbs a run only slows it down.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "bench/layer_probe.h"
#include "etalon/base/error.h"
#include "etalon/lanes/denormals.h"
#include "etalon/nn/describe.h"
#include "etalon/training/arena.h"
#include "etalon/training/trainer.h"

namespace etalon {

namespace bench_sse2_4 {
extern const LayerProbe layer_probe;
}
namespace bench_avx2_8 {
extern const LayerProbe layer_probe;
}
namespace bench_avx512_16 {
extern const LayerProbe layer_probe;
}

namespace {

constexpr std::uint32_t batch = 64;

const LayerProbe& probe_here() {
  switch (lane_support().widest) {
    case 16:
      return bench_avx512_16::layer_probe;
    case 8:
      return bench_avx2_8::layer_probe;
    default:
      return bench_sse2_4::layer_probe;
  }
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Processor seconds of the fastest of the rounds that fit into `seconds`.
template <class Body>
double fastest(double seconds, const Body& body) {
  body();
  double best = 1e9;
  const double end = processor_seconds() + seconds;
  do {
    const double start = processor_seconds();
    body();
    best = std::min(best, processor_seconds() - start);
  } while (processor_seconds() < end);
  return best;
}

/// GFLOP/s of independent multiply-adds in registers.
double ceiling(const LayerProbe& probe, double seconds) {
  const std::uint64_t rounds = 200'000, chains = probe.lanes == 16 ? 24 : 12;
  volatile float sink = 0;
  const double best = fastest(seconds, [&] { sink = probe.multiply_add(rounds, 0.999f); });
  return 2e-9 * static_cast<double>(rounds * chains * probe.lanes) / best;
}

class LayerSpeed {
 public:
  LayerSpeed(const LayerProbe& probe, const NetworkDescription& network, double seconds, double limit)
      : probe_(probe),
        network_(network),
        plan_(network, {.batch = batch}),
        arena_(plan_, probe.lanes),
        seconds_(seconds),
        limit_(limit) {}

  void print_all() {
    for (const LayerPlan& layer : plan_.layers())
      if (layer.columns != 0) print(layer);
  }

 private:
  void print(const LayerPlan& layer) {
    const Tensor& sums = layer.kind == LayerKind::conv ? layer.sums : layer.output;
    const double work = 2e-9 * sums.size() * layer.columns * batch * probe_.lanes;
    const double forward = fastest(seconds_, [&] { probe_.forward(layer, arena_.data(), batch); });
    LayerPlan alone = layer;
    alone.wants_input_gradient = false;
    const double weights = fastest(seconds_, [&] { probe_.backward(alone, arena_.data(), batch); });
    line(layer, "forward", work / forward);
    line(layer, "weight gradient", work / weights);
    if (!layer.wants_input_gradient) return;
    const double both = fastest(seconds_, [&] { probe_.backward(layer, arena_.data(), batch); });
    line(layer, "data gradient", work / (both - weights));
  }

  void line(const LayerPlan& layer, const char* phase, double speed) const {
    std::printf("  %-22s %-16s %6.1f GFLOP/s  %3.0f %%\n", network_.layers[layer.index].text.c_str(), phase,
                speed, 100 * speed / limit_);
  }

  const LayerProbe& probe_;
  const NetworkDescription& network_;
  NetworkPlan plan_;
  Arena arena_;
  double seconds_, limit_;
};

void measure(const std::string& name, double seconds) {
  const FlushDenormals flush;
  const TensorShape input = name == "vgg-small" ? TensorShape{3, 32, 32} : TensorShape{1, 28, 28};
  const NetworkDescription network =
      describe_network({.name = name, .layers = {}}, default_groups(), input, 10, "layer_speed");
  const LayerProbe& probe = probe_here();
  const double limit = ceiling(probe, seconds);
  std::printf("%s, %u lanes (%s): ceiling %.1f GFLOP/s\n", name.c_str(), probe.lanes,
              lane_support().instruction_set.c_str(), limit);
  LayerSpeed(probe, network, seconds, limit).print_all();
}

}  // namespace
}  // namespace etalon

int main(int count, char** words) {
  try {
    etalon::measure(count > 1 ? words[1] : "lenet5", count > 2 ? std::atof(words[2]) : 0.3);
  } catch (const etalon::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
