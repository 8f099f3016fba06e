/// What a study is (StudyDefinition: fixed for ever) and how much of it is asked for (StudyPlan: may grow).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/study/setting.h"

namespace etalon {

/// A network known by name ("lenet5"), or a list of layers such as "conv 6 5x5 pad
/// 2". Exactly one is filled.
struct NetworkSpec {
  std::string name = "lenet5";
  std::vector<std::string> layers;
  bool operator==(const NetworkSpec&) const = default;
};

struct OptimizerSpec {
  std::string name = "sgd";  ///< sgd, momentum, nesterov, adam, adamw
  double momentum = 0.9;     ///< [0, 1); momentum and nesterov only
  double beta1 = 0.9;        ///< [0, 1); adam and adamw only
  double beta2 = 0.999;      ///< [0, 1); adam and adamw only
  double epsilon = 1e-8;     ///< > 0; adam and adamw only
  double weight_decay =
      0.0;  ///< >= 0; added to the gradient (adamw: decoupled); on weights and biases alike, as PyTorch does
  bool operator==(const OptimizerSpec&) const = default;
};

/// A factor on every eta as a function of training progress over the study's full epochs, never over a rung.
struct ScheduleSpec {
  std::string name = "constant";  ///< constant, step, cosine, exponential
  double warmup_epochs = 0.0;     ///< >= 0: linear from 0 over so many epochs, before any schedule
  double step_epochs = 1.0;       ///< > 0; step: the factor is applied once each so many epochs
  double factor =
      0.1;  ///< (0, 1]; step: each time; exponential: each epoch; cosine: the share left at the end is 0
  bool operator==(const ScheduleSpec&) const = default;
};

struct TrainingSpec {
  OptimizerSpec optimizer;
  ScheduleSpec schedule;
  /// torch, he, he-uniform, glorot, glorot-uniform (nn/initializer.h; plain he and glorot are normal)
  std::string initializer = "torch";
  double label_smoothing =
      0.0;  ///< [0, 1): share of each label spread evenly over the classes, while training
  bool operator==(const TrainingSpec&) const = default;
};

/// One data set of a study: its name and what it holds, never where it lies.
struct SetIdentity {
  std::string name;         ///< "mnist", "shapes"; unique within a study
  std::string fingerprint;  ///< SHA-256 over shapes, pixels and labels
  bool operator==(const SetIdentity&) const = default;
};

/// Everything that a curve depends on but setting and seed index. Two studies with equal definitions are the
/// same study.
struct StudyDefinition {
  std::vector<SetIdentity> sets;
  NetworkSpec network;
  std::vector<LayerGroup> groups = default_groups();
  /// What is varied beside an eta for each group. What an axis sets stands in `training` or `batch` with its
  /// default, which is used where no axis sets it for a group.
  std::vector<Axis> axes;
  TrainingSpec training;
  std::uint32_t batch = 64;      ///< samples a minibatch; the last partial batch of an epoch is dropped
  std::uint32_t samples = 0;     ///< training samples used; 0: all that validation leaves
  std::uint32_t validation = 0;  ///< validation samples cut off first; 0: a sixth of the training part
  /// The budget that the study was made with, and the span of a schedule that ends with it. What is asked for
  /// now stands in the plan.
  std::uint32_t epochs = 1;
  std::uint64_t study_seed = 0;
  std::vector<std::string> augmentation;  ///< of training samples: "shift 2", "crop 4", "flip"
  std::uint32_t numerics_version = 0;     ///< training::numerics_version when the study was made
  bool operator==(const StudyDefinition&) const = default;
};

/// The axes that settings are points along: an eta for each group, then definition.axes.
std::vector<Axis> axes_of(const StudyDefinition& definition);
std::vector<Axis> axes_of(const std::vector<LayerGroup>& groups, const std::vector<Axis>& further = {});

/// JSON with sorted keys, the same text for equal definitions; definition_from_text reads it back.
std::string to_text(const StudyDefinition& definition);
StudyDefinition definition_from_text(const std::string& text);  ///< throws Failure on anything else

/// Whether the optimizer reads its momentum.
bool uses_momentum(const OptimizerSpec& optimizer);

/// True if no step's eta depends on how many epochs follow: then a curve of few epochs is the beginning of the
/// curve of many, and a study's budget may be raised.
bool can_grow(const ScheduleSpec& schedule);

/// True if trials of both lie on the same curves: equal, but for the epochs where the schedule can grow.
bool is_same_study(const StudyDefinition& a, const StudyDefinition& b);

/// "shapes+digits-lenet5-3f9a2c": the sets, the network and the first 6 digits of the SHA-256 of what
/// is_same_study compares.
std::string default_study_name(const StudyDefinition& definition);

/// The same with the epochs among what is digested: how studies were named when each budget was one of its own.
std::string name_with_epochs(const StudyDefinition& definition);

/// How the winner is chosen; part of the plan, as it changes no curve.
struct ChoiceRules {
  double speed_weight = 0.5;  ///< [0, 1]: weight of speed; the rest goes to stability
  double divergence_limit =
      0.1;  ///< [0, 1]: largest share of failing runs that may be chosen, as far as seeds tell
  std::optional<Setting> current;  ///< what is in use now: the certificate says what it costs
  std::optional<double>
      target_loss;  ///< training loss > 0 to reach; default: 90 % of the best trial's descent
  std::optional<double>
      target_accuracy;  ///< validation accuracy (0, 1] to reach; default: the same share of its rise
  bool operator==(const ChoiceRules&) const = default;
};

struct StudyPlan {
  SearchSpace space;
  std::string strategy = "race";   ///< race, grid, random
  std::uint32_t trials = 0;        ///< random: settings to draw; else 0
  std::uint32_t epochs = 0;        ///< how far every curve goes; 0: the definition's, or of one request
                                   ///< among several: the study's
  std::uint32_t seeds = 3;         ///< of each setting, indices 0 .. seeds-1; race: on average over settings
  bool refine = false;             ///< race: half steps join around the leaders
  std::uint32_t confirmation = 0;  ///< fresh seeds for each set's choice and its closest rival; 0: none
  ChoiceRules choice;
  bool operator==(const StudyPlan&) const = default;
};

std::string to_text(const StudyPlan& plan);
StudyPlan plan_from_text(const std::string& text);  ///< throws Failure on anything else

}  // namespace etalon
