/// How fast a store takes and gives trials:
///
///   store_speed STORE [SECONDS] [TRIALS,...] [VALUES]
///
/// STORE is a file that is made for it, memory: or any other store; studies named "store_speed ..." are made
/// in it and deleted at the end. Each rate is taken over SECONDS (default 1), five times; listing and loading
/// are timed with so many finished trials each (default 10000), of curves
/// of VALUES (default 1000). Prints one JSON object; a figure is {median,
/// least, most}.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/storage/open_store.h"

namespace {

using namespace etalon;
using Json = nlohmann::json;

constexpr int rounds = 5;
constexpr std::uint32_t held = 16;  // trials that a worker claims together
constexpr std::size_t lenet5_parameters = 61'706;

double now() { return system_clock().steady_seconds(); }

Json figure(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {{"median", values[values.size() / 2]}, {"least", values.front()}, {"most", values.back()}};
}

/// How often a second `act` can be called; it says how many things it did.
Json rate(double seconds, const std::function<std::uint32_t()>& act) {
  std::vector<double> values;
  for (int round = 0; round < rounds; ++round) {
    const double start = now();
    std::uint64_t count = 0;
    do count += act();
    while (now() - start < seconds);
    values.push_back(static_cast<double>(count) / (now() - start));
  }
  return figure(values);
}

Json millis(int times, const std::function<void()>& act) {
  std::vector<double> values;
  for (int i = 0; i < times; ++i) {
    const double start = now();
    act();
    values.push_back(1000 * (now() - start));
  }
  return figure(values);
}

StudySnapshot made_up_study(const std::string& name) {
  StudySnapshot study;
  study.name = "store_speed " + name;
  study.definition.sets = {{"made-up", "0"}};
  return study;
}

/// Like a training loss: it falls, and no two of its floats are alike.
TrialRecord made_up_trial(std::uint32_t number, std::uint32_t steps) {
  TrialRecord trial;
  trial.key = {0, {{1e-4 * (1 + number / 1000), 1e-3}}, number % 1000};
  trial.curve.steps_per_epoch = steps;
  trial.curve.budget_epochs = 1;
  trial.curve.reference_loss = 2.3;
  std::minstd_rand random(number + 1);
  for (std::uint32_t step = 0; step < steps; ++step)
    trial.curve.loss.push_back(2.3f / (1 + 0.01f * static_cast<float>(step)) +
                               1e-10f * static_cast<float>(random() % 1'000'000'000));
  trial.curve.epochs = {{1.2, 1.1, 0.6}};
  trial.numeric_class = "x86-64-fma";
  trial.times = {1'700'000'000'000, 1'700'000'001'000, 1, 1, "a-host"};
  return trial;
}

/// A worker's seat at a study of its own.
class Bench {
 public:
  Bench(StudyStore& store, const std::string& name) : store_(store), study_(made_up_study(name)) {
    if (!store_.save_study(study_))
      throw RequestError(
          {"store", "a study '" + study_.name + "'", "a store without one", "delete it first"});
    enlist();
  }
  ~Bench() { store_.delete_study(study_.name); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  const std::string& name() const { return study_.name; }
  std::uint64_t worker() const { return worker_; }

  void enlist() {
    worker_ = std::random_device()() + 1ull;
    store_.enlist(name(), {worker_, this_process(), "0"});
  }

  void plan(std::uint32_t count) {
    std::vector<PlannedTrial> trials;
    for (; count > 0; --count) trials.push_back({made_up_trial(planned_++, 0).key, 1, 0});
    store_.plan_trials(name(), trials);
  }

  std::vector<ClaimedTrial> claim(std::uint32_t most) {
    return store_.claim({worker_, ++claims_, 0, most, "x86-64-fma"}).value();
  }

  void finish(const ClaimedTrial& claimed, std::uint32_t steps, const std::vector<float>& weights) {
    TrialRecord trial = made_up_trial(0, steps);
    trial.key = claimed.trial.key;
    if (!store_.finish_trial(worker_, trial, weights)) throw std::runtime_error("a trial was refused");
  }

  /// A whole trial: planned in a round of 100, claimed alone, finished.
  std::uint32_t record(std::uint32_t steps, const std::vector<float>& weights) {
    if (recorded_++ % 100 == 0) plan(100);
    finish(claim(1).at(0), steps, weights);
    return 1;
  }

 private:
  StudyStore& store_;
  StudySnapshot study_;
  std::uint64_t worker_ = 0, claims_ = 0;
  std::uint32_t planned_ = 0, recorded_ = 0;
};

/// So many finished trials, written in one transaction.
void fill(StudyStore& store, const std::string& name, std::uint32_t trials, std::uint32_t values) {
  store.receive_study([&](StudyReceiver& receiver) {
    StudyHead head{made_up_study(name), true, trials, 0};
    head.study.revision = 1;
    receiver.head(head);
    for (std::uint32_t number = 0; number < trials; ++number)
      receiver.finished(made_up_trial(number, values), std::nullopt, {});
  });
}

Json trials_a_second(StudyStore& store, double seconds) {
  Json result;
  const std::vector<float> none, lenet5(lenet5_parameters, 0.1f);
  {
    Bench bench(store, "plans");
    result["planned, 1 a call"] = rate(seconds, [&] { return bench.plan(1), 1; });
    result["planned, 1000 a call"] = rate(seconds, [&] { return bench.plan(1000), 1000; });
  }
  for (const auto& [what, steps, weights] : {std::tuple("100 values", 100u, &none),
                                             {"1000 values", 1000u, &none},
                                             {"1000 values, LeNet-5's weights", 1000u, &lenet5}}) {
    Bench bench(store, "results");
    result[std::string("claimed and finished, ") + what] =
        rate(seconds, [&, steps = steps, weights = weights] { return bench.record(steps, *weights); });
  }
  return result;
}

/// Of a worker that claims trials together.
Json lease_cycle(StudyStore& store, double seconds) {
  Bench bench(store, "lease");
  const int times = static_cast<int>(std::max(20.0, 100 * seconds));
  std::vector<double> enlist, claim, beat, finish, dismiss;
  const auto timed = [](std::vector<double>& into, const auto& act) {
    const double start = now();
    act();
    into.push_back(1000 * (now() - start));
  };
  store.dismiss(bench.worker());
  for (int i = 0; i < times; ++i) {
    bench.plan(held);
    std::vector<ClaimedTrial> claimed;
    timed(enlist, [&] { bench.enlist(); });
    timed(claim, [&] { claimed = bench.claim(held); });
    timed(beat, [&] { store.beat(bench.worker(), {1, 1}); });
    for (const ClaimedTrial& one : claimed) timed(finish, [&] { bench.finish(one, 1000, {}); });
    timed(dismiss, [&] { store.dismiss(bench.worker()); });
  }
  return {{"enlist", figure(enlist)},
          {"claim of 16", figure(claim)},
          {"beat", figure(beat)},
          {"finish", figure(finish)},
          {"dismiss", figure(dismiss)}};
}

Json checkpoints(StudyStore& store, double seconds) {
  Bench bench(store, "checkpoints");
  bench.plan(held);
  std::vector<TrialCheckpoint> checkpoints;
  for (const ClaimedTrial& claimed : bench.claim(held)) {
    checkpoints.push_back({claimed.trial.key, made_up_trial(0, 1000).curve, "x86-64-fma", {}});
    checkpoints.back().state = Bytes(4 * lenet5_parameters, 0x5A);
  }
  const int times = static_cast<int>(std::max(10.0, 30 * seconds));
  const auto save = [&](std::size_t count) {
    return millis(times,
                  [&] { store.save_checkpoints(bench.worker(), std::span(checkpoints).first(count)); });
  };
  return {{"1 of LeNet-5", save(1)}, {"16 of LeNet-5", save(held)}};
}

/// What a worker without work asks for over and over, and what commands show.
Json reading(StudyStore& store, std::uint32_t trials, std::uint32_t values) {
  const std::string name = made_up_study("list").name;
  const double start = now();
  fill(store, "list", trials, values);
  Json result = {
      {"trials", trials}, {"values", values}, {"copied in, trials a second", trials / (now() - start)}};
  result["list the studies, ms"] = millis(9, [&] { store.list_studies(); });
  result["load all trials, ms"] = millis(3, [&] { store.load_study(name); });
  result["ask how trials stand, ms"] = millis(9, [&] { store.queue(name); });
  result["ask for news, ms"] = millis(9, [&] { store.trials_after(name, trials); });
  return result;
}

double bytes_a_trial(const std::string& where, std::uint32_t trials) {
  const auto size = [&] {
    return open_store(where, StoreAccess::create)->size_bytes();
  };  // all logs worked in
  open_store(where, StoreAccess::create)->save_study(made_up_study("size"));
  const std::uint64_t before = size();
  fill(*open_store(where, StoreAccess::create), "bytes", trials, 1000);
  const double bytes = (static_cast<double>(size()) - static_cast<double>(before)) / trials;
  for (const char* name : {"size", "bytes"})
    open_store(where, StoreAccess::create)->delete_study(made_up_study(name).name);
  return bytes;
}

Json measure(const std::string& where, double seconds, const std::vector<std::uint32_t>& counts,
             std::uint32_t values) {
  Json result;
  if (where != "memory:") result["bytes a trial of 1000 values"] = bytes_a_trial(where, 2000);
  const auto store = open_store(where, StoreAccess::create);
  result["a second"] = trials_a_second(*store, seconds);
  result["lease cycle, ms"] = lease_cycle(*store, seconds);
  result["checkpoints, ms"] = checkpoints(*store, seconds);
  for (const std::uint32_t count : counts) {
    result["reading"].push_back(reading(*store, count, values));
    store->delete_study(made_up_study("list").name);
  }
  return result;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::fprintf(stderr, "store_speed STORE [SECONDS] [TRIALS,...] [VALUES]\n");
    return 2;
  }
  try {
    const double seconds = count > 2 ? std::atof(words[2]) : 1;
    std::vector<std::uint32_t> counts;
    for (const std::string& word : split_text(count > 3 ? words[3] : "10000", ','))
      counts.push_back(static_cast<std::uint32_t>(std::stoul(word)));
    std::printf("%s\n", measure(words[1], seconds, counts,
                                count > 4 ? static_cast<std::uint32_t>(std::atoi(words[4])) : 1000)
                            .dump(1)
                            .c_str());
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "store_speed: %s\n", error.what());
    return 1;
  }
}
