#include "etalon/judging/words.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/judging/limits.h"
#include "etalon/judging/statistics.h"

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

/// A few calm steps do not show that a run is stable; a few wild ones show that it is not.
StabilityWord as_far_as_shown(StabilityWord word, const Look& look) {
  return look.too_short && calm(word) ? StabilityWord::too_short : word;
}

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
  if (part == all && all > 1) return fmt::format("all {}", all);
  return part < std::size(words) ? fmt::format("{} of {}", words[part], all)
                                 : fmt::format("{} of {}", part, all);
}

struct SeedCounts {
  std::size_t all = 0, failed = 0, diverged = 0, stalled = 0, guessing = 0;
  bool learned_something = false;  ///< a stalled seed was still going down, or its accuracy above chance

  bool some_failed() const { return failed > 0 && failed < all; }
};

/// The curve goes down, and yet the accuracy is no better than a guess.
bool ends_guessing(const Look& look) {
  return look.status == TrialStatus::learning && fate_of(look) != Fate::learned;
}

SeedCounts count_seeds(std::span<const Look> looks) {
  SeedCounts counts;
  counts.all = looks.size();
  for (const Look& look : looks) {
    counts.failed += fate_of(look) == Fate::failed;
    counts.diverged += look.status == TrialStatus::diverged;
    counts.guessing += ends_guessing(look);
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
  if (seeds.guessing > 0 && seeds.all > 1)
    parts.push_back(count_of(seeds.guessing, seeds.all) + " seeds ended no better than a guess");
  return fmt::format("{}", fmt::join(parts, " and "));
}

std::vector<double> accuracies_of(std::span<const Look> looks) {
  std::vector<double> accuracies;
  for (const Look& look : looks)
    if (look.accuracy) accuracies.push_back(*look.accuracy);
  return accuracies;
}

/// "; the accuracies lie between 9 and 91 %"
std::string range_text(std::span<const Look> looks) {
  const std::vector<double> accuracies = accuracies_of(looks);
  if (accuracies.size() < 2) return {};
  const auto [low, high] = std::ranges::minmax(accuracies);
  return fmt::format("; the accuracies lie between {:.0f} and {:.0f} %", 100 * low, 100 * high);
}

/// Without its full stop, for a run or a line that learns.
std::string learning_sentence(const Look& look, StabilityWord stability) {
  const SpeedWord speed = speed_word(look);
  const std::string start = fmt::format(
      "{} {}", jumps(look) ? "After a jump at the start, the loss" : "The loss", speed_phrase(speed));
  if (stability == StabilityWord::too_short)
    return fmt::format("{}; fewer than {} steps do not show how stable it is", start, limits::short_run);
  const std::string why = stability == stability_word(look) ? why_unstable(look) : "";
  return fmt::format("{} {}{}", start, join_stability(speed, stability), why);
}

/// The sentence of the seeds together, what some of them did, and where they end.
std::string sentence_of(const SeedCounts& seeds, std::span<const Look> looks, const Look& together,
                        StabilityWord stability, bool apart) {
  const std::string remark = seed_remark(seeds),
                    range = apart || seeds.some_failed() ? range_text(looks) : "";
  if (together.status != TrialStatus::learning) {
    std::string text = sentence(together);
    text.pop_back();
    return fmt::format("{}{}{}{}.", text, remark.empty() ? "" : "; ", remark, range);
  }
  const std::string goes = "The loss " + speed_phrase(speed_word(together));
  if (seeds.some_failed()) return fmt::format("{}, but {}{}.", goes, remark, range);
  if (apart && calm(stability_word(together)))
    return fmt::format("{}, but its seeds end far apart{}{}{}.", goes, remark.empty() ? "" : "; ", remark,
                       range);
  std::string text = learning_sentence(together, stability);
  if (seeds.all == 1 && ends_guessing(together))
    text += "; the accuracy at the end is no better than a guess";
  return fmt::format("{}{}{}{}.", text, remark.empty() ? "" : "; ", remark, range);
}

}  // namespace

Look look_at(const NormalizedCurve& curve, const CurveMeasures& measures, TrialStatus status,
             std::optional<double> target, double label_entropy) {
  Look look;
  look.status = status;
  const double epoch = static_cast<double>(curve.steps_per_epoch),
               height = guessing_level(curve, label_entropy);
  look.budget_epochs = static_cast<double>(curve.loss.size()) / epoch;
  if (target && curve.share(*target) < height) {
    look.target = epochs_to_loss(curve, *target);
    look.made = (height - measures.final_loss) / (height - curve.share(*target));
  }
  look.level = measures.final_loss / height;
  look.descent = measures.descent;
  look.area = measures.area;
  look.climb = measures.climb / height;
  look.jump = measures.jump / height;
  look.swing = measures.oscillation / height;
  look.spikes = measures.spikes;
  if (look.spikes) look.tallest_spike = look.spikes->tallest / height;
  if (!curve.finite)
    look.blow_up_epochs = static_cast<double>(std::max<std::size_t>(1, curve.reported)) / epoch;
  look.still_falling = measures.still_falling;
  look.too_short = measures.too_short;
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
  return as_far_as_shown(std::max({grade(look.climb, limits::climb), grade(look.swing, limits::swing),
                                   jump_grade(look), spike_grade(look)}),
                         look);
}

Fate fate_of(const Look& look) {
  return look.fate.value_or(look.status == TrialStatus::learning ? Fate::learned : Fate::failed);
}

std::string sentence(const Look& look) {
  if (look.status == TrialStatus::diverged) return diverged_sentence(look);
  if (look.status == TrialStatus::stalled) return stalled_sentence(look);
  return learning_sentence(look, stability_word(look)) +
         (ends_guessing(look) ? "; the accuracy at the end is no better than a guess." : ".");
}

std::optional<double> seed_spread(std::span<const Look> looks, double best_rise, std::uint32_t samples) {
  const std::vector<double> accuracies = accuracies_of(looks);
  if (accuracies.size() < 2 || best_rise <= 0) return {};
  double sampling = 0;
  for (const double accuracy : accuracies) sampling += accuracy * (1 - accuracy) / std::max(1u, samples);
  const double variance = sample_variance(accuracies) - sampling / static_cast<double>(accuracies.size());
  return std::sqrt(std::max(0.0, variance)) / best_rise;
}

CellWords words_over_seeds(std::span<const Look> looks, const Look& together, std::optional<double> spread) {
  check(!looks.empty(), "looks", looks.size(), "at least one");
  SeedCounts seeds = count_seeds(looks);
  CellWords words{speed_word(together), stability_word(together), {}};
  const StabilityWord apart = spread ? grade(*spread, limits::seed_spread) : StabilityWord::perfectly_stable;
  words.stability = as_far_as_shown(std::max(words.stability, apart), together);
  if (seeds.diverged > 0 || seeds.some_failed())
    words.stability = std::max(words.stability, StabilityWord::really_unstable);
  if (2 * seeds.diverged >= seeds.all) words.stability = StabilityWord::diverging;
  if (seeds.diverged == seeds.all) {
    const Look& spoken = together.status == TrialStatus::diverged ? together : looks.front();
    words.sentence =
        sentence(spoken) + (seeds.all == 1 ? "" : fmt::format(" All {} seeds diverged.", seeds.all));
    return words;
  }
  if (together.status == TrialStatus::stalled && seeds.stalled + seeds.diverged == seeds.all)
    seeds.stalled = 0;  // the sentence says it already
  words.sentence = sentence_of(seeds, looks, together, words.stability, !calm(apart));
  return words;
}

}  // namespace etalon
