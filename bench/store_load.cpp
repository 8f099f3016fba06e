/// What a shared store carries: processes that claim, checkpoint, beat and finish trials as fast as they can.
///
///   store_load STORE PROCESSES [SECONDS [STATE_BYTES [PARAMETERS]]]
///
/// Makes a study "store_load" in STORE and deletes it at the end. A process claims one trial, writes a
/// checkpoint of STATE_BYTES (default 740,472: LeNet-5 under adam), beats once and finishes the trial with
/// PARAMETERS weights (default 61,706), for SECONDS (default 10). Prints one JSON object: cycles a second of
/// all processes together, and each call's median and 95th percentile in milliseconds.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/storage/open_store.h"

namespace {

using namespace etalon;
using Json = nlohmann::json;

const std::string study_name = "store_load";
constexpr std::array<const char*, 4> calls = {"claim", "checkpoint", "beat", "finish"};

struct Load {
  std::string store;
  std::uint32_t processes = 1;
  double seconds = 10;
  std::size_t state_bytes = 740'472, parameters = 61'706;
};

/// Of one cycle, milliseconds of each call.
using Cycle = std::array<double, calls.size()>;

double now() { return system_clock().steady_seconds(); }

TrialKey key_of(std::uint32_t number) { return {0, {{1e-4 * (1 + number / 1000), 1e-3}}, number % 1000}; }

Curve curve_of(std::uint32_t steps) {
  Curve curve;
  curve.steps_per_epoch = steps;
  curve.budget_epochs = 1;
  curve.reference_loss = 2.3;
  for (std::uint32_t step = 0; step < steps; ++step)
    curve.loss.push_back(2.3f / static_cast<float>(1 + step));
  return curve;
}

void plan(StudyStore& store, std::uint32_t count) {
  StudySnapshot study;
  study.name = study_name;
  study.definition.sets = {{"made-up", "0"}};
  if (!store.save_study(study))
    throw RequestError({"store", "a study '" + study_name + "'", "a store without one", "delete it first"});
  std::vector<PlannedTrial> trials;
  for (std::uint32_t number = 0; number < count; ++number) trials.push_back({key_of(number), 1, 0});
  store.plan_trials(study_name, trials);
}

template <class Act>
double millis_of(const Act& act) {
  const double start = now();
  act();
  return 1000 * (now() - start);
}

Cycle cycle(StudyStore& store, std::uint64_t worker, std::uint64_t number, const Bytes& state,
            const std::vector<float>& weights) {
  Cycle took{};
  std::vector<ClaimedTrial> claimed;
  took[0] = millis_of([&] { claimed = store.claim({worker, number, 0, 1, "x86-64-fma"}).value(); });
  const TrialKey key = claimed.at(0).trial.key;  // throws when too few were planned
  TrialCheckpoint checkpoint{key, curve_of(500), "x86-64-fma", state};
  took[1] = millis_of([&] { store.save_checkpoints(worker, std::span(&checkpoint, 1)); });
  took[2] = millis_of([&] { store.beat(worker, {1, 1}); });
  TrialRecord trial;
  trial.key = key;
  trial.curve = curve_of(1000);
  trial.numeric_class = "x86-64-fma";
  took[3] = millis_of([&] {
    if (!store.finish_trial(worker, trial, weights)) throw std::runtime_error("a trial was refused");
  });
  return took;
}

/// One process: its cycles go into the pipe.
int work(const Load& load, std::uint32_t process, double until, int pipe) {
  const auto store = open_store(load.store, StoreAccess::create);
  const std::uint64_t worker = 1000 + process;
  store->enlist(study_name, {worker, this_process(), "0"});
  Bytes state(load.state_bytes);
  for (std::size_t i = 0; i < state.size(); ++i)
    state[i] = static_cast<std::uint8_t>((i * 2'654'435'761u) >> 13);
  std::vector<float> weights(load.parameters);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 1.0f / static_cast<float>(i + 1);
  for (std::uint64_t number = 1; now() < until; ++number) {
    const Cycle took = cycle(*store, worker, number, state, weights);
    if (::write(pipe, took.data(), sizeof took) != sizeof took) return 1;
  }
  store->dismiss(worker);
  return 0;
}

Json figures(const std::vector<Cycle>& cycles, double seconds) {
  Json json = {{"cycles", cycles.size()},
               {"cycles_per_second", static_cast<double>(cycles.size()) / seconds}};
  for (std::size_t call = 0; call < calls.size(); ++call) {
    std::vector<double> took;
    for (const Cycle& cycle : cycles) took.push_back(cycle[call]);
    std::sort(took.begin(), took.end());
    if (took.empty()) continue;
    json[calls[call]] = {{"median_ms", took[took.size() / 2]}, {"p95_ms", took[took.size() * 95 / 100]}};
  }
  return json;
}

int run(const Load& load) {
  plan(*open_store(load.store, StoreAccess::create), static_cast<std::uint32_t>(1500 * load.seconds));
  int pipe[2];
  if (::pipe(pipe) != 0) throw std::runtime_error("no pipe");
  const double start = now();
  std::vector<pid_t> children;
  for (std::uint32_t process = 0; process < load.processes; ++process)
    if (const pid_t child = ::fork(); child == 0)
      ::_exit(work(load, process, start + load.seconds, pipe[1]));
    else
      children.push_back(child);
  ::close(pipe[1]);
  std::vector<Cycle> cycles;
  for (Cycle took; ::read(pipe[0], took.data(), sizeof took) == sizeof took;) cycles.push_back(took);
  const double seconds = now() - start;
  int failures = 0;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    failures += status != 0 ? 1 : 0;
  }
  Json json = figures(cycles, seconds);
  json["processes"] = load.processes;
  json["failures"] = failures;
  std::printf("%s\n", json.dump().c_str());
  open_store(load.store, StoreAccess::create)->delete_study(study_name);
  return failures == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "store_load STORE PROCESSES [SECONDS [STATE_BYTES [PARAMETERS]]]\n");
    return 2;
  }
  try {
    Load load{arguments[1], static_cast<std::uint32_t>(std::atoi(arguments[2]))};
    if (count > 3) load.seconds = std::atof(arguments[3]);
    if (count > 4) load.state_bytes = static_cast<std::size_t>(std::atoll(arguments[4]));
    if (count > 5) load.parameters = static_cast<std::size_t>(std::atoll(arguments[5]));
    return run(load);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
