#include "etalon/running/worker.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/base/version.h"
#include "etalon/running/prepare.h"
#include "etalon/search/registry.h"
#include "etalon/training/trainer.h"

namespace etalon {
namespace {

std::string place_of(const StudySnapshot& study) { return "study " + study.name; }

void require_same_program(const StudySnapshot& study) {
  if (study.machine.etalon_version != version)
    throw RequestError(
        {place_of(study), "made by Etalon " + study.machine.etalon_version,
         fmt::format("one made by this program's version, {}", version),
         "all workers of a study run the same version; install that one here, or run tune with this one"});
  if (study.definition.numerics_version > numerics_version)
    throw RequestError({place_of(study),
                        fmt::format("curves of numerics version {}", study.definition.numerics_version),
                        fmt::format("this program's version, {}, or an older one", numerics_version),
                        "use the program that the study was made with"});
}

void require_known_strategy(const StudySnapshot& study, const std::string& name) {
  const std::vector<std::string> known = known_strategies();
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  throw RequestError({place_of(study), "the strategy '" + name + "'", "one of " + join(known, ", "),
                      "this program does not know it; use the one that the study was made with"});
}

std::vector<std::string> set_names(const StudySnapshot& study) {
  std::vector<std::string> names;
  for (const SetFacts& set : study.sets) names.push_back(set.name);
  return names;
}

void require_known_sets(const StudySnapshot& study, const WorkerRequest& request) {
  const std::vector<std::string> known = set_names(study);
  for (const auto& [name, source] : request.sources)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw RequestError({{Field::source, " " + name + "=" + source},
                          "a set that " + place_of(study) + " does not have",
                          "one of " + join(known, ", "),
                          hint_for(name, known)});
}

/// The folder of "mnist:DIR", where a relative one was looked for too.
std::string looked_for(const std::string& source) {
  const std::size_t colon = source.find(':');
  if (colon == std::string::npos) return source;
  return std::filesystem::absolute(source.substr(colon + 1)).lexically_normal().string();
}

bool is_there(const std::string& source) {
  const std::size_t colon = source.find(':');
  std::error_code ignored;
  return colon == std::string::npos || std::filesystem::exists(source.substr(colon + 1), ignored);
}

/// "mnist:DIR", of the kind that the study names, or that was asked for in place of a generated set.
std::string usage_like(const std::string& named, const std::string& asked) {
  const std::string& source = named.find(':') == std::string::npos ? asked : named;
  return source.substr(0, source.find(':')) + ":DIR";
}

/// Data that lies nowhere near is told in the study's words: its source was written on another machine.
void require_data(const StudySnapshot& study, const std::vector<std::string>& sources) {
  for (std::size_t set = 0; set < sources.size(); ++set)
    if (!is_there(sources[set]))
      throw RequestError(
          {fmt::format("data set {} of {}", study.sets[set].name, place_of(study)),
           "nothing at " + looked_for(sources[set]),
           fmt::format("the data that the study names '{}'", study.sets[set].source),
           {Field::source, fmt::format(" {}={} where it lies elsewhere on this machine", study.sets[set].name,
                                       usage_like(study.sets[set].source, sources[set]))}});
}

void require_same_data(const StudySnapshot& study, const Preparation& all) {
  for (std::size_t set = 0; set < all.data.size(); ++set) {
    const std::string& expected = study.definition.sets.at(set).fingerprint;
    if (all.data[set].fingerprint != expected)
      throw RequestError({fmt::format("data set {} of {}", study.sets[set].name, place_of(study)),
                          fmt::format("other data at {}: fingerprint {:.12}", all.data[set].source,
                                      all.data[set].fingerprint),
                          fmt::format("fingerprint {:.12}", expected),
                          "the same images and labels must lie on every machine"});
  }
  if (!is_same_study(all.study.definition, study.definition))
    throw RequestError({place_of(study), "a definition that this program makes otherwise", "the same one",
                        "use the program that the study was made with"});
}

/// Those of all plans of the study; none where its batch is fixed.
std::vector<std::uint32_t> other_batches(const StudySnapshot& study, StudyRequest request) {
  std::vector<std::uint32_t> all;
  if (std::ranges::find(request.axes, Quantity::batch, &Axis::quantity) == request.axes.end()) return all;
  for (const StudyPlan& plan : study.asked) {
    request.plan = plan;
    const std::vector<std::uint32_t> some = batches_of(request);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

StudyRequest request_of(const StudySnapshot& study, const WorkerRequest& request) {
  require_same_program(study);
  require_known_strategy(study, study.plan.strategy);
  for (const StudyPlan& plan : study.asked) require_known_strategy(study, plan.strategy);
  require_known_sets(study, request);
  const StudyDefinition& definition = study.definition;
  StudyRequest made;
  made.sets.clear();
  for (const SetFacts& set : study.sets) {
    const auto elsewhere = request.sources.find(set.name);
    made.sets.push_back(elsewhere == request.sources.end() ? set.source : elsewhere->second);
  }
  made.augmentation = definition.augmentation;
  made.network = definition.network;
  made.groups = definition.groups;
  made.axes = definition.axes;
  made.training = definition.training;
  made.batch = definition.batch;
  made.samples = definition.samples;
  made.validation = definition.validation;
  made.epochs = epochs_of(study);
  made.study_seed = definition.study_seed;
  made.plan = study.asked.empty() ? study.plan : study.asked.back();
  made.other_batches = other_batches(study, made);
  made.threads = request.threads;
  made.memory = request.memory;
  made.stored = true;
  made.numerics = definition.numerics_version;
  made.study_name = study.name;
  made.command = study.command;
  return made;
}

PreparedStudy prepare_worker(const StudySnapshot& study, const WorkerRequest& request) {
  StudyRequest made = request_of(study, request);
  require_data(study, made.sets);
  PreparedStudy prepared(std::move(made));
  require_same_data(study, prepared.preparation());
  return prepared;
}

}  // namespace etalon
