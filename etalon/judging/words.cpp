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

std::string stalled_sentence(const Look& look) {
  if (jumps(look)) return "The loss jumps at the start, falls back and learns nothing more.";
  if (const std::string why = why_unstable(look); !why.empty())
    return "The loss does not go down" + why + ".";
  if (look.descent > 0.1) return "The loss falls to the level of guessing and stays there.";
  return "The loss does not move.";
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

template <class Word>
Word middle(std::vector<Word> words) {
  std::sort(words.begin(), words.end());
  return words[words.size() / 2];
}

/// The look whose words are nearest to the cell's, for the sentence that all seeds share.
const Look& typical(const std::vector<const Look*>& looks, SpeedWord speed, StabilityWord stability) {
  const auto distance = [&](const Look* look) {
    return std::abs(static_cast<int>(speed_word(*look)) - static_cast<int>(speed)) +
           std::abs(static_cast<int>(stability_word(*look)) - static_cast<int>(stability));
  };
  return **std::min_element(looks.begin(), looks.end(),
                            [&](const Look* a, const Look* b) { return distance(a) < distance(b); });
}

/// Ends "The loss goes down fast, but one of 3 seeds diverged."
std::string seed_remark(std::size_t diverged, std::size_t stalled, std::size_t all) {
  std::vector<std::string> parts;
  if (diverged > 0) parts.push_back(count_of(diverged, all) + " seeds diverged");
  if (stalled > 0) parts.push_back(count_of(stalled, all) + " seeds did not learn");
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
  look.descent = descent(curve);
  look.area = area(curve);
  look.climb = climb(curve) / height;
  look.jump = jump(curve) / height;
  look.swing = oscillation(curve) / height;
  look.spikes = spikes(curve);
  if (look.spikes) look.tallest_spike = look.spikes->tallest / height;
  if (!curve.finite)
    look.blow_up_epochs = static_cast<double>(std::max<std::size_t>(1, curve.reported)) / epoch;
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

CellWords words_over_seeds(std::span<const Look> looks) {
  std::vector<const Look*> alive;
  std::vector<SpeedWord> speeds;
  std::vector<StabilityWord> stabilities;
  std::size_t stalled = 0;
  for (const Look& look : looks) {
    if (look.status == TrialStatus::diverged) continue;
    alive.push_back(&look);
    speeds.push_back(speed_word(look));
    stabilities.push_back(stability_word(look));
    stalled += look.status == TrialStatus::stalled;
  }
  const std::size_t diverged = looks.size() - alive.size();
  if (alive.empty()) {
    const std::string all = looks.size() == 1 ? "" : fmt::format(" All {} seeds diverged.", looks.size());
    return {speed_word(looks.front()), StabilityWord::diverging, sentence(looks.front()) + all};
  }
  CellWords words{middle(speeds), middle(stabilities), {}};
  const std::string common = sentence(typical(alive, words.speed, words.stability));
  if (stalled == alive.size()) stalled = 0;  // the sentence says it already
  if (diverged > 0) words.stability = std::max(words.stability, StabilityWord::really_unstable);
  if (2 * diverged >= looks.size()) words.stability = StabilityWord::diverging;
  const std::string remark = seed_remark(diverged, stalled, looks.size());
  if (remark.empty()) {
    words.sentence = common;
  } else if (diverged > 0 && words.speed != SpeedWord::not_moving) {
    words.sentence = fmt::format("The loss {}, but {}.", speed_phrase(words.speed), remark);
  } else {
    words.sentence = fmt::format("{}; {}.", common.substr(0, common.size() - 1), remark);
  }
  return words;
}

}  // namespace etalon
