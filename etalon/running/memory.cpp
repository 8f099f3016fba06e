#include "etalon/running/memory.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/running/prepare.h"

namespace etalon {
namespace {

std::string size_of(std::uint64_t bytes) { return size_text(static_cast<double>(bytes)); }

std::uint64_t bytes_of(const LabelledImages& images) {
  return images.pixels.size() * sizeof images.pixels[0] + images.labels.size() * sizeof images.labels[0];
}

[[noreturn]] void refuse(std::uint64_t limit, const StudyMemory& least) {
  const std::uint64_t megabytes = (least.all() + (1u << 20) - 1) >> 20;
  throw RequestError({"--memory", size_of(limit),
                      fmt::format("at least {}M for one trial on one lane ({}; {})", megabytes,
                                  to_text(least), pack_text(least.training)),
                      "a smaller --batch needs less for activations"});
}

}  // namespace

StudyMemory study_memory(const Preparation& study, const TrainerOptions& options) {
  const std::uint32_t lanes = lane_support(options.lanes).lanes;
  const std::uint32_t threads =
      options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  StudyMemory memory;
  for (std::uint32_t set = 0; set < study.data.size(); ++set) {
    memory.samples += bytes_of(study.data[set].training) + bytes_of(study.data[set].test);
    const TrainingMemory training = training_memory(study.networks[set], study.request.training.optimizer,
                                                    study.request.batch, lanes, threads);
    if (training.all() > memory.training.all()) memory.training = training;
  }
  return memory;
}

TrainerOptions options_within(std::uint64_t limit, const Preparation& study, TrainerOptions options) {
  const LaneSupport support = lane_support(options.lanes);
  StudyMemory need = study_memory(study, options);
  options = {need.training.lanes, need.training.packs};
  for (auto width = support.widths.rbegin(); width != support.widths.rend() && need.all() > limit; ++width) {
    if (*width >= options.lanes) continue;
    options.lanes = *width;
    need = study_memory(study, options);
  }
  while (need.all() > limit && options.threads > 1) {
    --options.threads;
    need = study_memory(study, options);
  }
  if (need.all() > limit) refuse(limit, need);
  return options;
}

std::string to_text(const StudyMemory& memory) {
  const TrainingMemory& training = memory.training;
  return fmt::format("{}: samples {}, {} of {} at {}", size_of(memory.all()), size_of(memory.samples),
                     counted(training.packs, "pack"), counted(training.lanes, "trial"),
                     size_of(training.pack()));
}

std::string pack_text(const TrainingMemory& training) {
  return fmt::format("weights {}, optimizer state {}, activations {}", size_of(training.weights),
                     size_of(training.optimizer), size_of(training.activations));
}

}  // namespace etalon
