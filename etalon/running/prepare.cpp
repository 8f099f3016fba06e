#include "etalon/running/prepare.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/processors.h"
#include "etalon/base/version.h"
#include "etalon/data/doubts.h"
#include "etalon/data/open_data.h"
#include "etalon/running/feasibility.h"
#include "etalon/running/outlook.h"
#include "etalon/running/strategist.h"
#include "etalon/running/study_memory.h"

namespace etalon {
namespace {

/// Names that are unique within the study; the same data twice is refused.
std::vector<SetIdentity> identities_of(const std::vector<DataSet>& data) {
  std::vector<SetIdentity> identities;
  for (const DataSet& set : data) {
    unsigned same_name = 0;
    for (std::size_t i = 0; i < identities.size(); ++i) {
      if (identities[i].fingerprint == set.fingerprint)
        throw RequestError({Field::data, "the same data twice: " + data[i].source + " and " + set.source,
                            "every data set once", "leave one of them out"});
      same_name += data[i].name == set.name;
    }
    identities.push_back(
        {same_name ? fmt::format("{}-{}", set.name, same_name + 1) : set.name, set.fingerprint});
  }
  return identities;
}

SetFacts facts_of(const SetIdentity& identity, const DataSet& data, const Split& split,
                  double label_smoothing) {
  SetFacts facts;
  facts.name = identity.name;
  facts.source = data.source;
  facts.channels = data.shape.channels;
  facts.height = data.shape.height;
  facts.width = data.shape.width;
  facts.classes = data.classes;
  facts.training_samples = static_cast<std::uint32_t>(split.training.size());
  facts.validation_samples = static_cast<std::uint32_t>(split.validation.size());
  facts.test_samples = data.test.count();
  facts.label_entropy = label_entropy(data.training, split.training, data.classes, label_smoothing);
  facts.chance = chance_accuracy(data.training, split.validation, data.classes);
  facts.classes_by_name = data.class_names;
  return facts;
}

NetworkFacts facts_of(std::uint32_t set, const NetworkDescription& network,
                      const std::vector<LayerGroup>& groups) {
  NetworkFacts facts{set, {}, 0};  // running statistics are not trained and not counted
  for (const LayerDescription& layer : network.layers) {
    const std::uint64_t trained = std::uint64_t{layer.weights} + layer.biases;
    facts.layers.push_back({layer.text, to_text(layer.output), trained,
                            layer.group < 0 ? "" : groups.at(static_cast<std::size_t>(layer.group)).name});
    facts.parameters += trained;
  }
  return facts;
}

StudyDefinition definition_of(const StudyRequest& request, const Augmentation& augmentation,
                              std::vector<SetIdentity> sets) {
  StudyDefinition definition;
  definition.sets = std::move(sets);
  definition.network = request.network;
  if (!definition.network.layers.empty()) definition.network.name.clear();
  definition.groups = request.groups;
  definition.axes = request.axes;
  definition.training = request.training;
  definition.batch = request.batch;
  definition.samples = request.samples;
  definition.validation = request.validation;
  definition.epochs = request.epochs;
  definition.study_seed = request.study_seed;
  for (const AugmentationStep& step : augmentation) definition.augmentation.push_back(to_text(step));
  definition.numerics_version = request.numerics != 0 ? request.numerics : numerics_version;
  return definition;
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
  return "unknown processor";
}

void open_set(Preparation& all, const std::string& source) {
  const StudyRequest& request = all.request;
  DataSet data = open_data(source);
  Split split = split_training_part(data, request.validation, request.samples, request.study_seed);
  if (const std::uint32_t largest = batches_of(request).back(); largest > split.training.size())
    throw RequestError({Field::batch, fmt::format("a batch of {}", largest),
                        fmt::format("at most the {} training samples of {}", split.training.size(), source),
                        "use a smaller batch, or more samples"});
  about(Field::augmentation, [&] { require_fitting(all.augmentation, data.shape, ""); });
  const TensorShape input{data.shape.channels, data.shape.height, data.shape.width};
  all.networks.push_back(about(Field::network, [&] {
    return describe_network(request.network, request.groups, input, data.classes, "");
  }));
  if (!request.stored)
    require_feasible(request, source, static_cast<std::uint32_t>(split.training.size()), all.networks.back());
  all.data.push_back(std::move(data));
  all.splits.push_back(std::move(split));
}

void take_doubts(Preparation& all) {
  for (std::size_t set = 0; set < all.data.size(); ++set)
    for (const auto& doubts : {label_doubts(all.data[set]), split_doubts(all.data[set], all.splits[set])})
      for (const std::string& doubt : doubts)
        all.warnings.push_back(all.study.definition.sets[set].name + ": " + doubt);
}

}  // namespace

TrainingTask Preparation::task(std::uint32_t set) const {
  return {&data.at(set),  &splits.at(set),    networks.at(set), request.training, batches_of(request).back(),
          request.epochs, request.study_seed, augmentation};
}

Preparation prepare(StudyRequest request) {
  if (request.plan.space.values.empty() && request.plan.space.settings.empty()) {
    request.plan.space.values.assign(request.groups.size(), default_etas());
    request.plan.space.values.resize(request.groups.size() + request.axes.size());  // refused without values
  }
  request.plan.epochs = request.epochs;
  require_valid(request);
  about(Field::optimizer, [&] { require_valid(request.training, ""); });

  Preparation all;
  request.strategies(request.plan, {{},
                                    request.epochs,
                                    request.study_seed,
                                    axes_of(request.groups, request.axes)});  // refuses what it cannot use
  all.augmentation = about(Field::augmentation, [&] { return read_augmentation(request.augmentation, ""); });
  all.request = std::move(request);
  for (const std::string& source : all.request.sets) open_set(all, source);
  if (all.request.memory != 0) {
    all.request.threads = threads_within(all.request.memory, all, all.request.threads);
  }

  StudySnapshot& study = all.study;
  study.definition = definition_of(all.request, all.augmentation, identities_of(all.data));
  study.name = all.request.study_name.empty() ? default_study_name(study.definition) : all.request.study_name;
  study.plan = all.request.plan;
  study.asked = {all.request.plan};
  study.asked.front().epochs = 0;  // the study's plan has them for all
  study.machine = machine_facts(all.trainer_options());
  study.command = all.request.command;
  for (std::uint32_t set = 0; set < all.data.size(); ++set) {
    study.sets.push_back(facts_of(study.definition.sets[set], all.data[set], all.splits[set],
                                  all.request.training.label_smoothing));
    study.networks.push_back(facts_of(set, all.networks[set], all.request.groups));
    for (const std::string& doubt :
         doubts_of(all.request, study.sets[set].name, study.sets[set].training_samples))
      all.warnings.push_back(doubt);
  }
  take_doubts(all);
  all.first_round = replay(all.request.plan, study, all.request.strategies).rounds.at(0);
  study.planned_trials = outlook_of(study, all.request.strategies).planned_trials();
  return all;
}

double forward_multiply_adds(const NetworkDescription& network) {
  double sum = 0;
  for (const LayerDescription& layer : network.layers)
    sum +=
        static_cast<double>(layer.weights) * layer.output.height * layer.output.width + layer.output.size();
  return sum;
}

MachineFacts machine_facts(const TrainerOptions& options) {
  const EngineSupport support = engine_support();
  MachineFacts facts;
  facts.processor = processor_name();
  facts.threads = options.threads ? options.threads : processor_count();
  facts.instruction_set = support.instruction_set;
  facts.numeric_class = support.numeric_class;
  facts.etalon_version = version;
  return facts;
}

}  // namespace etalon
