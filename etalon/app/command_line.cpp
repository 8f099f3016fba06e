#include "etalon/app/command_line.h"

#include <CLI/CLI.hpp>

#include "etalon/app/help.h"
#include "etalon/app/values.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

/// The commands and where their options go.
struct Parser {
  CLI::App app{help::program.summary, "etalon"};
  TuneArguments tune;
  ReportArguments report;
  ShowArguments show;
  DataListArguments data_list;
  DataDescribeArguments data_describe;
  DataMakeArguments data_make;
};

CLI::App* add_command(CLI::App& parent, const std::string& name, const help::Page& page) {
  CLI::App* command = parent.add_subcommand(name, page.summary)->group("Commands");
  command->formatter(std::make_shared<help::Formatter>(page));
  command->set_help_flag();  // comes back as the last option
  command->allow_extras();
  return command;
}

void add_help(CLI::App& command) {
  command.set_help_flag("-h,--help", "Print this text and stop")->group("Output");
}

void add_common(CLI::App& command, CommonArguments& to) {
  command.add_flag("--json", to.json, "Print one JSON object on standard output, nothing else")
      ->group("Output");
  command.add_flag("--quiet", to.quiet, "Print errors only (and the JSON, if asked for)")->group("Output");
  add_help(command);
}

template <typename Value>
void add(CLI::App& command, const std::string& name, Value& to, const std::string& type,
         const std::string& description, const std::string& group) {
  command.add_option(name, to, description)->option_text(type)->type_name("")->group(group);
}

void add_what_is_tuned(CLI::App& command, TuneArguments& to) {
  const std::string group = "What is tuned";
  add(command, "--data", to.data, "SET[,SET...]",
      "Data sets; see 'etalon data list'\n(default: shapes,digits,scenes)", group);
  add(command, "--augment", to.augment, "STEP[,STEP...]",
      "Random changes to training images, in this order:\n'shift N', 'crop N', flip (default: none)", group);
  add(command, "--network", to.network, "NAME",
      "lenet5, vgg-small, mlp or resnet20; a study file can\nlist layers (default: lenet5)", group);
  command
      .add_option("--eta", to.eta,
                  "Learning rates to try for a layer group, each above 0\nand up to 10; "
                  "once for each group, conv and full\n(default: 1e-4,1e-3,1e-2,1e-1,1 for each)")
      ->option_text("GROUP=V,V,...")
      ->group(group)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add(command, "--optimizer", to.optimizer, "NAME", "sgd, momentum, nesterov, adam or adamw (default: sgd)",
      group);
  add(command, "--label-smoothing", to.label_smoothing, "X",
      "Share of each label spread over all classes while\ntraining, from 0 to below 1 (default: 0)", group);
  add(command, "--epochs", to.epochs, "N", "Passes over the training samples (default: 1)", group);
  add(command, "--batch", to.batch, "N", "Samples a minibatch (default: 64)", group);
  add(command, "--samples", to.samples, "N", "Train on N samples only (default: all)", group);
  add(command, "--validation", to.validation, "N",
      "Samples kept for validation\n(default: a sixth of the training part)", group);
  add(command, "--study-seed", to.study_seed, "N", "Seed of everything random (default: 0)", group);
}

void add_how_much(CLI::App& command, TuneArguments& to) {
  const std::string group = "How much is tried";
  add(command, "--seeds", to.seeds, "N",
      "Repetitions of each setting, with other initial\nweights and batch orders (default: 3)", group);
  add(command, "--strategy", to.strategy, "NAME",
      "grid tries every setting, random draws some\n(default: grid)", group);
  add(command, "--trials", to.trials, "N", "Settings that random draws", group);
}

void add_where(CLI::App& command, TuneArguments& to) {
  const std::string group = "Where and how it runs";
  add(command, "--threads", to.threads, "N", "Training threads (default: one a core)", group);
  add(command, "--lanes", to.lanes, "WIDTH",
      "Trials that one thread trains at once: auto, 1, 4, 8\nor 16 (default: auto)", group);
  add(command, "--memory", to.memory, "LIMIT",
      "Memory that may be used, such as 800M or 2G: fewer\nlanes, then fewer threads are taken (default: "
      "any)",
      group);
  add(command, "--study", to.study, "NAME", "Name in the store (default: made from the study)", group);
  add(command, "--store", to.store, "FILE", "Store of studies (default: etalon.db)", group);
  add(command, "--out", to.out, "DIR", "Folder of the report (default: report)", group);
  command.add_flag("--no-report", to.no_report, "Write no report")->group(group);
  command.add_flag("--dry-run", to.dry_run, "Print trials, estimated time and memory, and stop")
      ->group(group);
}

void add_tune(Parser& to) {
  CLI::App* command = add_command(to.app, "tune", help::tune);
  add(*command, "STUDY.toml", to.tune.study_file, "", "Study file; options given win over it", "Arguments");
  add_what_is_tuned(*command, to.tune);
  add_how_much(*command, to.tune);
  add_where(*command, to.tune);
  add_common(*command, to.tune);
}

void add_report(Parser& to) {
  CLI::App* command = add_command(to.app, "report", help::report);
  add(*command, "--store", to.report.store, "FILE", "Store of studies (default: etalon.db)", "Options");
  add(*command, "--study", to.report.study, "NAME", "Which study (default: the one changed last)", "Options");
  add(*command, "--out", to.report.out, "DIR", "Folder of the report (default: report)", "Options");
  add_common(*command, to.report);
}

void add_show(Parser& to) {
  CLI::App* command = add_command(to.app, "show", help::show);
  add(*command, "--store", to.show.store, "FILE", "Store of studies (default: etalon.db)", "Options");
  add(*command, "--study", to.show.study, "NAME", "Which study (default: the one changed last)", "Options");
  add_common(*command, to.show);
}

void add_data(Parser& to) {
  CLI::App* data = add_command(to.app, "data", help::data);
  data->require_subcommand(0, 1);
  add_help(*data);
  add_common(*add_command(*data, "list", help::data_list), to.data_list);

  CLI::App* describe = add_command(*data, "describe", help::data_describe);
  add(*describe, "SET", to.data_describe.set, "", "A set as in --data: shapes, mnist:DIR, ...", "Arguments");
  add(*describe, "--out", to.data_describe.out, "DIR", "Folder of the contact sheet (default: this one)",
      "Options");
  add_common(*describe, to.data_describe);

  CLI::App* make = add_command(*data, "make", help::data_make);
  add(*make, "NAME", to.data_make.name, "", "A generated set: shapes, digits or scenes", "Arguments");
  add(*make, "DIR", to.data_make.folder, "", "Folder that the files are written to", "Arguments");
  add_common(*make, to.data_make);
}

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

void require_argument(const std::string& value, const std::string& command, const std::string& name) {
  if (value.empty())
    throw RequestError({command, "no " + name, command + " " + name, "see '" + command + " --help'"});
}

CommandLine chosen_arguments(const Parser& parser) {
  const std::string name = full_name(asked_command(parser.app));
  if (name == "etalon tune") return parser.tune;
  if (name == "etalon report") return parser.report;
  if (name == "etalon show") return parser.show;
  if (name == "etalon data list") return parser.data_list;
  if (name == "etalon data describe") {
    require_argument(parser.data_describe.set, name, "SET");
    return parser.data_describe;
  }
  require_argument(parser.data_make.name, name, "NAME");
  require_argument(parser.data_make.folder, name, "DIR");
  return parser.data_make;
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

CommandLine parse_command_line(const std::vector<std::string>& arguments, const std::string& version) {
  Parser parser;
  parser.app.formatter(std::make_shared<help::Formatter>(help::program));
  parser.app.set_help_flag("-h,--help", "Print this text and stop");
  parser.app.set_version_flag("--version", version, "Print version, instruction set and lanes, and stop");
  parser.app.allow_extras();
  parser.app.require_subcommand(0, 1);
  add_tune(parser);
  add_report(parser);
  add_show(parser);
  add_data(parser);
  try {
    parser.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const CLI::App& command = asked_command(parser.app);
    refuse_unknown_command(command, arguments);
    return Information{command.help()};
  } catch (const CLI::CallForVersion&) {
    return Information{version + "\n"};
  } catch (const CLI::ParseError& error) {
    refuse(parser.app, error);
  }
  refuse_left_overs(parser.app);
  return chosen_arguments(parser);
}

}  // namespace etalon
