/// Many runs of every setting of a grid, so that what a setting is worth is known: what calibration replays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/study/verdict.h"

namespace etalon::calibration {

struct Table {
  std::string name;
  double chance = 0.1;
  std::uint32_t validation_samples = 2000;
  double epochs = 1;                       // the budget
  std::vector<Setting> settings;           // in Setting order
  std::vector<std::vector<Verdict>> runs;  // [setting][seed]; as many seeds for each
  std::vector<double> truth;               // [setting] expected accuracy of a run

  std::size_t seeds() const { return runs.front().size(); }
  std::size_t best() const;  // the setting of the highest truth
};

// The mean accuracy of all runs, as the truth.
std::vector<double> mean_accuracies(const std::vector<std::vector<Verdict>>& runs);

// One table a data set of a file that make_tables.py wrote:
// set,eta_conv,eta_full,seed,status,accuracy,epochs,reached,area,set_back,spike_share,instability. Comment
// lines begin with '#'; "# set NAME chance C validation N epochs E" tells the facts. Throws
// std::runtime_error for anything else.
std::vector<Table> read_tables(const std::string& file);

}  // namespace etalon::calibration
