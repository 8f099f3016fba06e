#include "etalon/app/command_line.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "etalon/app/help.h"
#include "etalon/app/options/parser.h"
#include "etalon/app/values.h"
#include "etalon/base/check.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// The command that was asked for: the last subcommand on the line.
const CLI::App& asked_command(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : asked_command(*chosen.front());
}

std::string full_name(const CLI::App& command) {
  return command.get_parent() ? full_name(*command.get_parent()) + " " + command.get_name() : "etalon";
}

[[noreturn]] void refuse_left_over(const CLI::App& command, const std::string& text) {
  const std::string place = full_name(command);
  const std::string hint_help = "see '" + place + " --help'";
  if (text.starts_with("-")) {
    const std::string name = text.substr(0, text.find('='));
    const auto near = nearest(name, option_names(command));
    throw RequestError({place, "the unknown option '" + name + "'", "one of its options",
                        near ? "did you mean '" + *near + "'?" : hint_help});
  }
  const std::vector<std::string> names = command_names(command);
  if (!names.empty())
    throw RequestError({place, "the unknown command '" + text + "'", "a command", hint_for(text, names)});
  throw RequestError({place, "'" + text + "', which is left over", "nothing more", hint_help});
}

/// What an unset variable of a script leaves, and what a shell did not expand: for every option and argument.
void refuse_void_values(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options())
    for (const std::string& value : option->results()) {
      if (option->get_items_expected_max() == 0) continue;  // a flag
      const std::string name = option->get_name();
      const std::string place = name.starts_with("-") ? name : full_name(command) + " " + name;
      if (value.empty())
        throw RequestError(
            {place, "nothing", "a value that is not empty",
             "a variable that is not set leaves nothing; without the option its default holds"});
      require_expanded(value, place);
    }
}

/// Unknown options come first: what follows one is often its value.
void refuse_left_overs(const CLI::App& app) {
  const CLI::App& command = asked_command(app);
  for (const CLI::App* level = &command; level; level = level->get_parent()) {
    const std::vector<std::string> left = level->remaining();
    for (const std::string& text : left)
      if (text.starts_with("-")) refuse_left_over(*level, text);
    if (!left.empty()) refuse_left_over(*level, left.front());
  }
  if (const auto names = command_names(command); !names.empty())
    throw RequestError({full_name(command), "no command", "one of " + join(names, ", "),
                        "see '" + full_name(command) + " --help'"});
}

/// A command that has commands of its own takes no other words: help for one that does not exist would
/// mislead.
void refuse_unknown_command(const CLI::App& command, const std::vector<std::string>& arguments) {
  const std::vector<std::string> names = command_names(command);
  if (names.empty()) return;
  for (const std::string& text : arguments)
    if (!text.starts_with("-") && text != command.get_name()) refuse_left_over(command, text);
}

/// "NAME" of "NAME,--study".
std::string argument_of(const Option& option) {
  const std::string name = option.name;
  return name.substr(0, name.find(','));
}

void require_arguments(const CommandPage& page, const std::vector<TypedOption>& typed, Options options) {
  for (const Option& option : options) {
    if (!option.required || !option.commands.contains(page.command)) continue;
    if (std::ranges::find(typed, &option, &TypedOption::option) != typed.end()) continue;
    const std::string command = fmt::format("etalon {}", page.name), name = argument_of(option);
    throw RequestError({command, "no " + name, command + " " + name, "see '" + command + " --help'"});
  }
}

const CommandPage& page_of(const CLI::App& command) {
  const std::span<const CommandPage> pages = command_pages();
  const std::string name = full_name(command);
  const auto found = std::ranges::find_if(
      pages, [&](const CommandPage& page) { return name == std::string("etalon ") + page.name; });
  check(found != pages.end(), "command", name, "one with a page");
  return *found;
}

/// The parser's own complaints, in the house's form. Its messages begin with the option: "--epochs: 1
/// required ...".
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const std::string message = error.what();
  const std::string command = full_name(asked_command(app));
  const std::string option = message.starts_with("--") ? message.substr(0, message.find(':')) : command;
  const bool mismatch = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  const bool repeated = mismatch && message.find("At Most") != std::string::npos;
  if (repeated) throw RequestError({option, "more than one value", "the option once, with one value", ""});
  if (mismatch)
    throw RequestError({option, "no value", "a value after the option", "see '" + command + " --help'"});
  throw RequestError({option, in_quotes(message), "what '" + command + " --help' lists", ""});
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments, const std::string& version,
                               Options options) {
  CLI::App app{help::program.summary, "etalon"};
  app.formatter(std::make_shared<help::Formatter>(help::program));
  app.set_help_flag("-h,--help", "Print this text and stop");
  app.set_version_flag("--version", version, "Print version and instruction set, and stop");
  app.allow_extras();
  app.require_subcommand(0, 1);
  add_commands(app, options);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const CLI::App& command = asked_command(app);
    refuse_unknown_command(command, arguments);
    return {.information = command.help()};
  } catch (const CLI::CallForVersion&) {
    return {.information = version + "\n"};
  } catch (const CLI::ParseError& error) {
    refuse(app, error);
  }
  refuse_left_overs(app);
  const CLI::App& command = asked_command(app);
  refuse_void_values(command);
  const CommandPage& page = page_of(command);
  CommandLine line{.command = page.command, .typed = typed_options(command, page.command, options)};
  require_arguments(page, line.typed, options);
  return line;
}

}  // namespace etalon
