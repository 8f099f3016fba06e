/// Writes all that another library needs to train what `etalon tune` trains, seed by seed:
///
///   make_runs DATA NETWORK SAMPLES VALIDATION EPOCHS SEEDS FILE
///
/// FILE: one line of JSON (network, shape, layers, batch, epochs, seeds, and how many parameters, samples of
/// training, of validation and visits there are), then, as raw numbers of this machine, the training images
/// float32 [samples][c][y][x], normalized, their labels int32, the same of validation, and for each seed its
/// initial weights float32 [parameters] (as make_case writes them) and its visits int32 [visits]: which
/// training sample comes when, epoch by epoch. The study seed is 0, the batch 64, as by default.
#include <cstdio>
#include <cstdlib>

#include "bench/versus/case_writing.h"
#include "etalon/base/error.h"
#include "etalon/data/open_data.h"
#include "etalon/nn/initializer.h"

namespace {

using namespace etalon;
using namespace etalon::versus;
using nlohmann::json;

constexpr std::uint32_t batch = 64;
constexpr std::uint64_t study_seed = 0;

struct Request {
  std::string data, network;
  std::uint32_t samples, validation, epochs, seeds;
  std::string file;
};

std::vector<std::int32_t> visits_of(const Request& asked, std::uint32_t samples, std::uint32_t seed) {
  std::vector<std::int32_t> visits;
  for (std::uint32_t epoch = 0; epoch < asked.epochs; ++epoch)
    for (const std::uint32_t position : batch_order(samples, batch, study_seed, seed, epoch))
      visits.push_back(static_cast<std::int32_t>(position));
  return visits;
}

void make(const Request& asked) {
  const DataSet data = open_data(asked.data);
  const Split split = split_training_part(data, asked.validation, asked.samples, study_seed);
  const NetworkDescription network =
      describe_network({.name = asked.network, .layers = {}}, {{"all", {"conv", "dense"}}},
                       {data.shape.channels, data.shape.height, data.shape.width}, data.classes, "NETWORK");
  const auto samples = static_cast<std::uint32_t>(split.training.size());

  std::ofstream file(asked.file, std::ios::binary);
  file << json{{"network", asked.network},
               {"shape", {data.shape.channels, data.shape.height, data.shape.width}},
               {"layers", layers_json(network)},
               {"batch", batch},
               {"epochs", asked.epochs},
               {"seeds", asked.seeds},
               {"parameters", network.parameters},
               {"training", samples},
               {"validation", split.validation.size()},
               {"visits", visits_of(asked, samples, 0).size()}}
              .dump()
       << '\n';
  const Normalization normalization = normalization_of(data, split);
  write_samples(file, data, normalization, split.training);
  write_samples(file, data, normalization, split.validation);
  for (std::uint32_t seed = 0; seed < asked.seeds; ++seed) {
    write(file, initial_weights(network, TrainingSpec{}.initializer, study_seed, seed));
    write(file, visits_of(asked, samples, seed));
  }
  if (!file.flush()) throw Failure({asked.file, "a file that cannot be written", "a path with room", ""});
}

}  // namespace

int main(int count, char** words) {
  if (count != 8) {
    std::fprintf(stderr, "usage: make_runs DATA NETWORK SAMPLES VALIDATION EPOCHS SEEDS FILE\n");
    return 2;
  }
  const auto number = [&](int at) { return static_cast<std::uint32_t>(std::atoi(words[at])); };
  try {
    make({words[1], words[2], number(3), number(4), number(5), number(6), words[7]});
  } catch (const etalon::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
