/// The commands, the options of each, and where what is typed for them goes.
#pragma once

#include <CLI/CLI.hpp>

#include "etalon/app/command_line.h"
#include "etalon/app/help.h"

namespace etalon {

struct Parser {
  CLI::App app{help::program.summary, "etalon"};
  TuneArguments tune;
  SubmitArguments submit;
  WorkerArguments worker;
  ReportArguments report;
  ShowArguments show;
  DecideArguments decide;
  StudyListArguments study_list;
  StudyShowArguments study_show;
  StudyCopyArguments study_copy;
  StudyDeleteArguments study_delete;
  StudyVerifyArguments study_verify;
  DataListArguments data_list;
  DataDescribeArguments data_describe;
  DataMakeArguments data_make;
};

/// Fills `to.app`; `to` must stay where it is.
void add_commands(Parser& to);

/// "-h,--help" as the last option of a command.
void add_help(CLI::App& command);

}  // namespace etalon
