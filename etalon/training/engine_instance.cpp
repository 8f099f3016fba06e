/// The engine for one number of slots and one instruction set. Compiled once for each, with ETALON_INSTANCE
/// (its namespace), ETALON_WIDTH (slots), ETALON_SET and ETALON_CLASS set by the build; exports `engine` and
/// nothing else.
#include "etalon/nn/network.h"
#include "etalon/training/engine.h"
#include "etalon/training/optimizer.h"

namespace etalon::ETALON_INSTANCE {
namespace {

using L = Lanes<ETALON_WIDTH>;
constexpr std::uint32_t slots = ETALON_WIDTH;

/// Reads samples into the input tensor, each pixel through its channel's table. Members share the rows.
void gather(const EngineTask& task, const Desk<L>& desk, const SampleView& samples, const Member& member) {
  const Tensor& in = task.plan.input;
  const Range mine = share_of(member, desk.groups * in.channels * in.height);
  for (std::uint32_t k = mine.first; k < mine.end; ++k) {
    const std::uint32_t g = k / (in.channels * in.height), line = k % (in.channels * in.height),
                        c = line / in.height;
    float* values = reinterpret_cast<float*>(desk.at(in, g) + c * in.plane + line % in.height * in.row);
    const float* table = task.inputs + 256 * c;
    for (std::uint32_t slot = 0; slot < desk.filled(g); ++slot) {
      const std::uint8_t* pixels = samples.images[g * slots + slot] + std::uint64_t{line} * in.width;
      for (std::uint32_t x = 0; x < in.width; ++x) values[x * slots + slot] = table[pixels[x]];
    }
  }
}

/// Labels of a group; 0 in empty slots.
L::Integers labels_of(const SampleView& samples, std::uint32_t group, std::uint32_t filled) {
  std::int32_t labels[slots] = {};
  __builtin_memcpy(labels, samples.labels + std::uint64_t{group} * slots, filled * sizeof labels[0]);
  L::Integers lanes;
  __builtin_memcpy(&lanes, labels, sizeof lanes);
  return lanes;
}

template <class Lane, class T>
void keep_filled(const Lane& lanes, std::uint32_t group, std::uint32_t filled, T* to) {
  __builtin_memcpy(to + std::uint64_t{group} * slots, &lanes, filled * sizeof(T));
}

void train(const EngineTask& task, TrialMemory memory, const SampleView& samples, const StepScalars& scalars,
           float* losses, const Member& member) {
  const Network<L> network(task.plan, memory.numbers, reinterpret_cast<L*>(memory.values), samples.count,
                           member);
  const Desk<L>& desk = network.desk();
  gather(task, desk, samples, member);
  meet(member);
  network.forward(true);
  const CrossEntropy<L> entropy(task.plan, desk, task.label_smoothing);
  const Range mine = share_of(member, desk.groups);
  for (std::uint32_t g = mine.first; g < mine.end; ++g) {
    const std::uint32_t filled = desk.filled(g);
    keep_filled(entropy.loss_and_gradient(g, labels_of(samples, g, filled), samples.count), g, filled,
                losses);
  }
  meet(member);
  Optimizer optimizer(task.optimizer, scalars, memory.numbers, task.plan.parameters);
  network.backward(optimizer);
}

void evaluate(const EngineTask& task, TrialMemory memory, const SampleView& samples, float* losses,
              std::int32_t* right, const Member& member) {
  const Network<L> network(task.plan, memory.numbers, reinterpret_cast<L*>(memory.values), samples.count,
                           member);
  const Desk<L>& desk = network.desk();
  gather(task, desk, samples, member);
  meet(member);
  network.forward(false);
  const CrossEntropy<L> entropy(task.plan, desk, task.label_smoothing);
  const Range mine = share_of(member, desk.groups);
  for (std::uint32_t g = mine.first; g < mine.end; ++g) {
    const std::uint32_t filled = desk.filled(g);
    const L::Integers labels = labels_of(samples, g, filled);
    keep_filled(entropy.loss(g, labels), g, filled, losses);
    keep_filled(entropy.right(g, labels), g, filled, right);
  }
  meet(member);
}

}  // namespace

extern const Engine engine;
constinit const Engine engine{slots, ETALON_SET, ETALON_CLASS, train, evaluate};

}  // namespace etalon::ETALON_INSTANCE
