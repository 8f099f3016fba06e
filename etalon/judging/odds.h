/// Probabilities in words that claim no more than the seeds behind them can carry.
#pragma once

#include <cstdint>
#include <string>

namespace etalon {

/// "about 2 in 3" from fewer than 5 seeds, "about 0.85" from more; "over 0.95", "under 0.05" at the ends.
/// `probability` in [0, 1].
std::string odds_text(double probability, std::uint32_t seeds);

}  // namespace etalon
