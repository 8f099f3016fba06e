#include "etalon/app/tune_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/app/further_axes.h"
#include "etalon/app/shell.h"
#include "etalon/app/store_place.h"
#include "etalon/app/study_file.h"
#include "etalon/base/error.h"
#include "etalon/nn/describe.h"
#include "etalon/report/report.h"
#include "etalon/search/registry.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

/// True if the network has a layer of that kind. A named one is described for an image that fits them all.
bool has_layer(const StudyRequest& study, const std::string& kind) {
  const std::vector<LayerGroup> every{{"every", {"conv", "dense"}}};
  std::vector<std::string> layers = study.network.layers;
  if (layers.empty()) {
    const NetworkDescription network = about(Field::network, [&] {
      return describe_network(study.network, every, {3, 32, 32}, 10, "");
    });
    for (const LayerDescription& layer : network.layers) layers.push_back(layer.text);
  }
  return std::any_of(layers.begin(), layers.end(), [&](const std::string& layer) {
    return layer.starts_with(kind + " ") || (kind == "conv" && layer.starts_with("depthwise "));
  });
}

/// Of the two default groups only those stay that the network has layers for, or that got etas: a network
/// without convolutions has one eta. Groups that a file writes out are taken at their word.
void leave_out_idle_groups(Request& request) {
  StudyRequest& study = request.study;
  SearchSpace& space = study.plan.space;
  if (request.places.contains(Field::groups) || !space.settings.empty()) return;
  for (std::size_t group = study.groups.size(); group-- > 0;) {
    const std::string& name = study.groups[group].name;
    const bool named =
        std::ranges::any_of(request.axes, [&](const AxisValues& list) { return list.axis.group == name; });
    if (named || !space.values[group].empty() || has_layer(study, study.groups[group].selectors.front()))
      continue;
    study.groups.erase(study.groups.begin() + static_cast<std::ptrdiff_t>(group));
    space.values.erase(space.values.begin() + static_cast<std::ptrdiff_t>(group));
  }
}

/// Before the space is completed: whether etas are listed matters.
void complete_search(Request& request) {
  constexpr std::uint32_t seeds = 3, seeds_of_few_settings = 5;
  StudyPlan& plan = request.study.plan;
  const StrategyTraits& strategy = strategy_traits(plan.strategy);
  const bool listed =
      !plan.space.settings.empty() || std::any_of(plan.space.values.begin(), plan.space.values.end(),
                                                  [](const auto& values) { return !values.empty(); });
  plan.refine = request.refine.value_or(strategy.adapts && !listed);
  plan.confirmation = request.confirmation.value_or(strategy.confirmation);
  // One group's default etas are five settings: three seeds each are too few trials to halve.
  const bool few = strategy.adapts && !listed && plan.space.values.size() == 1 && request.axes.empty();
  if (!request.places.contains(Field::seeds)) plan.seeds = few ? seeds_of_few_settings : seeds;
}

void complete_space(Request& request) {
  constexpr std::uint64_t most_settings = 1'000'000;
  SearchSpace& space = request.study.plan.space;
  std::uint64_t settings = std::max<std::uint64_t>(1, space.settings.size());
  if (!space.settings.empty()) space.values.clear();
  for (auto& values : space.values) {
    if (values.empty()) values = default_etas();
    settings = std::min(settings * values.size(), most_settings + 1);
  }
  for (const AxisValues& list : request.axes)
    settings = std::min(settings * list.values.size(), most_settings + 1);
  if (settings > most_settings)
    throw RequestError({Field::eta, "a grid of more than a million settings",
                        request.axes.empty() ? "fewer values a group" : "fewer values an axis",
                        "search a coarse grid first, then a fine one around its best cell"});
}

/// Momentum that the optimizer does not read: typed, it is a misunderstanding; in a file whose optimizer was
/// overridden, it is idle.
void drop_idle_momentum(Request& request) {
  const OptimizerSpec& optimizer = request.study.training.optimizer;
  if (uses_momentum(optimizer)) return;
  if (request.has_typed("--momentum"))
    throw RequestError({"--momentum", fmt::format("the optimizer '{}', which reads none", optimizer.name),
                        "the optimizer momentum or nesterov", ""});
  std::erase_if(request.axes,
                [](const AxisValues& list) { return list.axis.quantity == Quantity::momentum; });
}

/// Numbers that the chosen optimizer and schedule never read are no part of the study.
void forget_idle_values(TrainingSpec& training) {
  const OptimizerSpec plain;
  OptimizerSpec& optimizer = training.optimizer;
  if (!uses_momentum(optimizer)) optimizer.momentum = plain.momentum;
  if (!uses_betas(optimizer)) {
    optimizer.beta1 = plain.beta1;
    optimizer.beta2 = plain.beta2;
    optimizer.epsilon = plain.epsilon;
  }
  const ScheduleSpec constant;
  if (!uses_step(training.schedule)) training.schedule.step_epochs = constant.step_epochs;
  if (!uses_factor(training.schedule)) training.schedule.factor = constant.factor;
}

/// After idle groups are gone and the space is complete.
void take_current(Request& request) {
  if (!request.current) return;
  StudyRequest& study = request.study;
  const std::vector<Axis> axes = axes_of(study.groups, study.axes);
  const Setting current = setting_of(*request.current, axes);
  require_planned(current, study.plan, axes);
  study.plan.choice.current = current;
}

}  // namespace

void complete(Request& request) {
  StudyRequest& study = request.study;
  study.plan.space.values.resize(study.groups.size());
  drop_idle_momentum(request);
  leave_out_idle_groups(request);
  complete_search(request);
  complete_space(request);
  add_axes(request);
  take_current(request);
  forget_idle_values(study.training);
  study.command = reproducing_line(request.typed);
  if (!study.study_name.empty()) require_study_name(study.study_name, request.place(Field::study_name));
}

void require_places(const Request& request) {
  if (request.report) require_report_folder(request.out, request.place(Field::out) + " " + request.out);
  require_store_folder(request.store, request.place(Field::store));
}

}  // namespace etalon
