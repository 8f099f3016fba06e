#include "etalon/app/tune_request.h"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "etalon/app/set_list.h"
#include "etalon/app/study_file.h"
#include "etalon/app/values.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/nn/describe.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

constexpr std::uint32_t not_given = 0;  ///< of seeds, which are at least 1

using Given = std::optional<std::string>;

constexpr std::uint64_t most_settings = 1'000'000;

void take_whole(const Given& given, const std::string& place, std::uint64_t from, std::uint64_t to,
                std::uint32_t& target) {
  if (given) target = static_cast<std::uint32_t>(whole_number(*given, place, from, to));
}

void take_text(const Given& given, const std::string& option, std::string& target, std::string& place) {
  if (!given) return;
  if (given->empty()) throw RequestError({option, "nothing", "a value", ""});
  target = *given;
  place = option;
}

void take_study(const TuneArguments& given, StudyRequest& to) {
  constexpr std::uint64_t many = std::numeric_limits<std::uint32_t>::max();
  take_whole(given.epochs, "--epochs", 1, limits::epochs, to.epochs);
  take_whole(given.batch, "--batch", 1, many, to.batch);
  take_whole(given.samples, "--samples", 1, many, to.samples);
  take_whole(given.validation, "--validation", 1, many, to.validation);
  take_whole(given.seeds, "--seeds", 1, limits::seeds, to.plan.seeds);
  take_whole(given.trials, "--trials", 1, most_settings, to.plan.trials);
  take_whole(given.threads, "--threads", 1, limits::threads, to.threads);
  if (given.batch) to.places.batch = "--batch";
  if (given.trials) to.places.strategy = "--trials";
  if (given.study_seed)
    to.study_seed =
        whole_number(*given.study_seed, "--study-seed", 0, std::numeric_limits<std::uint64_t>::max());
  if (given.memory) to.memory = byte_count(*given.memory, "--memory");
  take_text(given.strategy, "--strategy", to.plan.strategy, to.places.strategy);
  take_text(given.optimizer, "--optimizer", to.training.optimizer.name, to.places.training);
  if (given.label_smoothing)
    to.training.label_smoothing = share_below_one(*given.label_smoothing, "--label-smoothing");
  take_text(given.study, "--study", to.study_name, to.places.study_name);
  if (given.data) {
    to.sets = set_list(*given.data, "--data");
    to.places.data = "--data";
  }
  if (given.augment) {
    to.augmentation = name_list(*given.augment, "--augment");
    to.places.augmentation = "--augment";
  }
  if (given.network) {
    to.network = {};
    take_text(given.network, "--network", to.network.name, to.places.network);
  }
}

void take_work(const TuneArguments& given, WorkOptions& to) {
  if (given.checkpoint) to.checkpoint_seconds = checkpoint_seconds(*given.checkpoint, "--checkpoint");
  if (given.lease) to.lease_seconds = lease_seconds(*given.lease, "--lease");
  if (given.keep_weights) to.keep_weights = true;
}

std::vector<std::string> group_names(const StudyRequest& study) {
  std::vector<std::string> names;
  for (const LayerGroup& group : study.groups) names.push_back(group.name);
  return names;
}

/// The group's index and the text after "GROUP=".
std::pair<std::size_t, std::string> split_eta(const std::string& text, const StudyRequest& study) {
  const std::vector<std::string> names = group_names(study);
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw RequestError(
        {"--eta", in_quotes(text), "GROUP=V,V,... such as conv=0.01,0.1", "groups: " + join(names, ", ")});
  const std::string name = text.substr(0, equals);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw RequestError({"--eta", fmt::format("the unknown group '{}'", name), "one of " + join(names, ", "),
                        hint_for(name, names)});
  return {static_cast<std::size_t>(found - names.begin()), text.substr(equals + 1)};
}

void take_etas(const std::vector<std::string>& given, StudyRequest& study) {
  std::set<std::size_t> seen;
  for (const std::string& text : given) {
    const auto [group, list] = split_eta(text, study);
    const std::string name = study.groups[group].name;
    if (!seen.insert(group).second)
      throw RequestError({"--eta", fmt::format("the group '{}' twice", name), "each group once",
                          fmt::format("put all its values into one list: {}=V,V,...", name)});
    study.plan.space.values[group] = eta_list(list, "--eta " + name);
  }
  if (given.empty()) return;
  if (!study.plan.space.settings.empty() && seen.size() < study.groups.size())
    throw RequestError({"--eta", "lists for some groups only",
                        "one for each of " + join(group_names(study), ", "),
                        study.places.eta + " gives whole settings, which a list cannot be put into"});
  study.plan.space.settings.clear();
  study.places.eta = "--eta";
}

/// True if the network has a layer of that kind. A named one is described for an image that fits them all.
bool has_layer(const StudyRequest& study, const std::string& kind) {
  const std::vector<LayerGroup> every{{"every", {"conv", "dense"}}};
  std::vector<std::string> layers = study.network.layers;
  if (layers.empty())
    for (const LayerDescription& layer :
         describe_network(study.network, every, {3, 32, 32}, 10, study.places.network).layers)
      layers.push_back(layer.text);
  return std::any_of(layers.begin(), layers.end(), [&](const std::string& layer) {
    return layer.starts_with(kind + " ") || (kind == "conv" && layer.starts_with("depthwise "));
  });
}

/// Of the two default groups only those stay that the network has layers for, or that got etas: a network
/// without convolutions has one eta. Groups that a file writes out are taken at their word.
void leave_out_idle_groups(StudyRequest& study) {
  const bool written = study.places.groups != StudyRequest::Places{}.groups;
  SearchSpace& space = study.plan.space;
  if (written || !space.settings.empty()) return;
  for (std::size_t group = study.groups.size(); group-- > 0;) {
    if (!space.values[group].empty() || has_layer(study, study.groups[group].selectors.front())) continue;
    study.groups.erase(study.groups.begin() + static_cast<std::ptrdiff_t>(group));
    space.values.erase(space.values.begin() + static_cast<std::ptrdiff_t>(group));
  }
}

void take_search(const TuneArguments& given, TuneRequest& request) {
  if (given.refine && given.no_refine)
    throw RequestError({"--refine", "--no-refine too", "one of the two", ""});
  if (given.refine || given.no_refine) request.refine = given.refine;
  if (given.confirm)
    request.confirmation =
        static_cast<std::uint32_t>(whole_number(*given.confirm, "--confirm", 0, limits::confirmation));
}

/// Before the space is completed: whether etas are listed matters.
void complete_search(TuneRequest& request) {
  constexpr std::uint32_t fresh_seeds = 8, seeds = 3, seeds_of_few_settings = 5;
  StudyPlan& plan = request.study.plan;
  const bool race = plan.strategy == "race";
  const bool listed =
      !plan.space.settings.empty() || std::any_of(plan.space.values.begin(), plan.space.values.end(),
                                                  [](const auto& values) { return !values.empty(); });
  plan.refine = request.refine.value_or(race && !listed);
  plan.confirmation = request.confirmation.value_or(race ? fresh_seeds : 0);
  // One group's default etas are five settings: three seeds each are too few trials to halve.
  const bool few = race && !listed && plan.space.values.size() == 1;
  if (plan.seeds == not_given) plan.seeds = few ? seeds_of_few_settings : seeds;
}

void complete_space(StudyRequest& study) {
  std::uint64_t settings = 1;
  for (auto& values : study.plan.space.values) {
    if (values.empty()) values = default_etas();
    settings = std::min(settings * values.size(), most_settings + 1);
  }
  if (!study.plan.space.settings.empty())
    study.plan.space.values.clear();
  else if (settings > most_settings)
    throw RequestError({study.places.eta, "a grid of more than a million settings", "fewer values a group",
                        "search a coarse grid first, then a fine one around its best cell"});
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
void take_current(const Given& given, TuneRequest& request) {
  if (given) request.current = named_etas(*given, "--current");
  if (!request.current) return;
  StudyRequest& study = request.study;
  const Setting current = setting_of(*request.current, study.groups);
  require_planned(current, study.plan, study.groups, request.current->place);
  study.plan.choice.current = current;
}

}  // namespace

TuneRequest tune_request(const TuneArguments& arguments) {
  TuneRequest request;
  request.study.plan.seeds = not_given;
  if (arguments.study_file) read_study_file(*arguments.study_file, arguments.optimizer.has_value(), request);
  take_study(arguments, request.study);
  take_work(arguments, request.work);
  request.study.plan.space.values.resize(request.study.groups.size());
  take_etas(arguments.eta, request.study);
  leave_out_idle_groups(request.study);
  take_search(arguments, request);
  complete_search(request);
  complete_space(request.study);
  take_current(arguments.current, request);
  forget_idle_values(request.study.training);
  if (!request.study.study_name.empty())
    require_study_name(request.study.study_name, request.study.places.study_name);
  take_text(arguments.store, "--store", request.store, request.store_place);
  take_text(arguments.out, "--out", request.out, request.out_place);
  if (arguments.no_report) request.report = false;
  return request;
}

}  // namespace etalon
