/// What a user asks for, as one value: made from options and a study file by the app, or by a library user's
/// own code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/search/registry.h"
#include "etalon/study/definition.h"

namespace etalon {

struct StudyRequest {
  std::vector<std::string> sets{"shapes", "digits", "scenes"};  ///< as for open_data
  std::vector<std::string> augmentation;                        ///< "shift 2", "crop 4", "flip"
  NetworkSpec network;
  std::vector<LayerGroup> groups = default_groups();
  std::vector<Axis> axes;  ///< to vary besides an eta for each group, ascending: StudyDefinition::axes
  TrainingSpec training;
  std::uint32_t batch = 64;
  std::uint32_t samples = 0;     ///< 0: all that validation leaves
  std::uint32_t validation = 0;  ///< 0: a sixth of the training part
  std::uint32_t epochs = 1;
  std::uint64_t study_seed = 0;
  StudyPlan plan;
  StrategyMaker strategies = make_strategy;  ///< how plans of this study become strategies, on every worker

  std::uint32_t threads = 0;   ///< 0: one a core
  std::uint64_t memory = 0;    ///< bytes that a study may hold, at the price of fewer threads; 0: any
  bool stored = false;         ///< of a study that is in the store already: trained as it is, void or not
  std::uint32_t numerics = 0;  ///< version by which that one was begun; 0: this program's
  std::string study_name;      ///< empty: default_study_name of the definition
  std::vector<std::uint32_t> other_batches{};  ///< that plans of others of the same study train with
  std::string command;                         ///< the command line that reproduces the study, for the report
};

/// The batches that the study trains with, ascending: `batch`, or the values of the axis that varies it.
std::vector<std::uint32_t> batches_of(const StudyRequest& request);

/// The seed document's axis: 1e-4, 1e-3, 1e-2, 1e-1, 1.
std::vector<double> default_etas();

/// Throws RequestError for a number out of its range, or values that do not fit the axes. What needs the data
/// is checked by PreparedStudy.
void require_valid(const StudyRequest& request);

}  // namespace etalon
