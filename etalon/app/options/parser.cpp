#include "etalon/app/options/parser.h"

#include <fmt/format.h>

#include "etalon/app/help.h"
#include "etalon/base/check.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

constexpr CommandPage pages[] = {{"tune", help::tune, Command::tune},
                                 {"submit", help::submit, Command::submit},
                                 {"worker", help::worker, Command::worker},
                                 {"report", help::report, Command::report},
                                 {"show", help::show, Command::show},
                                 {"decide", help::decide, Command::decide},
                                 {"study list", help::study_list, Command::study_list},
                                 {"study show", help::study_show, Command::study_show},
                                 {"study copy", help::study_copy, Command::study_copy},
                                 {"study delete", help::study_delete, Command::study_delete},
                                 {"study verify", help::study_verify, Command::study_verify},
                                 {"data list", help::data_list, Command::data_list},
                                 {"data describe", help::data_describe, Command::data_describe},
                                 {"data make", help::data_make, Command::data_make}};

/// Of the part of a command's help page.
const char* heading_of(Owner owner, Command command) {
  const bool study = command == Command::tune || command == Command::submit;
  switch (owner) {
    case Owner::argument:
      return "Arguments";
    case Owner::jobs:
      return "Jobs";
    case Owner::definition:
      return "What is tuned";
    case Owner::plan:
      return "How much is tried";
    case Owner::rules:
      return study ? "How much is tried" : "Rules (default: those of the study)";
    case Owner::output:
      return "Output";
    case Owner::stored:
    case Owner::machine:
    case Owner::name:
    case Owner::place:
      return study ? "Where and how it runs" : "Options";
  }
  return "Options";
}

/// The help with its default, on the last line if there is room.
std::string help_of(const Option& option) {
  constexpr std::size_t columns = 57;
  std::string text = option.help;
  if (!*option.standard) return text;
  const std::string standard = fmt::format("(default: {})", option.standard);
  const std::size_t last = text.size() - (text.rfind('\n') + 1);
  return text + (last + 1 + standard.size() <= columns ? " " : "\n") + standard;
}

void add_option(CLI::App& command, const Option& option, const char* heading) {
  const std::string text = help_of(option);  // CLI11 takes a constant that is named for one, nothing else
  if (option.is_flag()) {
    command.add_flag(option.name, text)->group(heading);
    return;
  }
  CLI::Option* added = command.add_option(option.name, text);
  added->option_text(option.value)->type_name("")->group(heading);
  if (option.repeats)
    added->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_help(CLI::App& command) {
  command.set_help_flag("-h,--help", "Print this text and stop")->group("Output");
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const help::Page& page) {
  CLI::App* command = parent.add_subcommand(name, page.summary)->group("Commands");
  command->formatter(std::make_shared<help::Formatter>(page));
  command->set_help_flag();  // comes back as the last option
  command->allow_extras();
  return command;
}

/// "study" or "data", which have commands of their own.
CLI::App& family(CLI::App& app, const std::string& name) {
  const auto known = app.get_subcommands([&](const CLI::App* one) { return one->get_name() == name; });
  if (!known.empty()) return *known.front();
  CLI::App* made = add_command(app, name, name == "study" ? help::study : help::data);
  made->require_subcommand(0, 1);
  add_help(*made);
  return *made;
}

}  // namespace

std::span<const CommandPage> command_pages() { return pages; }

void add_commands(CLI::App& app, Options options) {
  for (const CommandPage& page : pages) {
    const std::vector<std::string> words = split_text(page.name, ' ');
    CLI::App* command =
        add_command(words.size() == 1 ? app : family(app, words.front()), words.back(), page.page);
    for (const Option& option : options)
      if (option.is_typed() && option.commands.contains(page.command))
        add_option(*command, option, heading_of(option.owner, page.command));
    add_help(*command);
  }
}

std::vector<TypedOption> typed_options(const CLI::App& parsed, Command command, Options options) {
  std::vector<TypedOption> typed;
  for (const Option& option : options) {
    if (!option.is_typed() || !option.commands.contains(command)) continue;
    const CLI::Option* known = parsed.get_option_no_throw(flag_of(option));
    check(known != nullptr, "command", parsed.get_name(), "one with this option");
    if (known->count() == 0) continue;
    typed.push_back({&option, option.is_flag() ? std::vector<std::string>{} : known->results()});
  }
  return typed;
}

}  // namespace etalon
