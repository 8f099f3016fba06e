/// How fast each layer with weights runs, phase by phase, beside the ceiling of the processor's multiply-adds
/// measured in the same rounds:
///
///   layer_speed [NETWORK] [SET] [SECONDS] [--json]
///   layer_speed --ceiling [SET] [SECONDS]     GFLOP/s of the multiply-adds alone
///
/// SET is the newest instruction set to use, 0 the newest there is; SECONDS (default 0.5) is for each line.
/// GFLOP/s count a multiply-add of a sample as two operations of the direct sum, whichever way the layer
/// computes it, in processor time; a line gives the median of its rounds. With --json, one JSON object a
/// line.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "bench/layer_probe.h"
#include "bench/made_up.h"
#include "etalon/base/error.h"
#include "etalon/lanes/denormals.h"
#include "etalon/training/arena.h"
#include "etalon/training/dispatch.h"

namespace etalon {

#define ETALON_ENGINE(instance)          \
  namespace bench_##instance {           \
    extern const LayerProbe layer_probe; \
  }
#include "layer_probes.inc"
#undef ETALON_ENGINE

namespace {

constexpr std::uint32_t batch = 64;
constexpr int least_rounds = 3;

const LayerProbe* const compiled_probes[] = {
#define ETALON_ENGINE(instance) &bench_##instance::layer_probe,
#include "layer_probes.inc"
#undef ETALON_ENGINE
};

/// Beside the engine that trains such minibatches.
const LayerProbe& probe_for(const std::string& set) {
  const Engine& engine = engine_for(slots_of(batch), set);
  for (const LayerProbe* probe : compiled_probes)
    if (probe->slots == engine.slots && std::string(probe->instruction_set) == engine.instruction_set)
      return *probe;
  throw Failure({"SET", set, "an instruction set with a probe", "see bench/CMakeLists.txt"});
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Processor seconds of one call of `body`, from as many as fill `slice`.
template <class Body>
double time_of(double slice, const Body& body) {
  const double start = processor_seconds();
  double now = start;
  int calls = 0;
  do {
    body();
    ++calls;
    now = processor_seconds();
  } while (now - start < slice);
  return (now - start) / calls;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// GFLOP/s of independent multiply-adds in registers.
double ceiling_of(const LayerProbe& probe, double slice) {
  const std::uint64_t rounds = 20'000;
  volatile float sink = 0;
  const double time = time_of(slice, [&] { sink = probe.multiply_add(rounds, 0.999f); });
  return 2e-9 * static_cast<double>(rounds * probe.chains * probe.width) / time;
}

/// One phase of one layer: GFLOP/s and share of the ceiling, [round].
struct Phase {
  std::vector<double> speeds, shares;
  void add(double speed, double ceiling) {
    speeds.push_back(speed);
    shares.push_back(speed / ceiling);
  }
};

class LayerSpeed {
 public:
  LayerSpeed(const LayerProbe& probe, const std::string& name, double seconds, bool json)
      : probe_(probe),
        name_(name),
        network_(bench::describe(name)),
        plan_(network_, {.batch = batch, .slots = probe.slots}),
        arena_(plan_),
        seconds_(seconds),
        json_(json) {
    // Parameters of both signs: a ReLU whose every output is 0 takes time of its own on some processors.
    std::minstd_rand random(1);
    for (std::uint64_t k = 0; k < plan_.parameters(); ++k)
      arena_.memory().numbers[k] = static_cast<float>(random()) / static_cast<float>(random.max()) - 0.5f;
  }

  void print_all() {
    std::map<std::string, int> count;
    for (const LayerPlan& layer : plan_.layers()) ++count[text_of(layer)];
    for (const LayerPlan& layer : plan_.layers()) {
      int& times = count[text_of(layer)];
      if (layer.columns != 0 && times != 0) measure(layer, times);
      times = 0;  // layers of one kind and shape are measured once
    }
    const auto [least, most] = std::ranges::minmax(ceilings_);
    if (json_)
      std::printf(
          "{\"network\": \"%s\", \"set\": \"%s\", \"ceiling\": %.2f, \"least\": %.2f, \"most\": %.2f}\n",
          name_.c_str(), probe_.instruction_set, median(ceilings_), least, most);
    else
      std::printf("%s, %s: ceiling %.1f GFLOP/s (%.1f to %.1f)\n", name_.c_str(), probe_.instruction_set,
                  median(ceilings_), least, most);
  }

 private:
  std::string text_of(const LayerPlan& layer) const {
    const LayerDescription& described = network_.layers[layer.index];
    return without_label(described.text) + " of " + to_text(described.input);
  }
  static std::string without_label(const std::string& text) { return text.substr(0, text.find(" label ")); }

  /// Groups that go through the layer's stage together.
  std::uint32_t block_of(const LayerPlan& layer) const {
    const PlanView view = plan_.view();
    const auto step = static_cast<std::uint32_t>(&layer - plan_.layers().data());
    for (std::uint32_t s = 0; s < view.stage_count; ++s)
      if (step >= view.stages[s].first && step < view.stages[s].last) return view.blocks[s];
    return 1;
  }

  double ceiling(double slice) {
    ceilings_.push_back(ceiling_of(probe_, slice));
    return ceilings_.back();
  }

  void measure(const LayerPlan& layer, int times) {
    const LayerDescription& described = network_.layers[layer.index];
    const char* way = layer.winograd != nullptr ? "Winograd" : "direct";
    const double work = 2e-9 * sums_of(layer) * layer.columns * batch;
    LayerPlan alone = layer;
    alone.wants_input_gradient = false;
    Phase forward, weights, data;
    const std::uint32_t block = block_of(layer);
    const auto run = [&](auto phase, const LayerPlan& of) { phase(of, arena_.memory(), batch, block); };
    const double slice = seconds_ / 10, start = processor_seconds();
    run(probe_.forward, layer);
    run(probe_.backward, layer);
    for (int round = 0; round < least_rounds || processor_seconds() - start < 3 * seconds_; ++round) {
      const double limit = ceiling(slice / 3);
      forward.add(work / time_of(slice, [&] { run(probe_.forward, layer); }), limit);
      const double own = time_of(slice, [&] { run(probe_.backward, alone); });
      weights.add(work / own, limit);
      if (!layer.wants_input_gradient) continue;
      const double both = time_of(slice, [&] { run(probe_.backward, layer); });
      if (both > own) data.add(work / (both - own), limit);  // a disturbed round may say otherwise
    }
    print(described, way, "forward", times, forward);
    print(described, way, "weight gradient", times, weights);
    if (!data.speeds.empty()) print(described, way, "data gradient", times, data);
  }

  /// Sums of one sample, before pooling.
  double sums_of(const LayerPlan& layer) const {
    const LayerDescription& described = network_.layers[layer.index];
    return described.output.size();
  }

  void print(const LayerDescription& layer, const char* way, const char* phase, int times,
             const Phase& of) const {
    const auto [least, most] = std::ranges::minmax(of.speeds);
    if (json_)
      std::printf(
          "{\"network\": \"%s\", \"set\": \"%s\", \"layer\": \"%s\", \"input\": \"%s\", \"times\": %d, "
          "\"way\": \"%s\", \"phase\": \"%s\", \"gflops\": %.2f, \"least\": %.2f, \"most\": %.2f, \"share\": "
          "%.4f}\n",
          name_.c_str(), probe_.instruction_set, without_label(layer.text).c_str(),
          to_text(layer.input).c_str(), times, way, phase, median(of.speeds), least, most, median(of.shares));
    else
      std::printf("  %-28s of %-10s %dx %-8s %-16s %6.1f GFLOP/s (%.1f to %.1f) %3.0f %%\n",
                  without_label(layer.text).c_str(), to_text(layer.input).c_str(), times, way, phase,
                  median(of.speeds), least, most, 100 * median(of.shares));
  }

  const LayerProbe& probe_;
  std::string name_;
  NetworkDescription network_;
  NetworkPlan plan_;
  Arena arena_;
  double seconds_;
  bool json_;
  std::vector<double> ceilings_;
};

}  // namespace
}  // namespace etalon

int main(int count, char** words) {
  try {
    std::vector<std::string> asked(words + 1, words + count);
    const bool json = std::erase(asked, "--json") != 0;
    const std::string network = !asked.empty() ? asked[0] : "lenet5";
    const std::string set = asked.size() > 1 && asked[1] != "0" ? asked[1] : "";
    const double seconds = asked.size() > 2 ? std::atof(asked[2].c_str()) : 0.5;
    const etalon::LayerProbe& probe = etalon::probe_for(set);
    const etalon::FlushDenormals flush;
    if (network == "--ceiling")
      std::printf("%.2f\n", etalon::ceiling_of(probe, seconds));
    else
      etalon::LayerSpeed(probe, network, seconds, json).print_all();
  } catch (const etalon::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
