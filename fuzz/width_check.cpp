#include <atomic>
#include <bit>
#include <cmath>
#include <functional>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "etalon/lanes/denormals.h"
#include "etalon/training/arena.h"
#include "etalon/training/dispatch.h"
#include "etalon/training/dropout_factors.h"
#include "etalon/training/evaluate.h"
#include "etalon/training/step_scalars.h"
#include "fuzz/kernel_checks.h"

namespace etalon::fuzz {
namespace {

constexpr std::uint32_t trials = 16, steps = 2, images = 24;

/// All that one trial leaves behind.
struct Trace {
  std::vector<float>
      numbers;  ///< losses of each step, then of the evaluation, then weights and optimizer state
  std::vector<std::int32_t> right;
};

/// Everything that the engines are given, the same for each.
class Workload {
 public:
  explicit Workload(const NetworkCase& made) : made_(made) {
    Numbers numbers(made, Wildness::anything, 0);
    data_.shape = {made.input.channels, made.input.height, made.input.width};
    data_.classes = 4;
    for (std::uint32_t k = 0; k < images * made.input.size(); ++k)
      data_.training.pixels.push_back(static_cast<std::uint8_t>(numbers.below(256)));
    for (std::uint32_t k = 0; k < images; ++k) {
      data_.training.labels.push_back(static_cast<std::uint8_t>(numbers.below(4)));
      split_.training.push_back(k);
    }
    for (std::uint32_t k = 0; k < 256 * made.input.channels; ++k) table_.push_back(numbers.draw(2));
    for (std::uint32_t trial = 0; trial < trials; ++trial) {
      weights_.emplace_back();
      for (std::uint32_t k = 0; k < made.network.parameters; ++k)
        weights_.back().push_back(numbers.draw(0.6f));
      eta_.push_back(std::abs(double{numbers.draw(1)}));
    }
  }

  TrainingTask task() const {
    TrainingSpec training;
    training.optimizer = made_.optimizer;
    return {&data_, &split_, made_.network, training, made_.batch, 1, made_.seed};
  }
  const float* inputs() const { return table_.data(); }
  const std::vector<float>& weights(std::uint32_t trial) const { return weights_[trial]; }
  std::vector<double> eta(std::uint32_t trial) const { return {eta_[trial]}; }
  const LabelledImages& samples() const { return data_.training; }
  static std::uint32_t sample(std::uint32_t trial, std::uint32_t step, std::uint32_t b) {
    return (trial * 5 + step * 7 + b) % images;
  }

 private:
  const NetworkCase& made_;
  DataSet data_;
  Split split_;
  std::vector<float> table_;  ///< [channel][256]
  std::vector<std::vector<float>> weights_;
  std::vector<double> eta_;
};

/// Where so many threads wait for each other, again and again. They may be more than there are cores.
struct Meeting {
  std::uint32_t count;
  std::atomic<std::uint32_t> arrived = 0, held = 0;

  void wait() {
    const std::uint32_t before = held;
    if (++arrived == count) {
      arrived = 0;
      ++held;
    }
    while (held == before) std::this_thread::yield();
  }
};

/// Runs `job` as so many members at once.
void together(std::uint32_t count, const std::function<void(const Member&)>& job) {
  Meeting meeting{count};
  const auto meet = [](void* place) { static_cast<Meeting*>(place)->wait(); };
  std::vector<std::jthread> others;
  for (std::uint32_t index = 1; index < count; ++index)
    others.emplace_back([&, index] {
      const FlushDenormals flush;
      job({index, count, meet, &meeting});
    });
  job({0, count, meet, &meeting});
}

/// One pack of neighbouring trials on one engine.
class PackRun {
 public:
  PackRun(const Workload& work, SharedTask& shared, const Engine& engine, std::uint32_t first,
          std::uint32_t members)
      : work_(work),
        shared_(shared),
        engine_(engine),
        first_(first),
        members_(members),
        arena_(shared.plan(), engine.lanes),
        block_(shared.task().batch, engine.lanes, shared.task().data->shape.size()),
        scalars_(shared, engine.lanes),
        corrections_(engine.lanes),
        traces_(engine.lanes) {
    for (std::uint32_t lane = 0; lane < engine.lanes; ++lane) arena_.load(lane, work.weights(first + lane));
  }

  std::vector<Trace> run() {
    EngineTask task = shared_.engine_task();
    task.inputs = work_.inputs();
    const std::uint32_t batch = shared_.task().batch;
    std::vector<float> losses(std::size_t{batch} * engine_.lanes);
    std::vector<std::int32_t> right(losses.size());
    for (std::uint32_t step = 0; step < steps; ++step) {
      prepare(step);
      together(members_, [&](const Member& member) {
        engine_.train(task, arena_.data(), block_.view(batch), scalars_.view(), losses.data(), member);
      });
      keep(losses);
    }
    together(members_, [&](const Member& member) {
      engine_.evaluate(task, arena_.data(), block_.view(batch), losses.data(), right.data(), member);
    });
    keep(losses);
    for (std::size_t k = 0; k < right.size(); ++k) traces_[k % engine_.lanes].right.push_back(right[k]);
    for (std::uint64_t value = 0; value < shared_.plan().state_end(); ++value)
      for (std::uint32_t lane = 0; lane < engine_.lanes; ++lane)
        traces_[lane].numbers.push_back(arena_.at(value, lane));
    return traces_;
  }

 private:
  void prepare(std::uint32_t step) {
    std::vector<DropoutLane> drawn;
    for (std::uint32_t lane = 0; lane < engine_.lanes; ++lane) {
      const std::uint32_t trial = first_ + lane;
      for (std::uint32_t b = 0; b < shared_.task().batch; ++b)
        block_.set(b, lane, work_.samples(), Workload::sample(trial, step, b));
      scalars_.set(lane, work_.eta(trial), step, corrections_[lane]);
      drawn.push_back({lane, trial, step});
    }
    draw_dropout(shared_, arena_, drawn);
  }
  void keep(const std::vector<float>& losses) {
    for (std::size_t k = 0; k < losses.size(); ++k) traces_[k % engine_.lanes].numbers.push_back(losses[k]);
  }

  const Workload& work_;
  SharedTask& shared_;
  const Engine& engine_;
  std::uint32_t first_, members_;
  Arena arena_;
  SampleBlock block_;
  LaneScalars scalars_;
  std::vector<BiasCorrection> corrections_;
  std::vector<Trace> traces_;
};

std::vector<Trace> run_on(const Engine& engine, const Workload& work, SharedTask& shared,
                          std::uint32_t members) {
  std::vector<Trace> all;
  for (std::uint32_t first = 0; first < trials; first += engine.lanes)
    for (Trace& trace : PackRun(work, shared, engine, first, members).run()) all.push_back(std::move(trace));
  return all;
}

/// Which NaN arithmetic gives is the compiler's choice; all else must agree to the bit.
bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

std::string first_difference(const Engine& engine, const std::vector<Trace>& found,
                             const std::vector<Trace>& expected) {
  for (std::uint32_t trial = 0; trial < trials; ++trial) {
    const Trace &a = found[trial], &b = expected[trial];
    for (std::size_t k = 0; k < b.numbers.size(); ++k)
      if (!same(a.numbers[k], b.numbers[k]))
        return fmt::format("{} lanes, {}, trial {}: number {} is {:a}, with one lane {:a}", engine.lanes,
                           engine.instruction_set, trial, k, a.numbers[k], b.numbers[k]);
    if (a.right != b.right)
      return fmt::format("{} lanes, {}, trial {}: other samples are right", engine.lanes,
                         engine.instruction_set, trial);
  }
  return "";
}

}  // namespace

std::string difference_between_widths(const NetworkCase& made) {
  const FlushDenormals flush;
  const Workload work(made);
  SharedTask shared(work.task(), made.members);
  std::vector<Trace> expected;  // by the last engine of one lane, the first of its class, on one thread
  for (const Engine* engine : runnable_engines()) {
    if (engine->lanes == 1) expected = run_on(*engine, work, shared, 1);
    const std::vector<Trace> found = run_on(*engine, work, shared, made.members);
    if (std::string where = first_difference(*engine, found, expected); !where.empty()) return where;
  }
  return "";
}

}  // namespace etalon::fuzz
