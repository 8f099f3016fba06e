#include <cstdio>
#include <exception>
#include <new>

#include <fmt/format.h>

#include "etalon/app/commands.h"
#include "etalon/app/interrupt.h"
#include "etalon/app/output.h"
#include "etalon/app/shell.h"
#include "etalon/base/version.h"
#include "etalon/training/trainer.h"

namespace etalon {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 does not deduce it

ExitCode run_command(const CommandLine& line, const std::vector<std::string>& words) {
  return std::visit(Overloaded{[&](const TuneArguments& asked) { return run_tune(asked, words); },
                               [&](const SubmitArguments& asked) { return run_submit(asked, words); },
                               [&](const WorkerArguments& asked) { return run_worker(asked, words); },
                               [](const StudyListArguments& asked) { return run_study_list(asked); },
                               [](const StudyShowArguments& asked) { return run_study_show(asked); },
                               [](const StudyCopyArguments& asked) { return run_study_copy(asked); },
                               [](const StudyDeleteArguments& asked) { return run_study_delete(asked); },
                               [](const StudyVerifyArguments& asked) { return run_study_verify(asked); },
                               [](const ReportArguments& asked) { return run_report(asked); },
                               [](const ShowArguments& asked) { return run_show(asked); },
                               [](const DecideArguments& asked) { return run_decide(asked); },
                               [](const DataListArguments& asked) { return run_data_list(asked); },
                               [](const DataDescribeArguments& asked) { return run_data_describe(asked); },
                               [](const DataMakeArguments& asked) { return run_data_make(asked); },
                               [](const Information& asked) {
                                 print("{}", asked.text);
                                 return ExitCode::done;
                               }},
                    line);
}

ExitCode complain(const std::string& text, ExitCode code) {
  tell("error: {}\n", text);
  return code;
}

}  // namespace

std::string version_text() {
  const EngineSupport support = engine_support();
  return fmt::format("etalon {} ({}, {})", version, support.instruction_set, support.numeric_class);
}

int run_program(const std::vector<std::string>& words) {
  ExitCode code = ExitCode::failed;
  try {
    code = run_command(parse_command_line({words.begin() + 1, words.end()}, version_text()), words);
  } catch (const Interrupted&) {  // while a store did not answer
    tell("interrupted: the store does not answer; resume with\n  {}\n", shell_line(words));
    code = ExitCode::interrupted;
  } catch (const Error& error) {
    code = complain(error.what(), error.code());
  } catch (const std::bad_alloc&) {
    code = complain(
        "memory: received no more, expected enough for the study\n"
        "  hint: use fewer --threads; --dry-run says what a study needs",
        ExitCode::failed);
  } catch (const std::exception& error) {
    code = complain(error.what(), ExitCode::failed);
  }
  return static_cast<int>(end_output(code));
}

}  // namespace etalon
