/// Several seeds of one setting seen as one: the line that a plot draws for them, and how it looks.
#pragma once

#include <optional>
#include <span>

#include "etalon/judging/measures.h"
#include "etalon/judging/words.h"

namespace etalon {

/// At every t the median of the seeds' smoothed losses, as the plots draw it: of an even number the mean of
/// the middle two, infinite (1e6) where either is. In shares of the median reference. Not finite where at
/// least half of the seeds are not. Its doubt is that of a median of so many. REQUIRES: `curves` not empty,
/// all of one study.
NormalizedCurve median_curve(std::span<const NormalizedCurve* const> curves);

/// How the seeds look together. Status, speed and descent are those of the drawn median. What that line
/// hides, as it is smoothed and mixed of several seeds, is the median of the seeds' own measures: jump,
/// swing, spikes, the last slope; and the climb is at least that median, as seeds climb at different times. A
/// diverged seed counts in the line alone, unless all diverged. One seed looks as it does. REQUIRES: `looks`,
/// [seed] as `curves`, not empty; `target` and `label_entropy` as for look_at.
Look look_over_seeds(std::span<const NormalizedCurve* const> curves, std::span<const Look> looks,
                     std::optional<double> target, double label_entropy);

}  // namespace etalon
