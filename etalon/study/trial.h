/// A trial and what it leaves behind. Plain values; nothing here knows how they were made.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/study/setting.h"

namespace etalon {

/// Seed indices from here on confirm a choice and are never used to make one; those below tune.
inline constexpr std::uint32_t first_confirmation_seed = 10'000;

/// Names a trial within a study. The order is the order of reports and exports.
struct TrialKey {
  std::uint32_t set = 0;  ///< index into StudyDefinition::sets
  Setting setting;
  std::uint32_t seed_index = 0;
  auto operator<=>(const TrialKey&) const = default;
};

enum class Resolution { step, epoch };  ///< how often the training loss was reported

struct EpochPoint {
  double training_loss = 0;        ///< mean over the epoch's minibatches
  double validation_loss = 0;      ///< NaN where it was not measured
  double validation_accuracy = 0;  ///< share in [0, 1]; NaN where it was not measured
};

/// The losses of one trial, and no times. Where a run diverged it may be shorter than its budget: the first
/// non-finite loss is the last entry. An epoch that was not finished has no EpochPoint.
struct Curve {
  Resolution resolution = Resolution::step;
  double reference_loss =
      0;  ///< l_0: mean loss at the initial weights over the first min(20, all) minibatches
  std::uint32_t steps_per_epoch = 0;  ///< reports an epoch: minibatches, or 1 where resolution is epoch
  std::uint32_t budget_epochs = 0;
  std::vector<float> loss;         ///< minibatch training loss; entry t is before update t; [steps so far]
  std::vector<EpochPoint> epochs;  ///< [finished epochs]
};

/// The curve as it was when it had trained `epochs`, which becomes its budget; where it ended before, all of it.
Curve first_epochs(const Curve& curve, std::uint32_t epochs);

/// Bitwise equality: a NaN equals the same NaN.
bool same_bits(const Curve& a, const Curve& b);

/// True if a training or validation loss is not finite: the run cannot go on.
bool has_non_finite_loss(const Curve& curve);

/// When, where and how fast a trial ran. Never used in a choice.
struct TrialTimes {
  std::int64_t started_unix_millis = 0;
  std::int64_t finished_unix_millis = 0;
  double seconds = 0;          ///< of training, validation left out
  std::uint32_t attempts = 1;  ///< how often it was handed out until it was finished
  std::string host{};          ///< that finished it; may be empty
};

/// A finished trial: it trained to its budget or diverged before. Where the budget is raised it goes on.
struct TrialRecord {
  TrialKey key;
  Curve curve;
  std::string numeric_class;  ///< "x86-64-fma", "x86-64": bits agree within one class only
  std::uint64_t samples_trained = 0;
  TrialTimes times;
  std::uint32_t number =
      0;  ///< given by the store: ascends in the order in which a study's trials were finished
};

}  // namespace etalon
