#include "etalon/running/feasibility.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/judging/limits.h"
#include "etalon/training/schedule.h"

namespace etalon {
namespace {

/// The steps of one run on one set.
struct Budget {
  std::uint64_t steps_per_epoch = 0, steps = 0;
  double warmup = 0;  ///< steps of warm-up, rounded as Schedule rounds them
};

Budget budget_of(const StudyRequest& request, std::uint32_t batch, std::uint32_t samples) {
  const std::uint64_t per_epoch = samples / batch;
  const double warmup =
      std::floor(request.training.schedule.warmup_epochs * static_cast<double>(per_epoch) + 0.5);
  return {per_epoch, per_epoch * request.epochs, warmup};
}

void require_schedule(const StudyRequest& request, const std::string& source, const Budget& budget) {
  const ScheduleSpec& schedule = request.training.schedule;
  const std::string in_all = fmt::format("the {} of a run on {}", counted(budget.steps, "step"), source);
  if (budget.warmup > static_cast<double>(budget.steps))
    throw RequestError(
        {Field::warmup,
         fmt::format("a warm-up of {} epochs, {:.0f} steps", shortest(schedule.warmup_epochs), budget.warmup),
         "at most " + in_all + ": no step would be taken with the eta itself",
         "a shorter warmup, or more epochs"});
  const double period = schedule.step_epochs * static_cast<double>(budget.steps_per_epoch);
  if (schedule.name == "step" && period < 1)
    throw RequestError(
        {Field::step_epochs,
         fmt::format("step_epochs = {}, less than one step", shortest(schedule.step_epochs)),
         "at least one step between two drops: an epoch has " + std::to_string(budget.steps_per_epoch),
         "a larger step_epochs, or the schedule exponential"});
}

void require_batch_norms(std::uint32_t batch, const std::string& source, const NetworkDescription& network) {
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerDescription& layer = network.layers[i];
    if (layer.kind != LayerKind::batchnorm || batch > 1 || layer.input.height * layer.input.width > 1)
      continue;
    throw RequestError(
        {Field::batch,
         fmt::format("a batch of 1 with layer {} of the network, '{}', of {} on {}", i + 1, layer.text,
                     to_text(layer.input), source),
         "a batch of 2 or more: a batch norm that sees one value a channel while training puts out "
         "its shift, whatever comes in",
         "a larger batch, or a network without this layer"});
  }
}

/// The share of a run's steps that take at least half of the eta, from up to 1,000 steps evenly spread.
double share_of_full_steps(const ScheduleSpec& spec, const Budget& budget, std::uint32_t epochs) {
  const Schedule schedule(spec, static_cast<std::uint32_t>(budget.steps_per_epoch), epochs);
  const std::uint64_t looks = std::min<std::uint64_t>(budget.steps, 1000);
  std::uint64_t full = 0;
  for (std::uint64_t look = 0; look < looks; ++look) {
    const double at =
        static_cast<double>(look) * static_cast<double>(budget.steps) / static_cast<double>(looks);
    full += schedule.factor(static_cast<std::uint64_t>(at)) >= 0.5;
  }
  return static_cast<double>(full) / static_cast<double>(looks);
}

std::string epochs_text(double epochs) { return shortest(epochs) + (epochs == 1 ? " epoch" : " epochs"); }

/// Nothing where the schedule does what it says.
std::string schedule_doubt(const ScheduleSpec& spec, const Budget& budget, std::uint32_t epochs) {
  const double after = static_cast<double>(budget.steps) - budget.warmup;
  const double period = spec.step_epochs * static_cast<double>(budget.steps_per_epoch);
  if (spec.warmup_epochs > 0 && budget.warmup < 2)
    return fmt::format("a warm-up of {} is not even two steps, so it changes nothing",
                       epochs_text(spec.warmup_epochs));
  if (budget.warmup > 0.5 * static_cast<double>(budget.steps))
    return fmt::format(
        "the warm-up takes {:.0f} of the {} steps of a run: the eta itself is taken in {} alone",
        budget.warmup, budget.steps,
        counted(budget.steps - static_cast<std::uint64_t>(budget.warmup) + 1, "step"));
  if (spec.name == "step" && period + 0.5 > after)
    return fmt::format(
        "the first drop of the schedule step comes after {}, no earlier than the end of the budget, so it "
        "changes nothing",
        epochs_text(spec.warmup_epochs + spec.step_epochs));
  if ((spec.name == "step" || spec.name == "exponential") && spec.factor == 1)
    return fmt::format("the schedule {} with a factor of 1 changes nothing", spec.name);
  const double share = share_of_full_steps(spec, budget, epochs);
  if (share < 0.1)
    return fmt::format("the schedule lets a run take half of its eta or more in {:.1f} % of its steps alone",
                       100 * share);
  return "";
}

}  // namespace

void require_feasible(const StudyRequest& request, const std::string& source, std::uint32_t samples,
                      const NetworkDescription& network) {
  for (const std::uint32_t batch : batches_of(request)) {
    check(samples >= batch, "training samples", samples, "at least a batch");
    require_schedule(request, source, budget_of(request, batch, samples));
    require_batch_norms(batch, source, network);
  }
}

namespace {

std::vector<std::string> doubts_with(const StudyRequest& request, std::uint32_t batch, const std::string& set,
                                     std::uint32_t samples) {
  const Budget budget = budget_of(request, batch, samples);
  std::vector<std::string> doubts;
  if (budget.steps == 1)
    doubts.push_back(
        set +
        ": a run has a single step: its loss is measured before its update, so that training losses "
        "are the same for every eta and tell nothing; more epochs or samples, or a smaller "
        "batch, would give more steps");
  else if (budget.steps < limits::short_run)
    doubts.push_back(fmt::format(
        "{}: a run has {} steps, fewer than the {} by which divergence, stability and whether the "
        "loss still falls can be judged; more epochs or samples, or a smaller batch, would give them",
        set, budget.steps, limits::short_run));
  const std::string schedule = schedule_doubt(request.training.schedule, budget, request.epochs);
  if (!schedule.empty()) doubts.push_back(set + ": " + schedule);
  return doubts;
}

}  // namespace

std::vector<std::string> doubts_of(const StudyRequest& request, const std::string& set,
                                   std::uint32_t samples) {
  const std::vector<std::uint32_t> batches = batches_of(request);
  std::vector<std::string> all;
  for (const std::uint32_t batch : batches) {
    const std::string place = batches.size() == 1 ? set : fmt::format("{} with a batch of {}", set, batch);
    for (std::string& doubt : doubts_with(request, batch, place, samples)) all.push_back(std::move(doubt));
  }
  return all;
}

}  // namespace etalon
