/// How fast one thread trains full packs, end to end: training_speed NETWORK [LANES] [SECONDS] [BATCH].
/// Prints trial-samples per second; the input is made up, as no time depends on its values.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/training/trainer.h"

namespace {

etalon::DataSet made_up_data(etalon::ImageShape shape, std::uint32_t count) {
  etalon::DataSet data;
  data.name = "made-up";
  data.shape = shape;
  data.classes = 10;
  std::uint32_t state = 1;
  for (std::uint32_t k = 0; k < count * shape.size(); ++k) {
    state = state * 1664525u + 1013904223u;
    data.training.pixels.push_back(static_cast<std::uint8_t>(state >> 24));
  }
  for (std::uint32_t k = 0; k < count; ++k) data.training.labels.push_back(static_cast<std::uint8_t>(k % 10));
  return data;
}

void measure(const std::string& network, std::uint32_t lanes, double seconds, std::uint32_t batch) {
  using namespace etalon;
  const ImageShape shape = network == "vgg-small" ? ImageShape{3, 32, 32} : ImageShape{1, 28, 28};
  const DataSet data = made_up_data(shape, 20 * batch + 8);
  const Split split = split_training_part(data, 8, 0, 0);
  const NetworkDescription description =
      describe_network({.name = network, .layers = {}}, default_groups(),
                       {shape.channels, shape.height, shape.width}, data.classes, "training_speed");
  TrainingTask task;
  task.data = &data;
  task.split = &split;
  task.network = description;
  task.batch = batch;
  const auto trainer = make_trainer(task, {.lanes = lanes, .threads = 1});
  const double wall_start = system_clock().steady_seconds();
  const std::clock_t processor_start = std::clock();
  const double speed = trainer->measure_speed(seconds);
  const double processor = static_cast<double>(std::clock() - processor_start) / CLOCKS_PER_SEC;
  const double share = processor / (system_clock().steady_seconds() - wall_start);
  std::printf("%s lanes %u batch %u: %.0f trial-samples/s, %.0f per processor second, %.0f MB\n",
              network.c_str(), trainer->lanes(), batch, speed, speed / share,
              static_cast<double>(trainer->memory_bytes()) / 1e6);
}

}  // namespace

int main(int count, char** words) {
  try {
    measure(count > 1 ? words[1] : "lenet5", count > 2 ? static_cast<std::uint32_t>(std::atoi(words[2])) : 0,
            count > 3 ? std::atof(words[3]) : 2.0,
            count > 4 ? static_cast<std::uint32_t>(std::atoi(words[4])) : 64);
  } catch (const etalon::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
