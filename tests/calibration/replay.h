/// A small study drawn from a table of many seeds: the race, the choice and the certificate as a user gets
/// them, held against what the table knows.
#pragma once

#include <cstdint>

#include "tests/calibration/table.h"

namespace etalon::calibration {

struct ReplayOptions {
  std::uint32_t seeds = 3;         // a setting: the budget
  std::uint32_t confirmation = 8;  // fresh seeds
  bool race = true;                // else every setting has `seeds`
};

struct ReplayScore {
  std::size_t chosen = 0;  // index into the table's settings
  bool right = false;      // it is the best
  double regret = 0;       // truth of the best minus that of the chosen
  double p_best = 0;       // stated
  double p_within_point = 0;
  bool covered = false;  // the 95 % set holds the best
  std::size_t set_size = 0;
  double printed_error = 0;  // printed accuracy minus truth of the chosen
};

// One replay, a function of the table, the options and `number`. REQUIRES: the table has seeds enough for the
// whole budget on two settings and the confirmation.
ReplayScore replay(const Table& table, const ReplayOptions& options, std::uint64_t number);

}  // namespace etalon::calibration
