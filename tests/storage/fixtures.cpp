#include "tests/storage/fixtures.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "etalon/base/digest.h"
#include "etalon/base/files.h"

namespace etalon {
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "etalon-storage-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::permissions(path_, fs::perms::owner_all, ignored);
  fs::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryFolder::contents() const {
  std::vector<std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(path_))
    all.push_back(entry.path().string() + " " +
                  (entry.is_regular_file() ? digest_of(read_text(entry.path())) : "no file"));
  std::sort(all.begin(), all.end());
  return all;
}

StudySnapshot some_study(const std::string& name) {
  StudySnapshot study;
  study.name = name;
  study.definition.sets = {{"shapes", "f00d"}, {"mnist", "beef"}};
  study.definition.network.layers = {"conv 6 5x5 pad 2", "relu", "dense 10"};
  study.definition.groups = {{"first", {"#1"}}, {"rest", {"conv", "dense"}}};
  // Written out, as golden stores were: defaults may move on.
  study.definition.training.initializer = "he";
  study.plan.choice.divergence_limit = 0;
  study.definition.training.optimizer.name = "adamw";
  study.definition.training.optimizer.weight_decay = 0.1 + 0.2;
  study.definition.training.schedule = {"cosine", 0.5, 2, 1.0 / 3};
  study.definition.epochs = 7;
  study.definition.study_seed = 0xFEDC'BA98'7654'3210;
  study.definition.numerics_version = 3;
  study.plan.space.values = {{1e-4, 0.1}, {1e-3, 0.1 + 0.2}};
  study.plan.strategy = "random";
  study.plan.trials = 4;
  study.plan.choice.target_loss = 1.0 / 3;
  study.sets = {{"shapes", "shapes", 1, 28, 28, 10, 5000, 1000, 2000, std::log(10.0), 0.1, {}},
                {"mnist", "mnist:/a \"b\"\n", 1, 28, 28, 2, 50, 10, 20, 0.69, 0.5, {"null", "\u00e9ins"}}};
  study.networks = {{0, {{"conv 6 5x5 pad 2", "6x28x28", 156, "first"}, {"relu", "6x28x28", 0, ""}}, 61706},
                    {1, {}, std::numeric_limits<std::uint64_t>::max()}};
  study.machine = {"A Processor", 2, "AVX2", "x86-64-fma", "0.1.0"};
  study.command = "etalon tune --eta 'conv=0.1'";
  study.times = {1'700'000'000'001, 1'700'000'000'002, 0.1 + 0.2, 123'456'789'012};
  study.planned_trials = 24;
  return study;
}

StudySnapshot saved_study(const std::string& name) {
  StudySnapshot study = some_study(name);
  study.times = {};
  study.times.started_unix_millis = some_study().times.started_unix_millis;
  return study;
}

PlannedTrial planned(const TrialRecord& trial, std::uint32_t round) {
  return {trial.key, trial.curve.budget_epochs, round};
}

WorkerIdentity some_worker(std::uint64_t id) { return {id, this_process(), "0.1.0"}; }

TrialCheckpoint some_checkpoint(std::uint32_t number, std::uint32_t step, std::size_t bytes) {
  const TrialRecord trial = some_trial(number, 20 + step);
  TrialCheckpoint checkpoint{trial.key, trial.curve, trial.numeric_class, Bytes(bytes)};
  for (std::size_t i = 0; i < bytes; ++i)
    checkpoint.state[i] = static_cast<std::uint8_t>(i * 7 + number + step);
  return checkpoint;
}

Hand::Hand(StudyStore& store, const std::string& study, std::uint64_t worker)
    : store_(store), study_(study), worker_(worker) {
  static std::atomic<std::uint64_t> given = 0;
  if (worker_ == 0) worker_ = (static_cast<std::uint64_t>(::getpid()) << 24) + ++given;
  store_.enlist(study_, some_worker(worker_));
}

std::vector<ClaimedTrial> Hand::claim(std::uint32_t set, std::uint32_t most,
                                      const std::string& numeric_class) {
  auto claimed = store_.claim({worker_, ++claims_, set, most, numeric_class});
  if (!claimed) throw std::runtime_error("the seat is gone");
  return std::move(*claimed);
}

void Hand::plan_and_hold(const TrialRecord& trial) {
  const PlannedTrial plan = planned(trial);
  store_.plan_trials(study_, std::span(&plan, 1));
  for (;;) {
    const auto claimed = claim(trial.key.set, 1);
    if (claimed.empty()) throw std::runtime_error("the trial does not wait");
    if (claimed[0].trial.key == trial.key) return;
  }
}

void Hand::finish(const TrialRecord& trial, std::span<const float> weights, const FinalState& state) {
  plan_and_hold(trial);
  if (!store_.finish_trial(worker_, trial, weights, state)) throw std::runtime_error("the trial was refused");
}

void expect_same_checkpoint(const TrialCheckpoint& a, const TrialCheckpoint& b) {
  EXPECT_EQ(a.key, b.key);
  EXPECT_TRUE(same_bits(a.curve, b.curve));
  EXPECT_EQ(a.numeric_class, b.numeric_class);
  EXPECT_EQ(a.state, b.state);
}

TrialRecord some_trial(std::uint32_t number, std::uint32_t steps) {
  TrialRecord trial;
  trial.key = {number % 2, {{1.0 / (3 + number), 0.1}}, 1000 - number};
  trial.curve.reference_loss = 2.302585092994046 + number;
  trial.curve.steps_per_epoch = 10;
  trial.curve.budget_epochs = 4;
  const std::vector<std::uint32_t> awkward = {0x7F800000, 0xFF800000, 0x7FC00001, 0xFFC12345,
                                              0x7F812345, 0x00000001, 0x80000001, 0x80000000};
  for (std::uint32_t step = 0; step < steps; ++step)
    trial.curve.loss.push_back(step < awkward.size() ? std::bit_cast<float>(awkward[step])
                                                     : 1.0f / static_cast<float>(step + number));
  trial.curve.epochs = {{0.1 + 0.2, std::bit_cast<double>(0x7FF8'0000'0000'1234), 0.5},
                        {-0.0, std::numeric_limits<double>::infinity(), 5e-324}};
  trial.numeric_class = "x86-64-fma";
  trial.samples_trained = std::uint64_t{1} << 40;
  trial.times = {1'700'000'000'003 + number, 1'700'000'000'004, 1.0 / 3, 1, ""};
  if (number % 3 == 2) trial.times.attempts = number, trial.times.host = "a host";
  return trial;
}

std::vector<float> some_weights(std::uint32_t number, std::size_t count) {
  std::vector<float> weights(count);
  for (std::size_t i = 0; i < count; ++i) weights[i] = static_cast<float>(i) / static_cast<float>(number + 3);
  return weights;
}

void expect_same_trial(const TrialRecord& a, const TrialRecord& b) {
  EXPECT_EQ(a.key, b.key);
  EXPECT_TRUE(same_bits(a.curve, b.curve));
  EXPECT_EQ(a.numeric_class, b.numeric_class);
  EXPECT_EQ(a.samples_trained, b.samples_trained);
  EXPECT_EQ(a.times.started_unix_millis, b.times.started_unix_millis);
  EXPECT_EQ(a.times.finished_unix_millis, b.times.finished_unix_millis);
  EXPECT_EQ(a.times.seconds, b.times.seconds);
  EXPECT_EQ(a.times.attempts, b.times.attempts);
  EXPECT_EQ(a.times.host, b.times.host);
}

namespace {

void expect_same_set(const SetFacts& a, const SetFacts& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(std::vector({a.channels, a.height, a.width, a.classes}),
            std::vector({b.channels, b.height, b.width, b.classes}));
  EXPECT_EQ(std::vector({a.training_samples, a.validation_samples, a.test_samples}),
            std::vector({b.training_samples, b.validation_samples, b.test_samples}));
  EXPECT_EQ(a.label_entropy, b.label_entropy);
  EXPECT_EQ(a.chance, b.chance);
  EXPECT_EQ(a.classes_by_name, b.classes_by_name);
}

void expect_same_network(const NetworkFacts& a, const NetworkFacts& b) {
  EXPECT_EQ(a.set, b.set);
  EXPECT_EQ(a.parameters, b.parameters);
  ASSERT_EQ(a.layers.size(), b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    EXPECT_EQ(a.layers[i].text, b.layers[i].text);
    EXPECT_EQ(a.layers[i].output_shape, b.layers[i].output_shape);
    EXPECT_EQ(a.layers[i].parameters, b.layers[i].parameters);
    EXPECT_EQ(a.layers[i].group, b.layers[i].group);
  }
}

void expect_same_machine(const MachineFacts& a, const MachineFacts& b) {
  EXPECT_EQ(a.processor, b.processor);
  EXPECT_EQ(a.threads, b.threads);
  EXPECT_EQ(a.instruction_set, b.instruction_set);
  EXPECT_EQ(a.numeric_class, b.numeric_class);
  EXPECT_EQ(a.etalon_version, b.etalon_version);
}

}  // namespace

void expect_same_study(const StudySnapshot& a, const StudySnapshot& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.definition, b.definition);
  EXPECT_EQ(a.plan, b.plan);
  ASSERT_EQ(a.sets.size(), b.sets.size());
  for (std::size_t i = 0; i < a.sets.size(); ++i) expect_same_set(a.sets[i], b.sets[i]);
  ASSERT_EQ(a.networks.size(), b.networks.size());
  for (std::size_t i = 0; i < a.networks.size(); ++i) expect_same_network(a.networks[i], b.networks[i]);
  expect_same_machine(a.machine, b.machine);
  EXPECT_EQ(a.command, b.command);
  EXPECT_EQ(a.times.started_unix_millis, b.times.started_unix_millis);
  EXPECT_EQ(a.times.finished_unix_millis, b.times.finished_unix_millis);
  EXPECT_EQ(a.times.training_seconds, b.times.training_seconds);
  EXPECT_EQ(a.times.samples_trained, b.times.samples_trained);
  EXPECT_EQ(a.planned_trials, b.planned_trials);
}

pid_t in_child(const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  int status = 99;
  try {
    status = act();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
  }
  ::_exit(status);
}

int exit_status_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_in_child(const std::function<int()>& act) { return exit_status_of(in_child(act)); }

}  // namespace etalon
