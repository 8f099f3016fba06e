/// What many replays come to: stated against right.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/calibration/replay.h"

namespace etalon::calibration {

// Replays whose stated P(best) lies in one of the bins [0.5, 0.6), ... [0.9, 0.95).
struct Bin {
  double low = 0, high = 0;
  std::size_t replays = 0;
  double stated = 0, right = 0;  // means
};

struct Summary {
  std::string name;
  std::size_t replays = 0;
  double regret = 0, right = 0, stated = 0, within_point = 0, stated_within_point = 0;
  double coverage = 0, set_size = 0, printed_error = 0;  // means
  std::vector<Bin> bins;

  // Largest |stated - right| over the bins with at least `least` replays; nothing without such a bin.
  std::optional<double> worst_bin(std::size_t least) const;
};

Summary summary_of(const std::string& name, const std::vector<ReplayScore>& scores);

// A Markdown table: a row a summary. Accuracies in points.
std::string markdown(const std::vector<Summary>& summaries);

}  // namespace etalon::calibration
