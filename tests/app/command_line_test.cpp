#include "etalon/app/command_line.h"

#include <gmock/gmock.h>

#include "etalon/app/command_options.h"
#include "etalon/base/text.h"
#include "etalon/nn/describe.h"
#include "etalon/search/registry.h"
#include "etalon/training/trainer.h"
#include "tests/app/complaints.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CommandLine parse(const std::string& line) {
  std::vector<std::string> words;
  for (const std::string& word : split_text(line, ' '))
    if (!word.empty()) words.push_back(word);
  return parse_command_line(words, "etalon 1.2.3");
}

Complaint refused(const std::string& line) {
  return complaint_of([&] { parse(line); });
}

TEST(CommandLine, TuneTakesEveryOptionOfTheContract) {
  const auto tune = std::get<TuneArguments>(parse(
      "tune study.toml --data shapes,mnist:d --network mlp --eta conv=0.1,1 --eta full=1 --optimizer adam "
      "--augment flip --label-smoothing 0.1 "
      "--epochs 2 --batch 32 --samples 10 --seeds 4 --study-seed 5 --strategy random --trials 6 --refine "
      "--no-refine --confirm 7 "
      "--validation 7 --threads 8 --study name --store s.db --out o --no-report --dry-run "
      "--json --quiet"));
  EXPECT_EQ(tune.study_file, "study.toml");
  EXPECT_EQ(tune.data, "shapes,mnist:d");
  EXPECT_EQ(tune.augment, "flip");
  EXPECT_EQ(tune.label_smoothing, "0.1");
  EXPECT_EQ(tune.network, "mlp");
  EXPECT_THAT(tune.eta, ElementsAre("conv=0.1,1", "full=1"));
  EXPECT_EQ(tune.optimizer, "adam");
  EXPECT_EQ(tune.epochs, "2");
  EXPECT_EQ(tune.batch, "32");
  EXPECT_EQ(tune.samples, "10");
  EXPECT_EQ(tune.seeds, "4");
  EXPECT_EQ(tune.study_seed, "5");
  EXPECT_EQ(tune.strategy, "random");
  EXPECT_EQ(tune.trials, "6");
  EXPECT_TRUE(tune.refine);
  EXPECT_TRUE(tune.no_refine);
  EXPECT_EQ(tune.confirm, "7");
  EXPECT_EQ(tune.validation, "7");
  EXPECT_EQ(tune.threads, "8");
  EXPECT_EQ(tune.study, "name");
  EXPECT_EQ(tune.store, "s.db");
  EXPECT_EQ(tune.out, "o");
  EXPECT_TRUE(tune.no_report && tune.dry_run && tune.json && tune.quiet);
}

TEST(CommandLine, DecideTakesTheRulesOfChoice) {
  const auto decide = std::get<DecideArguments>(
      parse("decide --store s.db --study x --speed-weight 0.9 --divergence-limit 0.2 --target-loss 0.3 "
            "--target-accuracy 0.9 --current conv=0.1,full=0.01 --json"));
  EXPECT_EQ(decide.store, "s.db");
  EXPECT_EQ(decide.study, "x");
  EXPECT_EQ(decide.speed_weight, "0.9");
  EXPECT_EQ(decide.divergence_limit, "0.2");
  EXPECT_EQ(decide.target_loss, "0.3");
  EXPECT_EQ(decide.target_accuracy, "0.9");
  EXPECT_EQ(decide.current, "conv=0.1,full=0.01");
  EXPECT_TRUE(decide.json);
  EXPECT_EQ(std::get<DecideArguments>(parse("decide")).current, std::nullopt);
  EXPECT_EQ(std::get<TuneArguments>(parse("tune --current conv=1,full=1")).current, "conv=1,full=1");
}

TEST(CommandLine, WithoutArgumentsTuneHasNothingGiven) {
  const auto tune = std::get<TuneArguments>(parse("tune"));
  EXPECT_FALSE(tune.study_file || tune.data || tune.store || tune.epochs || tune.no_report || tune.json);
  EXPECT_TRUE(tune.eta.empty());
}

TEST(CommandLine, AStudyFileMayStandAnywhere) {
  EXPECT_EQ(std::get<TuneArguments>(parse("tune --eta conv=1 a.toml")).study_file, "a.toml");
  EXPECT_EQ(std::get<TuneArguments>(parse("tune --json a.toml --seeds 2")).study_file, "a.toml");
}

TEST(CommandLine, TheOtherCommands) {
  const auto report = std::get<ReportArguments>(parse("report --study s --out there --quiet"));
  EXPECT_EQ(report.store, "etalon.db");
  EXPECT_EQ(report.study, "s");
  EXPECT_EQ(report.out, "there");
  EXPECT_TRUE(report.quiet);
  EXPECT_TRUE(std::get<ShowArguments>(parse("show --store x --json")).json);
  EXPECT_TRUE(std::get<DataListArguments>(parse("data list --json")).json);
  EXPECT_EQ(std::get<DataDescribeArguments>(parse("data describe mnist:d --out o")).set, "mnist:d");
  const auto make = std::get<DataMakeArguments>(parse("data make shapes there"));
  EXPECT_EQ(make.name, "shapes");
  EXPECT_EQ(make.folder, "there");
}

TEST(CommandLine, WorkersAndSubmissions) {
  const auto worker = std::get<WorkerArguments>(
      parse("worker --store s --study n --threads 2 --memory 1G --checkpoint 3 --lease 20 --keep-weights "
            "--data a=b --data c=d"));
  EXPECT_EQ(worker.store, "s");
  EXPECT_EQ(worker.study, "n");
  EXPECT_EQ(worker.checkpoint, "3");
  EXPECT_EQ(worker.lease, "20");
  EXPECT_TRUE(worker.keep_weights);
  EXPECT_THAT(worker.data, ElementsAre("a=b", "c=d"));
  const auto submit =
      std::get<SubmitArguments>(parse("submit a.toml --slurm --nodes 2 --workers 4 --cpus-per-worker 3 "
                                      "--time 1:00 --partition p --job-name j "
                                      "--script f --one-machine --no-follow --seeds 5 --store s --dry-run"));
  EXPECT_TRUE(submit.slurm && submit.one_machine && submit.no_follow && submit.dry_run && !submit.follow);
  EXPECT_EQ(submit.nodes, "2");
  EXPECT_EQ(submit.workers, "4");
  EXPECT_EQ(submit.cpus_per_worker, "3");
  EXPECT_EQ(submit.time, "1:00");
  EXPECT_EQ(submit.partition, "p");
  EXPECT_EQ(submit.job_name, "j");
  EXPECT_EQ(submit.script, "f");
  EXPECT_EQ(submit.study_file, "a.toml");
  EXPECT_EQ(submit.seeds, "5");
}

TEST(CommandLine, TheCommandsOfStudies) {
  EXPECT_EQ(std::get<StudyListArguments>(parse("study list --store s")).store, "s");
  EXPECT_EQ(std::get<StudyShowArguments>(parse("study show mine")).study, "mine");
  EXPECT_EQ(std::get<StudyShowArguments>(parse("study show --study mine")).study, "mine");
  EXPECT_FALSE(std::get<StudyShowArguments>(parse("study show")).study);
  const auto copy = std::get<StudyCopyArguments>(parse("study copy a b --study mine"));
  EXPECT_EQ(copy.from + copy.to, "ab");
  EXPECT_EQ(copy.study, "mine");
  const auto remove = std::get<StudyDeleteArguments>(parse("study delete mine --yes --force"));
  EXPECT_TRUE(remove.yes && remove.force);
  const auto verify = std::get<StudyVerifyArguments>(parse("study verify mine --trials 9 --data a=b"));
  EXPECT_EQ(verify.trials, "9");
  EXPECT_THAT(verify.data, ElementsAre("a=b"));
  EXPECT_EQ(refused("study delete").received, "no NAME");
  EXPECT_EQ(refused("study copy a").received, "no TO");
  EXPECT_EQ(refused("study shwo").hint, "did you mean 'show'?");
}

TEST(CommandLine, UnknownOptionsAndCommandsNameTheNearest) {
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

TEST(CommandLine, RefusesMissingAndSuperfluousWords) {
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

TEST(CommandLine, AValueMayBeginWithAMinus) {
  EXPECT_EQ(std::get<TuneArguments>(parse("tune --epochs -3")).epochs, "-3");
}

TEST(CommandLine, HelpOfEveryCommandHasUsageAndExamples) {
  for (const std::string command :
       {"", "tune", "submit", "worker", "report", "show", "study", "study list", "study show", "study copy",
        "study delete", "study verify", "data", "data list", "data describe", "data make"}) {
    const std::string text = std::get<Information>(parse(command + " --help")).text;
    EXPECT_TRUE(text.starts_with("Usage: etalon " + command)) << text;
    EXPECT_THAT(text, HasSubstr("\nExamples:\n  etalon " + command));
    for (const std::string& line : split_text(text, '\n')) EXPECT_LE(line.size(), 90U) << line;
  }
}

TEST(CommandLine, HelpNamesEverythingThatCanBeChosen) {
  const std::string text = std::get<Information>(parse("tune --help")).text;
  for (const auto& names : {known_networks(), known_optimizers(), known_strategies()})
    for (const std::string& name : names) EXPECT_THAT(text, HasSubstr(name));
}

TEST(CommandLine, VersionIsPrintedAsGiven) {
  EXPECT_EQ(std::get<Information>(parse("--version")).text, "etalon 1.2.3\n");
}

TEST(CommandLine, HelpForACommandThatDoesNotExistIsRefused) {
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

TEST(CommandLine, NoOptionTakesAnEmptyValueOrATilde) {
  Parser parser;
  add_commands(parser);
  unsigned tried = 0;
  for (const auto& [command, words] : every_command(parser.app, {}))
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
