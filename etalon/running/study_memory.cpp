#include "etalon/running/study_memory.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/processors.h"
#include "etalon/base/text.h"
#include "etalon/running/prepare.h"

namespace etalon {
namespace {

std::string size_of(std::uint64_t bytes) { return size_text(static_cast<double>(bytes)); }

std::uint64_t bytes_of(const LabelledImages& images) {
  return images.pixels.size() * sizeof images.pixels[0] + images.labels.size() * sizeof images.labels[0];
}

constexpr std::uint64_t a_record = 1024;  // of a finished trial, and of its verdict: names, times, measures
constexpr std::uint64_t judged_step = 2 * sizeof(double);  // of a loss, normalized and smoothed
constexpr std::uint64_t drawn_plots = 48u << 20;           // a plot's pixels, and those of its encoder
constexpr std::uint64_t written_step = 2 * 50;             // of a line of curves.csv, in a text that grows
constexpr std::uint64_t confirmed_trials = 16;             // a set, of what confirms its choice

std::uint64_t settings_of(const StudyPlan& plan) {
  if (!plan.space.settings.empty()) return plan.space.settings.size();
  std::uint64_t settings = 1;
  for (const std::vector<double>& values : plan.space.values) settings *= values.size();
  return plan.trials == 0 ? settings : std::min<std::uint64_t>(settings, plan.trials);
}

/// At most so many of a set: those of the first round, or what a strategy with later ones comes to.
std::uint64_t trials_a_set(const Preparation& study) {
  const StudyPlan& plan = study.request.plan;
  const std::uint64_t planned = settings_of(plan) * plan.seeds + confirmed_trials;
  return std::max<std::uint64_t>(study.first_round.size(), planned);
}

void add_results(StudyMemory& memory, const Preparation& study, std::uint64_t stored_trials) {
  const std::uint64_t sets = std::max<std::size_t>(1, study.data.size());
  const std::uint64_t trials = std::max(trials_a_set(study), (stored_trials + sets - 1) / sets);
  for (const Split& split : study.splits) {
    const std::uint64_t epochs = study.request.epochs,
                        steps = split.training.size() / batches_of(study.request).front() * epochs;
    const std::uint64_t curve = a_record + steps * sizeof(float) + epochs * sizeof(EpochPoint);
    memory.curve = std::max(memory.curve, curve);
    memory.curves += trials * curve;
    memory.report += trials * steps * written_step;
    memory.judging = std::max(memory.judging, trials * (a_record + steps * judged_step));
  }
  memory.report += drawn_plots;
}

[[noreturn]] void refuse(std::uint64_t limit, const StudyMemory& least) {
  const std::uint64_t megabytes = (least.all() + (1u << 20) - 1) >> 20;
  throw RequestError({Field::memory, size_of(limit),
                      fmt::format("at least {}M for one trial at a time ({}, {}; {})", megabytes,
                                  to_text(least), results_text(least), trial_text(least.training)),
                      least.results() > least.training.all() + drawn_plots
                          ? "what is kept of every step counts most: fewer settings, seeds or epochs, or a "
                            "larger batch, keep fewer"
                          : "a smaller batch needs less for activations"});
}

}  // namespace

StudyMemory study_memory(const Preparation& study, std::uint32_t threads, std::uint64_t stored_trials) {
  if (threads == 0) threads = processor_count();
  StudyMemory memory;
  for (std::uint32_t set = 0; set < study.data.size(); ++set) {
    memory.samples += bytes_of(study.data[set].training) + bytes_of(study.data[set].test);
    const TrainingMemory training = training_memory(study.networks[set], study.request.training.optimizer,
                                                    batches_of(study.request).back(), threads);
    if (training.all() > memory.training.all()) memory.training = training;
  }
  add_results(memory, study, stored_trials);
  return memory;
}

std::uint32_t threads_within(std::uint64_t limit, const Preparation& study, std::uint32_t threads) {
  if (threads == 0) threads = processor_count();
  StudyMemory need = study_memory(study, threads);
  while (need.all() > limit && threads > 1) need = study_memory(study, --threads);
  if (need.all() > limit) refuse(limit, need);
  return threads;
}

std::string to_text(const StudyMemory& memory) {
  const TrainingMemory& training = memory.training;
  return fmt::format("{}: samples {}, {} at {}", size_of(memory.all()), size_of(memory.samples),
                     counted(training.trials, "trial"), size_of(training.trial()));
}

std::string results_text(const StudyMemory& memory) {
  return fmt::format("results and report {}", size_of(memory.results()));
}

std::string trial_text(const TrainingMemory& training) {
  return fmt::format("weights {}, optimizer state {}, activations {}",
                     size_of(training.weights + training.copy), size_of(training.optimizer),
                     size_of(training.activations));
}

}  // namespace etalon
