/// Writes what all competitors train, so that each can show that it does the same work:
///
///   make_case NETWORK STEPS ETA FILE
///
/// FILE: one line of JSON (network, shape, layers, batch, steps, eta, the loss of each step as Etalon trained
/// it, and as it is with the initial weights), then, as raw numbers of this machine, initial weights float32
/// [parameters] (layer by layer: weights [out][in][kh][kw], biases, statistics), images float32
/// [steps * batch][c][y][x], normalized, and labels int32 [steps * batch]. Step k trains on samples k * batch
/// and on, with one eta for every layer.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/made_up.h"
#include "bench/versus/case_writing.h"
#include "etalon/base/error.h"
#include "etalon/data/open_data.h"
#include "etalon/nn/initializer.h"
#include "etalon/training/trainer.h"

namespace {

using namespace etalon;
using namespace etalon::versus;
using nlohmann::json;

constexpr std::uint32_t batch = 64;

class OneTrial : public TrialSource {
 public:
  explicit OneTrial(Assignment trial) : trial_(std::move(trial)) {}
  std::optional<Assignment> next() override {
    if (std::exchange(taken_, true)) return std::nullopt;
    return trial_;
  }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void advanced(std::uint64_t, double) override {}
  void finished(Outcome outcome) override { losses_ = std::move(outcome.curve.loss); }
  bool stop_requested() const override { return false; }
  const std::vector<float>& losses() const { return losses_; }

 private:
  Assignment trial_;
  bool taken_ = false;
  std::vector<float> losses_;
};

/// The samples of every step, in order.
std::vector<std::uint32_t> samples_of(const Split& split, std::uint32_t steps) {
  std::vector<std::uint32_t> samples;
  for (const std::uint32_t position : batch_order(steps * batch, batch, 0, 0, 0))
    samples.push_back(split.training[position]);
  return samples;
}

void make(const std::string& network, std::uint32_t steps, double eta, const std::string& path) {
  const ImageShape shape = bench::shape_for(network);
  const DataSet data = open_data(shape.channels == 1 ? "digits" : "scenes");
  const Split split = split_training_part(data, 8, steps * batch, 0);
  TrainingTask task;
  task.data = &data;
  task.split = &split;
  task.network = bench::describe(network);
  task.batch = batch;
  const auto losses_with = [&](double rate) {
    OneTrial source({1, std::vector<double>(default_groups().size(), rate), 0, 1});
    make_trainer(task, {.threads = 1})->train(source);
    return source.losses();
  };

  std::ofstream file(path, std::ios::binary);
  file << json{{"network", network},
               {"shape", {shape.channels, shape.height, shape.width}},
               {"classes", data.classes},
               {"batch", batch},
               {"steps", steps},
               {"eta", eta},
               {"parameters", task.network.parameters},
               {"layers", layers_json(task.network)},
               {"losses", losses_with(eta)},
               {"untrained", losses_with(eta * 1e-9)}}
              .dump()
       << '\n';
  write(file, initial_weights(task.network, task.training.initializer, 0, 0));
  write_samples(file, data, normalization_of(data, split), samples_of(split, steps));
  if (!file.flush()) throw Failure({path, "a file that cannot be written", "a path with room", ""});
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) {
    std::fprintf(stderr, "usage: make_case NETWORK STEPS ETA FILE\n");
    return 2;
  }
  try {
    make(words[1], static_cast<std::uint32_t>(std::atoi(words[2])), std::atof(words[3]), words[4]);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
