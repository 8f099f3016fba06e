/// One function a command. Results go to standard output, notes and progress to standard error.
///
/// Each throws Error where the request is wrong or cannot be carried out; the program prints it and exits.
#pragma once

#include <string>
#include <vector>

#include "etalon/app/command_line.h"
#include "etalon/base/error.h"

namespace etalon {

/// `words` is the command line as typed, the program's name first: the line that resumes.
ExitCode run_tune(const TuneArguments& arguments, const std::vector<std::string>& words);
ExitCode run_submit(const SubmitArguments& arguments, const std::vector<std::string>& words);
ExitCode run_worker(const WorkerArguments& arguments, const std::vector<std::string>& words);
ExitCode run_report(const ReportArguments& arguments);
ExitCode run_show(const ShowArguments& arguments);
ExitCode run_decide(const DecideArguments& arguments);
ExitCode run_study_list(const StudyListArguments& arguments);
ExitCode run_study_show(const StudyShowArguments& arguments);
ExitCode run_study_copy(const StudyCopyArguments& arguments);
ExitCode run_study_delete(const StudyDeleteArguments& arguments);
ExitCode run_study_verify(const StudyVerifyArguments& arguments);
ExitCode run_data_list(const DataListArguments& arguments);
ExitCode run_data_describe(const DataDescribeArguments& arguments);
ExitCode run_data_make(const DataMakeArguments& arguments);

/// The whole program: reads the words (the program's name first), runs the command, prints errors.
int run_program(const std::vector<std::string>& words);

/// "etalon 0.1.0 (AVX2, x86-64-fma)"
std::string version_text();

}  // namespace etalon
