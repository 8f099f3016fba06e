/// One function a command. Results go to standard output, notes and progress to standard error.
///
/// Each throws Error where the request is wrong or cannot be carried out; the program prints it and exits.
#pragma once

#include <string>
#include <vector>

#include "etalon/app/options/request.h"
#include "etalon/base/error.h"

namespace etalon {

ExitCode run_tune(Request& request);
ExitCode run_submit(Request& request);
ExitCode run_worker(Request& request);
ExitCode run_report(Request& request);
ExitCode run_show(Request& request);
ExitCode run_decide(Request& request);
ExitCode run_study_list(Request& request);
ExitCode run_study_show(Request& request);
ExitCode run_study_copy(Request& request);
ExitCode run_study_delete(Request& request);
ExitCode run_study_verify(Request& request);
ExitCode run_data_list(Request& request);
ExitCode run_data_describe(Request& request);
ExitCode run_data_make(Request& request);

/// The whole program: reads the words (the program's name first), runs the command, prints errors.
int run_program(const std::vector<std::string>& words);

/// "etalon 0.1.0 (AVX2, x86-64-fma)"
std::string version_text();

}  // namespace etalon
