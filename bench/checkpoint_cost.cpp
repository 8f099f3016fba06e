/// What it costs to pause a trial and go on:
///
///   checkpoint_cost NETWORK [OPTIMIZER] [SECONDS] [BATCH]
///
/// Trains one trial on one thread, asks for its states twice a second and makes them bytes. Prints medians,
/// and the least, of processor time: how long training stands still for the states, how long the bytes take,
/// and what share of the time that is at one checkpoint each 10 seconds; and whether the step after a
/// checkpoint is slower than others.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "bench/made_up.h"
#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/training/trainer.h"

namespace {

using namespace etalon;

double now() { return system_clock().steady_seconds(); }

/// Of the processor, on this thread: what else runs on the machine doesn't count.
double busy() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Millis {
  double least = 0, median = 0;
};

Millis millis_of(std::vector<double> seconds) {
  if (seconds.empty()) return {};
  std::ranges::sort(seconds);
  return {seconds.front() * 1000, seconds[seconds.size() / 2] * 1000};
}

/// One trial of a budget without end. For one thread.
class PausedTrial : public TrialSource {
 public:
  PausedTrial(std::size_t groups, double seconds) : groups_(groups), seconds_(seconds) {}

  std::optional<Assignment> next() override {
    if (std::exchange(handed_out_, true)) return std::nullopt;
    end_ = now() + seconds_;
    return Assignment{0, std::vector<double>(groups_, 1e-3), 0, 1u << 20, {}};
  }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void advanced(std::uint64_t, double) override {}
  void finished(Outcome) override {}
  bool stop_requested() const override { return handed_out_ && now() > end_; }

  bool checkpoint_due(double seconds) const override {
    const double then = std::exchange(asked_, busy());
    if (then > 0) (just_paused_ ? first_steps_ : steps_).push_back(asked_ - then);
    just_paused_ = seconds > 0.5;
    return just_paused_;
  }
  void checkpoint(Pause trial) override {
    const double start = busy();
    states_.push_back(start - asked_);
    bytes_ = to_bytes(trial.state).size();
    serializing_.push_back(busy() - start);
    asked_ = busy();
  }

  void print(const std::string& name) const {
    const Millis states = millis_of(states_), serializing = millis_of(serializing_);
    const Millis step = millis_of(steps_), first = millis_of(first_steps_);
    std::printf(
        "%s: %.1f MB; states %.1f ms (least %.1f), bytes %.1f ms (least %.1f), %zu times: %.2f %% of 10 s; "
        "step %.1f ms (least %.1f), after a checkpoint %.1f ms (least %.1f)\n",
        name.c_str(), static_cast<double>(bytes_) / 1e6, states.median, states.least, serializing.median,
        serializing.least, states_.size(), (states.median + serializing.median) / 10'000 * 100, step.median,
        step.least, first.median, first.least);
  }

 private:
  std::size_t groups_;
  double seconds_, end_ = 0;
  bool handed_out_ = false;
  mutable double asked_ = 0;
  mutable bool just_paused_ = false;
  mutable std::vector<double> steps_, first_steps_;
  std::vector<double> states_, serializing_;
  std::uint64_t bytes_ = 0;
};

void measure(const std::string& network, const std::string& optimizer, double seconds, std::uint32_t batch) {
  const DataSet data = bench::made_up_data(bench::shape_for(network), 200 * batch + 8);
  const Split split = split_training_part(data, 8, 0, 0);
  TrainingTask task;
  task.data = &data;
  task.split = &split;
  task.network = bench::describe(network);
  task.training.optimizer.name = optimizer;
  task.batch = batch;
  const auto trainer = make_trainer(task, {.threads = 1});
  PausedTrial source(default_groups().size(), seconds);
  trainer->train(source);
  source.print(network + " " + optimizer);
}

}  // namespace

int main(int count, char** words) {
  const auto word = [&](int at, const char* otherwise) {
    return std::string(count > at ? words[at] : otherwise);
  };
  try {
    measure(word(1, "lenet5"), word(2, "sgd"), std::stod(word(3, "5")),
            static_cast<std::uint32_t>(std::stoul(word(4, "64"))));
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
