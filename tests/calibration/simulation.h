/// Made-up tables: settings with known worth, noise and failures of the kinds that training shows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/calibration/table.h"

namespace etalon::calibration {

// equal-noise, unequal-noise (it grows towards the cliff), heavy-tails (Student's t on 3 degrees),
// seed-effects (half of the noise is the seed's), stalls (one run in ten stalls, anywhere), dies-late (one in
// ten learns and ends at chance)
std::vector<std::string> scenarios();

// A surface of its own for each `number`: 5 x 5 settings, a peak within the grid, a cliff of failure above
// it, 60 runs of each. The truth is worked out, not the runs' mean.
Table simulated_table(const std::string& scenario, std::uint64_t number);

}  // namespace etalon::calibration
