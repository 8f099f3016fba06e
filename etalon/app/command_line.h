/// The command line as values: which command, and what was typed for each option. Nothing is opened or run
/// here.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace etalon {

/// What every command takes.
struct CommonArguments {
  bool json = false;
  bool quiet = false;
};

/// Options as they were typed; an empty optional was not given. Values are checked by tune_request.
struct TuneArguments : CommonArguments {
  std::optional<std::string> study_file;
  std::optional<std::string> data, augment, network;
  std::vector<std::string> eta;  ///< each "GROUP=V,V,..."
  std::optional<std::string> optimizer, label_smoothing, epochs, batch, samples, validation, seeds,
      study_seed;
  std::optional<std::string> current;  ///< "GROUP=V,GROUP=V"
  std::optional<std::string> strategy, trials, threads, memory, checkpoint, lease, study, store, out;
  std::optional<std::string> confirm;
  bool refine = false, no_refine = false;
  bool keep_weights = false;
  bool no_report = false;
  bool dry_run = false;
};

/// What `submit` takes besides what `tune` takes.
struct SubmitArguments : TuneArguments {
  bool slurm = false;
  bool follow = false;     ///< a study that was submitted before
  bool no_follow = false;  ///< leave once the jobs are submitted
  bool one_machine = false;
  std::optional<std::string> nodes, workers, cpus_per_worker, time, partition, job_name, script;
};

struct WorkerArguments : CommonArguments {
  std::optional<std::string> store, study, threads, memory, checkpoint, lease;
  std::vector<std::string> data;  ///< each "NAME=SOURCE"
  bool keep_weights = false;
};

struct ReportArguments : CommonArguments {
  std::string store = "etalon.db";
  std::optional<std::string> study;
  std::string out = "report";
};

struct ShowArguments : CommonArguments {
  std::string store = "etalon.db";
  std::optional<std::string> study;
};

/// Rules of choice; those that are not given are the study's.
struct DecideArguments : CommonArguments {
  std::string store = "etalon.db";
  std::optional<std::string> study, speed_weight, divergence_limit, target_loss, target_accuracy, current;
};

struct StudyListArguments : CommonArguments {
  std::string store = "etalon.db";
};

/// Of `study show`.
struct StudyShowArguments : CommonArguments {
  std::string store = "etalon.db";
  std::optional<std::string> study;
};

struct StudyCopyArguments : CommonArguments {
  std::string from, to;
  std::optional<std::string> study;
};

struct StudyDeleteArguments : CommonArguments {
  std::string store = "etalon.db";
  std::optional<std::string> study;
  bool yes = false;
  bool force = false;
};

struct StudyVerifyArguments : CommonArguments {
  std::string store = "etalon.db";
  std::optional<std::string> study, trials, threads, memory;
  std::vector<std::string> data;  ///< each "NAME=SOURCE"
};

struct DataListArguments : CommonArguments {};

struct DataDescribeArguments : CommonArguments {
  std::string set;
  std::string out = ".";
};

struct DataMakeArguments : CommonArguments {
  std::string name;
  std::string folder;
};

/// --help or --version: a text to print, and nothing to do.
struct Information {
  std::string text;
};

using CommandLine = std::variant<TuneArguments, SubmitArguments, WorkerArguments, ReportArguments,
                                 ShowArguments, DecideArguments, StudyListArguments, StudyShowArguments,
                                 StudyCopyArguments, StudyDeleteArguments, StudyVerifyArguments,
                                 DataListArguments, DataDescribeArguments, DataMakeArguments, Information>;

/// Reads the arguments that follow the program's name. Throws RequestError for an unknown command or option
/// (with the nearest known one), a missing value, and anything left over.
CommandLine parse_command_line(const std::vector<std::string>& arguments, const std::string& version);

}  // namespace etalon
