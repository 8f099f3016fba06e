/// How fast trials train, end to end:
///
///   training_speed NETWORK [SET] [SECONDS] [BATCH] [THREADS] [TRIALS]
///   training_speed --networks | --sets | --work
///
/// SET is the newest instruction set to use, 0 the newest there is; TRIALS (default: one a thread) is how
/// many there are to train at once. Prints samples per second of wall time, from each trial's first step on;
/// the input is made up, as no time depends on its values. --work prints each network's multiply-adds a
/// sample, as direct sums: its outputs and all gradients that training needs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include <sys/resource.h>

#include "bench/made_up.h"
#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/nn/network_plan.h"
#include "etalon/training/trainer.h"

namespace {

using namespace etalon;

struct Request {
  std::string network = "lenet5";
  std::string set;
  double seconds = 2;
  std::uint32_t batch = 64, threads = 1, trials = 1;
};

/// Hands out trials of a budget without end; stops them when the time is up and each has taken some steps.
class EndlessTrials : public TrialSource {
 public:
  EndlessTrials(const Request& request, std::size_t groups)
      : groups_(groups),
        left_(request.trials),
        at_once_(std::min(request.trials, request.threads)),
        seconds_(request.seconds) {}

  std::optional<Assignment> next() override {
    const std::lock_guard lock(mutex_);
    if (left_ == 0) return std::nullopt;
    --left_;
    return Assignment{0, std::vector<double>(groups_, 1e-3), 0, 1u << 20};
  }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void finished(Outcome) override {}

  void advanced(std::uint64_t samples, double) override {
    if (samples == 0) return;  // a thread that helped with another's trial
    const double now = system_clock().steady_seconds();
    const std::lock_guard lock(mutex_);
    const auto [place, first] = trials_.try_emplace(std::this_thread::get_id(), Progress{now, now, 0, 0});
    if (first && trials_.size() == 1) processor_start_ = std::clock();
    if (first) return;
    Progress& trial = place->second;
    trial.last = now;
    trial.samples += samples;
    ++trial.reports;
    samples_ += samples;
    processor_end_ = std::clock();
  }

  bool stop_requested() const override {
    const std::lock_guard lock(mutex_);
    if (trials_.size() < at_once_) return false;
    const double now = system_clock().steady_seconds();
    return std::ranges::all_of(trials_, [&](const auto& entry) {
      return entry.second.reports >= 2 && now - entry.second.first >= seconds_;
    });
  }

  double speed() const {
    double sum = 0;
    for (const auto& [thread, trial] : trials_)
      sum += static_cast<double>(trial.samples) / (trial.last - trial.first);
    return sum;
  }
  double speed_of_processor() const {
    return static_cast<double>(samples_) * CLOCKS_PER_SEC /
           static_cast<double>(processor_end_ - processor_start_);
  }

 private:
  struct Progress {
    double first, last;
    std::uint64_t samples;
    int reports;
  };
  std::size_t groups_;
  std::uint32_t left_;
  std::size_t at_once_;
  double seconds_;
  mutable std::mutex mutex_;
  std::map<std::thread::id, Progress> trials_;
  std::uint64_t samples_ = 0;
  std::clock_t processor_start_ = 0, processor_end_ = 0;
};

/// The most memory that this process has held.
double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

double multiply_adds(const std::string& network) {
  const NetworkDescription described = bench::describe(network);
  const NetworkPlan plan(described, {});
  double sum = 0;
  for (const LayerPlan& layer : plan.layers())
    sum += static_cast<double>(layer.columns) * described.layers[layer.index].output.size() *
           (layer.wants_input_gradient ? 3 : 2);
  return sum;
}

void measure(const Request& request) {
  const DataSet data = bench::made_up_data(bench::shape_for(request.network), 20 * request.batch + 8);
  const Split split = split_training_part(data, 8, 0, 0);
  TrainingTask task;
  task.data = &data;
  task.split = &split;
  task.network = bench::describe(request.network);
  task.batch = request.batch;
  const auto trainer = make_trainer(task, {.threads = request.threads, .instruction_set = request.set});
  EndlessTrials source(request, default_groups().size());
  trainer->train(source);
  std::printf(
      "%s batch %u threads %u trials %u: %.0f samples/s, %.0f per processor second, "
      "%.0f MB stated, %.0f MB at the peak\n",
      request.network.c_str(), request.batch, request.threads, request.trials, source.speed(),
      source.speed_of_processor(), static_cast<double>(trainer->memory_bytes()) / 1e6, peak_megabytes());
}

Request request_of(int count, char** words) {
  const auto number = [&](int at, double otherwise) { return count > at ? std::atof(words[at]) : otherwise; };
  Request request;
  if (count > 1) request.network = words[1];
  if (count > 2 && words[2] != std::string("0")) request.set = words[2];
  request.seconds = number(3, 2);
  request.batch = static_cast<std::uint32_t>(number(4, 64));
  request.threads = std::max(1u, static_cast<std::uint32_t>(number(5, 1)));
  request.trials = std::max(1u, static_cast<std::uint32_t>(number(6, request.threads)));
  return request;
}

}  // namespace

int main(int count, char** words) {
  try {
    const std::string first = count > 1 ? words[1] : "";
    if (first == "--networks") {
      for (const std::string& name : known_networks()) std::puts(name.c_str());
    } else if (first == "--sets") {
      for (const std::string& set : engine_support().instruction_sets) std::puts(set.c_str());
    } else if (first == "--work") {
      for (const std::string& name : known_networks())
        std::printf("%s %.0f\n", name.c_str(), multiply_adds(name));
    } else {
      measure(request_of(count, words));
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
