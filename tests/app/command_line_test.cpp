#include "etalon/app/command_line.h"

#include <gmock/gmock.h>

#include "etalon/app/options/parser.h"
#include "etalon/base/text.h"
#include "etalon/nn/describe.h"
#include "etalon/search/registry.h"
#include "etalon/training/trainer.h"
#include "tests/app/asked.h"
#include "tests/app/complaints.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Complaint refused(const std::string& line) {
  return complaint_of([&] { parsed(line); });
}

TEST(CommandLine, decide_takes_the_rules_of_choice) {
  const Request decide = requested(
      "decide --store s.db --study x --speed-weight 0.9 --divergence-limit 0.2 --target-loss 0.3 "
      "--target-accuracy 0.9 --current conv=0.1,full=0.01 --json");
  EXPECT_EQ(decide.store, "s.db");
  EXPECT_EQ(decide.study.study_name, "x");
  EXPECT_EQ(decide.study.plan.choice, (ChoiceRules{0.9, 0.2, {}, 0.3, 0.9}));
  EXPECT_EQ(decide.current, (NamedValues{{"conv", 0.1}, {"full", 0.01}}));
  EXPECT_TRUE(decide.json);
  EXPECT_EQ(requested("decide").current, std::nullopt);
}

TEST(CommandLine, without_arguments_nothing_is_typed) {
  EXPECT_TRUE(parsed("tune").typed.empty());
  EXPECT_EQ(parsed("tune").command, Command::tune);
  EXPECT_EQ(parsed("study list").command, Command::study_list);
}

TEST(CommandLine, a_study_file_may_stand_anywhere) {
  for (const char* const line : {"tune --eta conv=1 a.toml", "tune --json a.toml --seeds 2"}) {
    const std::vector<TypedOption> typed = parsed(line).typed;
    EXPECT_EQ(typed.front().option->name, std::string("STUDY.toml"));
    EXPECT_THAT(typed.front().values, ElementsAre("a.toml"));
  }
}

TEST(CommandLine, the_other_commands) {
  const Request report = requested("report --study s --out there --quiet");
  EXPECT_EQ(report.store, "etalon.db");
  EXPECT_EQ(report.study.study_name, "s");
  EXPECT_EQ(report.out, "there");
  EXPECT_TRUE(report.quiet);
  EXPECT_TRUE(requested("show --store x --json").json);
  EXPECT_TRUE(requested("data list --json").json);
  EXPECT_EQ(requested("data describe mnist:d --out o").set, "mnist:d");
  const Request make = requested("data make shapes there");
  EXPECT_EQ(make.set, "shapes");
  EXPECT_EQ(make.folder, "there");
}

TEST(CommandLine, workers_and_submissions) {
  const Request worker = requested(
      "worker --store s --study n --threads 2 --memory 1G --checkpoint 3 --lease 20 --keep-weights "
      "--data a=b --data c=d");
  EXPECT_EQ(worker.store, "s");
  EXPECT_EQ(worker.study.study_name, "n");
  EXPECT_EQ(worker.work.checkpoint_seconds, 3);
  EXPECT_EQ(worker.work.lease_seconds, 20);
  EXPECT_TRUE(worker.work.keep_weights);
  EXPECT_EQ(worker.machine().threads, 2U);
  EXPECT_EQ(worker.machine().memory, 1ULL << 30);
  EXPECT_EQ(worker.machine().sources, (std::map<std::string, std::string>{{"a", "b"}, {"c", "d"}}));
  const Request submit = requested(
      "submit --slurm --nodes 2 --workers 4 --cpus-per-worker 3 --time 1:00 --partition p --job-name j "
      "--script f --one-machine --no-follow --seeds 5 --store s --dry-run");
  const JobRequest& jobs = submit.jobs;
  EXPECT_TRUE(jobs.slurm && jobs.one_machine && jobs.no_follow && submit.dry_run && !jobs.follow);
  EXPECT_EQ(jobs.nodes, 2U);
  EXPECT_EQ(jobs.workers, 4U);
  EXPECT_EQ(jobs.cpus_per_worker, 3U);
  EXPECT_EQ(jobs.time, "1:00");
  EXPECT_EQ(jobs.partition, "p");
  EXPECT_EQ(jobs.job_name, "j");
  EXPECT_EQ(jobs.script, "f");
  EXPECT_EQ(submit.study.plan.seeds, 5U);
  EXPECT_EQ(complaint_of([] { requested("submit --slurm --job-name a,b"); }).place, "--job-name");
}

TEST(CommandLine, the_commands_of_studies) {
  EXPECT_EQ(requested("study list --store s").store, "s");
  EXPECT_EQ(requested("study show mine").study.study_name, "mine");
  EXPECT_EQ(requested("study show --study mine").study.study_name, "mine");
  EXPECT_EQ(requested("study show").study.study_name, "");
  const Request copy = requested("study copy a b --study mine");
  EXPECT_EQ(copy.from + copy.to, "ab");
  EXPECT_EQ(copy.study.study_name, "mine");
  const Request remove = requested("study delete mine --yes --force");
  EXPECT_TRUE(remove.yes && remove.force);
  EXPECT_EQ(requested("study verify mine").trials_again, 3U);
  const Request verify = requested("study verify mine --trials 9 --data a=b");
  EXPECT_EQ(verify.trials_again, 9U);
  EXPECT_EQ(verify.sources.at("a"), "b");
  EXPECT_EQ(refused("study delete").received, "no NAME");
  EXPECT_EQ(refused("study copy a").received, "no TO");
  EXPECT_EQ(refused("study shwo").hint, "did you mean 'show'?");
}

TEST(CommandLine, unknown_options_and_commands_name_the_nearest) {
  EXPECT_EQ(to_text(refused("tune --epoch 2")),
            "etalon tune: received the unknown option '--epoch', expected one of its options\n"
            "  hint: did you mean '--epochs'?");
  EXPECT_EQ(refused("tune --no-reprot").hint, "did you mean '--no-report'?");
  EXPECT_EQ(refused("tune --dat=shapes").hint, "did you mean '--data'?");
  EXPECT_EQ(refused("tun").hint, "did you mean 'tune'?");
  EXPECT_EQ(refused("data lst").hint, "did you mean 'list'?");
  EXPECT_THAT(refused("show --zzzzzz").hint, HasSubstr("etalon show --help"));
  EXPECT_EQ(refused("--jsn tune").received, "the unknown option '--jsn'");
  EXPECT_EQ(refused("tune -x").received, "the unknown option '-x'");
}

TEST(CommandLine, refuses_missing_and_superfluous_words) {
  EXPECT_EQ(refused("").received, "no command");
  EXPECT_EQ(refused("data").received, "no command");
  EXPECT_EQ(refused("data describe").received, "no SET");
  EXPECT_EQ(refused("data make").received, "no NAME");
  EXPECT_EQ(refused("data make shapes").received, "no DIR");
  EXPECT_EQ(refused("tune a.toml b.toml").received, "'b.toml', which is left over");
  EXPECT_EQ(refused("show all").received, "'all', which is left over");
  EXPECT_EQ(
      to_text(refused("tune --epochs")),
      "--epochs: received no value, expected a value after the option\n  hint: see 'etalon tune --help'");
  EXPECT_EQ(refused("tune --epochs 1 --epochs 2").received, "more than one value");
  EXPECT_EQ(refused("tune --epochs 1 --epochs 2").place, "--epochs");
}

TEST(CommandLine, a_value_may_begin_with_a_minus) {
  EXPECT_EQ(parsed("tune --epochs -3").typed.front().values.front(), "-3");
}

TEST(CommandLine, help_of_every_command_has_usage_and_examples) {
  for (const std::string command :
       {"", "tune", "submit", "worker", "report", "show", "study", "study list", "study show", "study copy",
        "study delete", "study verify", "data", "data list", "data describe", "data make"}) {
    const std::string text = parsed(command + " --help").information;
    EXPECT_TRUE(text.starts_with("Usage: etalon " + command)) << text;
    EXPECT_THAT(text, HasSubstr("\nExamples:\n  etalon " + command));
    for (const std::string& line : split_text(text, '\n')) EXPECT_LE(line.size(), 90U) << line;
  }
}

TEST(CommandLine, help_names_everything_that_can_be_chosen) {
  const std::string text = parsed("tune --help").information;
  for (const auto& names : {known_networks(), known_optimizers(), known_strategies()})
    for (const std::string& name : names) EXPECT_THAT(text, HasSubstr(name));
}

TEST(CommandLine, version_is_printed_as_given) {
  EXPECT_EQ(parsed("--version").information, "etalon 1.2.3\n");
}

TEST(CommandLine, help_for_a_command_that_does_not_exist_is_refused) {
  EXPECT_THROW(parse_command_line({"train", "--help"}, "etalon"), RequestError);
  EXPECT_THROW(parse_command_line({"data", "frob", "--help"}, "etalon"), RequestError);
  EXPECT_NO_THROW(parse_command_line({"data", "--help"}, "etalon"));
  EXPECT_NO_THROW(parse_command_line({"data", "describe", "--help"}, "etalon"));
  EXPECT_NO_THROW(parse_command_line({"--help"}, "etalon"));
}

/// Every command that is one, with what leads to it: {"study", "list"}.
std::vector<std::pair<const CLI::App*, std::vector<std::string>>> every_command(
    const CLI::App& app, const std::vector<std::string>& path) {
  std::vector<std::pair<const CLI::App*, std::vector<std::string>>> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    std::vector<std::string> words = path;
    words.push_back(command->get_name());
    const auto below = every_command(*command, words);
    if (below.empty()) commands.emplace_back(command, words);
    commands.insert(commands.end(), below.begin(), below.end());
  }
  return commands;
}

TEST(CommandLine, no_option_takes_an_empty_value_or_a_tilde) {
  CLI::App app;
  add_commands(app, option_table());
  unsigned tried = 0;
  for (const auto& [command, words] : every_command(app, {}))
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_items_expected_max() == 0 || option->get_lnames().empty()) continue;
      const std::string name = "--" + option->get_lnames().front();
      for (const std::string value : {"", "~/x"}) {
        std::vector<std::string> line = words;
        line.insert(line.end(), {name, value});
        const Complaint complaint = complaint_of([&] { parse_command_line(line, ""); });
        EXPECT_EQ(complaint.place, name) << join(line, " ");
        EXPECT_EQ(complaint.received, value.empty() ? "nothing" : "'~/x'") << join(line, " ");
        EXPECT_NE(complaint.hint, "") << join(line, " ");
        ++tried;
      }
    }
  EXPECT_GT(tried, 100U);
  EXPECT_EQ(complaint_of([] { parse_command_line({"tune", "--out="}, ""); }).place, "--out");
  EXPECT_EQ(complaint_of([] { parse_command_line({"tune", ""}, ""); }).place, "etalon tune STUDY.toml");
  EXPECT_NE(complaint_of([] { parse_command_line({"study", "copy", "a.db", ""}, ""); }).hint, "");
}

}  // namespace
}  // namespace etalon
