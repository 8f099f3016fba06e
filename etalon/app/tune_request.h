/// What one `etalon tune` is asked to do: defaults, then the study file, then the options given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "etalon/app/command_line.h"
#include "etalon/app/current_setting.h"
#include "etalon/running/request.h"
#include "etalon/running/study_runner.h"

namespace etalon {

struct TuneRequest {
  StudyRequest study;
  WorkOptions work;
  std::optional<bool> refine;                 ///< empty: where the strategy is a race and no etas are listed
  std::optional<std::uint32_t> confirmation;  ///< empty: 8 with a race, else 0
  std::optional<NamedEtas> current;           ///< what is in use now
  std::string store = "etalon.db";
  std::string out = "report";
  bool report = true;
  std::string store_place = "--store";  ///< where it was written; begins error messages
  std::string out_place = "--out";

  std::optional<std::string> report_folder() const { return report ? std::optional(out) : std::nullopt; }
};

/// Throws RequestError for any value that cannot be right, naming the option or the study file's line. Names
/// of sets, networks and strategies are checked when the study is prepared.
TuneRequest tune_request(const TuneArguments& arguments);

/// Throws RequestError unless report and store can be written: checked before anything is opened, so that
/// hours of training never end at a locked door.
void require_places(const TuneRequest& request);

}  // namespace etalon
