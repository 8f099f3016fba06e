/// What one command line asks for, its study file included: the defaults, then the file, then the options.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "etalon/app/current_setting.h"
#include "etalon/app/options/option.h"
#include "etalon/base/error.h"
#include "etalon/running/request.h"
#include "etalon/running/study_runner.h"
#include "etalon/running/worker.h"

namespace etalon {

/// What `submit` asks of Slurm.
struct JobRequest {
  bool slurm = false;
  bool follow = false;     ///< a study that was submitted before
  bool no_follow = false;  ///< leave once the jobs are submitted
  bool one_machine = false;
  std::optional<std::uint32_t> nodes, workers, cpus_per_worker;
  std::optional<std::string> time, partition, job_name, script;  ///< each one line of text
};

struct Request {
  std::vector<std::string>
      words;  ///< the command line as typed, the program's name first: the line that resumes
  std::vector<TypedOption> typed;       ///< in the order of the table
  std::map<Field, std::string> places;  ///< where a field was written

  StudyRequest study;
  WorkOptions work;
  std::optional<bool> refine;                 ///< empty: where the strategy is a race and no etas are listed
  std::optional<std::uint32_t> confirmation;  ///< empty: 8 with a race, else 0
  std::optional<NamedValues> current;         ///< what is in use now
  std::vector<AxisValues> axes;               ///< to vary beside etas; the study has them once it is complete
  std::string study_file;                     ///< empty: none
  std::string store = "etalon.db";
  std::string out = "report";
  bool report = true;
  JobRequest jobs;
  std::map<std::string, std::string> sources;  ///< set name -> where it lies on this machine
  std::uint32_t trials_again = 3;              ///< to train again, of `study verify`
  std::string from, to;                        ///< stores, of `study copy`
  std::string set, folder = ".";               ///< of `data describe` and `data make`
  bool dry_run = false, yes = false, force = false, json = false, quiet = false;

  /// Reads one option and remembers where it was written.
  void take(const Option& option, const Given& given);
  /// Whether an option was typed: "--threads".
  bool has_typed(const std::string& flag) const;
  /// What the field is called: where it was written, else its option.
  std::string place(Field field) const;
  FieldNames field_names() const;
  std::optional<std::string> report_folder() const { return report ? std::optional(out) : std::nullopt; }
  WorkerRequest machine() const { return {sources, study.threads, study.memory}; }
};

/// Reads what was typed, after the study file that it names. Throws RequestError for any value that cannot be
/// right, naming the option or the study file's line; `to` says then what was read before. Names of sets,
/// networks and strategies are checked when the study is prepared.
void read_request(std::vector<TypedOption> typed, Request& to, Options options = option_table());

/// Reads the typed options once more, onto another request.
void apply_typed(const std::vector<TypedOption>& typed, Request& to);

}  // namespace etalon
