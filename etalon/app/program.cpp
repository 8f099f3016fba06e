#include <cstdio>
#include <exception>
#include <new>

#include <fmt/format.h>

#include "etalon/app/command_line.h"
#include "etalon/app/commands.h"
#include "etalon/app/interrupt.h"
#include "etalon/app/output.h"
#include "etalon/app/shell.h"
#include "etalon/base/version.h"
#include "etalon/training/trainer.h"

namespace etalon {
namespace {

ExitCode run_command(Command command, Request& request) {
  switch (command) {
    case Command::tune:
      return run_tune(request);
    case Command::submit:
      return run_submit(request);
    case Command::worker:
      return run_worker(request);
    case Command::report:
      return run_report(request);
    case Command::show:
      return run_show(request);
    case Command::decide:
      return run_decide(request);
    case Command::study_list:
      return run_study_list(request);
    case Command::study_show:
      return run_study_show(request);
    case Command::study_copy:
      return run_study_copy(request);
    case Command::study_delete:
      return run_study_delete(request);
    case Command::study_verify:
      return run_study_verify(request);
    case Command::data_list:
      return run_data_list(request);
    case Command::data_describe:
      return run_data_describe(request);
    case Command::data_make:
      return run_data_make(request);
  }
  return ExitCode::failed;
}

ExitCode run_line(const std::vector<std::string>& words, Request& request) {
  CommandLine line = parse_command_line({words.begin() + 1, words.end()}, version_text());
  if (!line.information.empty()) {
    print("{}", line.information);
    return ExitCode::done;
  }
  request.words = words;
  read_request(std::move(line.typed), request);
  return run_command(line.command, request);
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
  Request request;  // outlives the errors: it knows how their fields were written
  try {
    code = run_line(words, request);
  } catch (const Interrupted&) {  // while a store did not answer
    tell("interrupted: the store does not answer; resume with\n  {}\n", shell_line(words));
    code = ExitCode::interrupted;
  } catch (const Error& error) {
    code = complain(to_text(error.complaint(), request.field_names()), error.code());
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
