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
  std::optional<std::string> strategy, trials, threads, lanes, memory, study, store, out;
  bool no_report = false;
  bool dry_run = false;
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

using CommandLine = std::variant<TuneArguments, ReportArguments, ShowArguments, DataListArguments,
                                 DataDescribeArguments, DataMakeArguments, Information>;

/// Reads the arguments that follow the program's name. Throws RequestError for an unknown command or option
/// (with the nearest known one), a missing value, and anything left over.
CommandLine parse_command_line(const std::vector<std::string>& arguments, const std::string& version);

}  // namespace etalon
