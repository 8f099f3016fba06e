/// The texts of --help, and how they are laid out.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace etalon::help {

/// What --help says of one command, besides its options.
struct Page {
  const char* summary;   ///< one line, for the list of commands
  const char* usage;     ///< what follows "Usage: "
  const char* about;     ///< what the command does
  const char* examples;  ///< command lines, each with what it does
};

extern const Page program, tune, submit, worker, report, show, decide, study, study_list, study_show,
    study_copy, study_delete, study_verify, data, data_list, data_describe, data_make;

/// CLI11's tables of options between a page's own texts.
class Formatter : public CLI::Formatter {
 public:
  explicit Formatter(const Page& page);
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;

 private:
  const Page* page_;
};

}  // namespace etalon::help
