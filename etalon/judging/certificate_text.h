/// A certificate in plain sentences, the same for terminal and report. Each is empty where it has nothing to
/// say; none ends with a full stop.
#pragma once

#include <string>
#include <vector>

#include "etalon/study/recommendation.h"

namespace etalon {

/// "0.08 points", "less than 0.01 points": a difference of two accuracies, a share.
std::string points_text(double difference);

/// "under 1 %", "over 99 %", "7 %": a probability or share where whole percent are enough.
std::string share_text(double share);

/// "about 0.85 to be the best", "expected to lose ... against the best", "within 1 point of the best: ...",
/// "a run fails: ...", "one run in ten ends below ...". REQUIRES: a certificate.
std::vector<std::string> certainty_texts(const Recommendation& recommendation);

/// Whether one eta for all groups is enough, and what it costs. `axes` of the study.
std::string one_eta_text(const Recommendation& recommendation, const std::vector<Axis>& axes);

/// What the setting in use costs.
std::string current_text(const Recommendation& recommendation, const std::vector<Axis>& axes);

/// "12 min 3 s more would gain 0.05 points on average; 48 min 10 s more, 0.07 points": time of training.
std::string more_time_text(const Recommendation& recommendation);

/// A setting that may be the best, and how probable that is.
struct LikelyBest {
  Setting setting;
  double probability = 0;
};

/// The 95 % set, the likeliest first. REQUIRES: a certificate.
std::vector<LikelyBest> likely_best(const Recommendation& recommendation);

}  // namespace etalon
