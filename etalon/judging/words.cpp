#include "etalon/judging/words.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "etalon/judging/limits.h"

namespace etalon {
namespace {

StabilityWord grade(double value, const limits::StabilityLimits& limit) {
  if (value < limit.perfect) return StabilityWord::perfectly_stable;
  if (value < limit.quite) return StabilityWord::quite_stable;
  return value < limit.unstable ? StabilityWord::unstable : StabilityWord::really_unstable;
}

StabilityWord spike_grade(const Look& look) {
  const bool visible = look.spikes && look.tallest_spike >= limits::visible_spike;
  return visible ? grade(look.spikes->share, limits::spike_share) : StabilityWord::perfectly_stable;
}

/// A jump at the start that is over at once ends perfect stability and no more, unless the run never
/// recovers.
StabilityWord jump_grade(const Look& look) {
  if (look.jump < limits::visible_jump) return StabilityWord::perfectly_stable;
  return look.status == TrialStatus::stalled ? StabilityWord::unstable : StabilityWord::quite_stable;
}

std::string speed_phrase(SpeedWord speed) {
  switch (speed) {
    case SpeedWord::super_fast:
      return "goes down super fast";
    case SpeedWord::fast:
      return "goes down fast";
    case SpeedWord::slow:
      return "goes down slowly";
    case SpeedWord::very_slow:
      return "takes a long time to go down";
    case SpeedWord::not_moving:
      return "does not go down";
  }
  return {};
}

bool quick(SpeedWord speed) { return speed == SpeedWord::super_fast || speed == SpeedWord::fast; }
bool calm(StabilityWord word) { return word <= StabilityWord::quite_stable; }

/// "and is quite stable", "but is unstable": 'but' where one is good and the other is not.
std::string join_stability(SpeedWord speed, StabilityWord stability) {
  return fmt::format("{} is {}", quick(speed) == calm(stability) ? "and" : "but", to_text(stability));
}

/// What makes an unstable run so: the measure whose word is the worst.
std::string why_unstable(const Look& look) {
  const StabilityWord word = stability_word(look);
  if (calm(word)) return {};
  if (grade(look.climb, limits::climb) == word) return ": it climbs back on the way";
  if (grade(look.swing, limits::swing) == word) return ": it swings up and down";
  if (spike_grade(look) != word) return {};
  return look.spikes->count == 1 ? ": it has a sharp spike" : ": it has sharp spikes";
}

bool jumps(const Look& look) { return look.jump >= limits::visible_jump; }

/// A flat line goes on nowhere, though its noise may have a slope.
bool goes_on(const Look& look) {
  return look.descent > limits::visible_descent && look.still_falling.value_or(0) > limits::still_falling;
}

std::string stalled_sentence(const Look& look) {
  if (jumps(look))
    return goes_on(look)       ? "The loss jumps at the start, falls back and is still going down."
           : look.above_chance ? "The loss jumps at the start and falls back; the accuracy is above chance."
                               : "The loss jumps at the start, falls back and learns nothing more.";
  if (const std::string why = why_unstable(look); !why.empty())
    return "The loss does not go down" + why + ".";
  if (look.descent <= limits::visible_descent) return "The loss does not move.";
  if (look.level > limits::near_guessing)
    return "The loss goes down, but stays above the level of guessing to the end of the budget.";
  return goes_on(look) ? "The loss falls to the level of guessing within the budget and is still going down."
         : look.above_chance
             ? "The loss falls to the level of guessing within the budget; the accuracy is above chance."
             : "The loss falls to the level of guessing and stays there.";
}

std::string when_it_blows_up(double epochs) {
  if (epochs <= 1) return "within the first epoch";
  return fmt::format("in epoch {}", static_cast<int>(std::ceil(epochs)));
}

std::string diverged_sentence(const Look& look) {
  if (!look.blow_up_epochs) return "The loss goes up and ends higher than it began.";
  const std::string when = when_it_blows_up(*look.blow_up_epochs);
  if (look.target && look.target->reached) return fmt::format("The loss goes down, then blows up {}.", when);
  return fmt::format("The loss blows up {}.", when);
}

std::string count_of(std::size_t part, std::size_t all) {
  static const char* const words[] = {"none", "one", "two", "three", "four", "five", "six"};
  return part < std::size(words) ? fmt::format("{} of {}", words[part], all)
                                 : fmt::format("{} of {}", part, all);
}

struct SeedCounts {
  std::size_t all = 0, diverged = 0, stalled = 0;
  bool learned_something = false;  ///< a stalled seed was still going down, or its accuracy above chance
};

SeedCounts count_seeds(std::span<const Look> looks) {
  SeedCounts counts;
  counts.all = looks.size();
  for (const Look& look : looks) {
    counts.diverged += look.status == TrialStatus::diverged;
    if (look.status != TrialStatus::stalled) continue;
    ++counts.stalled;
    counts.learned_something = counts.learned_something || goes_on(look) || look.above_chance;
  }
  return counts;
}

/// Ends "The loss goes down fast, but one of 3 seeds diverged."
std::string seed_remark(const SeedCounts& seeds) {
  std::vector<std::string> parts;
  if (seeds.diverged > 0) parts.push_back(count_of(seeds.diverged, seeds.all) + " seeds diverged");
  if (seeds.stalled > 0)
    parts.push_back(count_of(seeds.stalled, seeds.all) +
                    (seeds.learned_something ? " seeds did not get below the level of guessing"
                                             : " seeds did not learn"));
  return fmt::format("{}", fmt::join(parts, " and "));
}

}  // namespace

Look look_at(const NormalizedCurve& curve, TrialStatus status, std::optional<double> target,
             double label_entropy) {
  Look look;
  look.status = status;
  const double epoch = static_cast<double>(curve.steps_per_epoch),
               height = guessing_level(curve, label_entropy);
  look.budget_epochs = static_cast<double>(curve.loss.size()) / epoch;
  if (target && curve.share(*target) < height) {
    look.target = epochs_to_loss(curve, *target);
    look.made = (height - final_loss(curve)) / (height - curve.share(*target));
  }
  look.level = final_loss(curve) / height;
  look.descent = descent(curve);
  look.area = area(curve);
  look.climb = climb(curve) / height;
  look.jump = jump(curve) / height;
  look.swing = oscillation(curve) / height;
  look.spikes = spikes(curve);
  if (look.spikes) look.tallest_spike = look.spikes->tallest / height;
  if (!curve.finite)
    look.blow_up_epochs = static_cast<double>(std::max<std::size_t>(1, curve.reported)) / epoch;
  look.still_falling = still_falling(curve);
  return look;
}

SpeedWord speed_word(const Look& look) {
  if (look.status == TrialStatus::stalled) return SpeedWord::not_moving;
  if (!look.target) {
    if (look.status == TrialStatus::diverged) return SpeedWord::not_moving;
    if (look.area < limits::super_fast_area) return SpeedWord::super_fast;
    if (look.area < limits::fast_area) return SpeedWord::fast;
    return look.area < limits::slow_area ? SpeedWord::slow : SpeedWord::very_slow;
  }
  const double share = look.target->epochs / look.budget_epochs;
  if (look.target->reached && share <= limits::super_fast) return SpeedWord::super_fast;
  if (look.target->reached && share <= limits::fast) return SpeedWord::fast;
  if (look.target->reached) return SpeedWord::slow;
  if (look.status == TrialStatus::diverged) return SpeedWord::not_moving;
  return look.made >= limits::slow_descent ? SpeedWord::slow : SpeedWord::very_slow;
}

StabilityWord stability_word(const Look& look) {
  if (look.status == TrialStatus::diverged) return StabilityWord::diverging;
  return std::max({grade(look.climb, limits::climb), grade(look.swing, limits::swing), jump_grade(look),
                   spike_grade(look)});
}

std::string sentence(const Look& look) {
  const SpeedWord speed = speed_word(look);
  const StabilityWord stability = stability_word(look);
  if (look.status == TrialStatus::diverged) return diverged_sentence(look);
  if (look.status == TrialStatus::stalled) return stalled_sentence(look);
  return fmt::format("{} {} {}{}.", jumps(look) ? "After a jump at the start, the loss" : "The loss",
                     speed_phrase(speed), join_stability(speed, stability), why_unstable(look));
}

CellWords words_over_seeds(std::span<const Look> looks, const Look& together) {
  SeedCounts seeds = count_seeds(looks);
  CellWords words{speed_word(together), stability_word(together), sentence(together)};
  if (seeds.diverged > 0) words.stability = std::max(words.stability, StabilityWord::really_unstable);
  if (2 * seeds.diverged >= seeds.all) words.stability = StabilityWord::diverging;
  if (seeds.diverged == seeds.all) {
    const Look& spoken = together.status == TrialStatus::diverged ? together : looks.front();
    words.sentence =
        sentence(spoken) + (seeds.all == 1 ? "" : fmt::format(" All {} seeds diverged.", seeds.all));
    return words;
  }
  if (together.status == TrialStatus::stalled && seeds.stalled + seeds.diverged == seeds.all)
    seeds.stalled = 0;  // the sentence says it already
  const std::string remark = seed_remark(seeds);
  if (!remark.empty() && seeds.diverged > 0 && together.status == TrialStatus::learning)
    words.sentence = fmt::format("The loss {}, but {}.", speed_phrase(words.speed), remark);
  else if (!remark.empty())
    words.sentence = fmt::format("{}; {}.", words.sentence.substr(0, words.sentence.size() - 1), remark);
  return words;
}

}  // namespace etalon
