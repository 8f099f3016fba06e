#include "etalon/app/command_options.h"

namespace etalon {
namespace {

CLI::App* add_command(CLI::App& parent, const std::string& name, const help::Page& page) {
  CLI::App* command = parent.add_subcommand(name, page.summary)->group("Commands");
  command->formatter(std::make_shared<help::Formatter>(page));
  command->set_help_flag();  // comes back as the last option
  command->allow_extras();
  return command;
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
      "lenet5, vgg-small, wide, mlp, resnet20, resnet18 or\n"
      "mobilenet-small; a study file can list layers (default:\n"
      "lenet5)",
      group);
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
      "Repetitions of a setting, with other initial weights\nand batch orders; of a race on average\n"
      "(default: 3; of a race of one group without --eta 5)",
      group);
  add(command, "--strategy", to.strategy, "NAME",
      "race tries every setting once and repeats the better\nones, grid repeats all alike, random draws "
      "some\n"
      "(default: race)",
      group);
  command
      .add_flag(
          "--refine", to.refine,
          "Half steps between the etas join around the leaders\nof a race (default where no --eta is given)")
      ->group(group);
  command.add_flag("--no-refine", to.no_refine, "A race keeps to the etas of its grid")->group(group);
  add(command, "--confirm", to.confirm, "N",
      "Fresh seeds for each set's choice and its closest\nrival, never used to choose; 0: none\n"
      "(default: 8 with race, else 0)",
      group);
  add(command, "--trials", to.trials, "N", "Settings that random draws", group);
  add(command, "--current", to.current, "G=V,G=V",
      "Etas in use now, such as conv=0.1,full=0.01: what they\ncost is told; they must be among those tried",
      group);
}

/// What a machine trains with. None of it changes a bit of any curve.
template <typename Arguments>
void add_machine(CLI::App& command, Arguments& to, const std::string& group) {
  add(command, "--threads", to.threads, "N", "Training threads (default: one a core)", group);
  add(command, "--memory", to.memory, "LIMIT",
      "Memory that may be used, such as 800M or 2G: fewer\nthreads are taken (default: any)", group);
}

template <typename Arguments>
void add_work(CLI::App& command, Arguments& to, const std::string& group) {
  add(command, "--checkpoint", to.checkpoint, "SECONDS",
      "Keep the state of running trials that often (default: 10)", group);
  add(command, "--lease", to.lease, "SECONDS",
      "A worker that is silent for so long is taken for dead,\nand its trials go on elsewhere (default: 60)",
      group);
  command
      .add_flag("--keep-weights", to.keep_weights,
                "Keep the weights of every trial, not only of those\nthat may be chosen")
      ->group(group);
}

void add_where(CLI::App& command, TuneArguments& to, const std::string& dry_run) {
  const std::string group = "Where and how it runs";
  add_machine(command, to, group);
  add_work(command, to, group);
  add(command, "--study", to.study, "NAME", "Name in the store (default: made from the study)", group);
  add(command, "--store", to.store, "STORE",
      "Store of studies: a file, or postgresql://HOST/DATABASE\nfor many machines (default: etalon.db)",
      group);
  add(command, "--out", to.out, "DIR", "Folder of the report (default: report)", group);
  command.add_flag("--no-report", to.no_report, "Write no report")->group(group);
  command.add_flag("--dry-run", to.dry_run, dry_run)->group(group);
}

/// All that says what is tuned, how much of it, where and how.
void add_study(CLI::App& command, TuneArguments& to, const std::string& dry_run) {
  add(command, "STUDY.toml", to.study_file, "", "Study file; options given win over it", "Arguments");
  add_what_is_tuned(command, to);
  add_how_much(command, to);
  add_where(command, to, dry_run);
}

/// "--data NAME=SOURCE", as often as there are sets that lie elsewhere.
void add_sources(CLI::App& command, std::vector<std::string>& to, const std::string& group) {
  command
      .add_option(
          "--data", to,
          "Where a set lies on this machine, if not where the\nstudy says: mnist=mnist:DIR; once for each")
      ->option_text("NAME=SOURCE")
      ->group(group)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_tune(Parser& to) {
  CLI::App* command = add_command(to.app, "tune", help::tune);
  add_study(*command, to.tune, "Print trials, estimated time and memory, and stop");
  add_common(*command, to.tune);
}

void add_submit(Parser& to) {
  CLI::App* command = add_command(to.app, "submit", help::submit);
  SubmitArguments& submit = to.submit;
  const std::string group = "Jobs";
  command->add_flag("--slurm", submit.slurm, "Submit to Slurm, with sbatch")->group(group);
  add(*command, "--nodes", submit.nodes, "N",
      "At most N nodes, one worker on each, which has it alone\n(default: 1)", group);
  add(*command, "--workers", submit.workers, "N",
      "N workers, wherever there is room; with --nodes: N on\nthe nodes together", group);
  add(*command, "--cpus-per-worker", submit.cpus_per_worker, "N",
      "Processors of each, and training threads (default: 1;\nwith --nodes alone, all of the node)", group);
  add(*command, "--time", submit.time, "TIME", "Time limit, as sbatch takes it: 04:00:00", group);
  add(*command, "--partition", submit.partition, "NAME", "Partition of the cluster", group);
  add(*command, "--job-name", submit.job_name, "NAME", "Name in the queue (default: etalon-STUDY)", group);
  add(*command, "--script", submit.script, "FILE", "Submit this script as it stands, not one made here",
      group);
  command
      ->add_flag("--one-machine", submit.one_machine,
                 "All nodes are this machine, so that a file may be\nthe store")
      ->group(group);
  command->add_flag("--follow", submit.follow, "Submit nothing: follow a study that was submitted")
      ->group(group);
  command->add_flag("--no-follow", submit.no_follow, "Leave once the jobs are submitted")->group(group);
  add_study(*command, submit, "Print the script, and stop");
  add_common(*command, submit);
}

void add_worker(Parser& to) {
  CLI::App* command = add_command(to.app, "worker", help::worker);
  WorkerArguments& worker = to.worker;
  const std::string group = "Options";
  add(*command, "--store", worker.store, "STORE", "Store of studies (default: etalon.db)", group);
  add(*command, "--study", worker.study, "NAME", "Which study (default: every one that has not concluded)",
      group);
  add_sources(*command, worker.data, group);
  add_machine(*command, worker, group);
  add_work(*command, worker, group);
  add_common(*command, worker);
}

void add_report(Parser& to) {
  CLI::App* command = add_command(to.app, "report", help::report);
  add(*command, "--store", to.report.store, "STORE", "Store of studies (default: etalon.db)", "Options");
  add(*command, "--study", to.report.study, "NAME", "Which study (default: the one changed last)", "Options");
  add(*command, "--out", to.report.out, "DIR", "Folder of the report (default: report)", "Options");
  add_common(*command, to.report);
}

void add_show(Parser& to) {
  CLI::App* command = add_command(to.app, "show", help::show);
  add(*command, "--store", to.show.store, "STORE", "Store of studies (default: etalon.db)", "Options");
  add(*command, "--study", to.show.study, "NAME", "Which study (default: the one changed last)", "Options");
  add_common(*command, to.show);
}

void add_decide(Parser& to) {
  CLI::App* command = add_command(to.app, "decide", help::decide);
  DecideArguments& decide = to.decide;
  const std::string group = "Rules (default: those of the study)";
  add(*command, "--speed-weight", decide.speed_weight, "W",
      "0 (stability alone) to 1 (speed alone): what decides\nbetween settings of nearly the same accuracy",
      group);
  add(*command, "--divergence-limit", decide.divergence_limit, "L",
      "Largest share of failing runs, from 0 to 1", group);
  add(*command, "--target-loss", decide.target_loss, "X", "Training loss that speed is measured to, above 0",
      group);
  add(*command, "--target-accuracy", decide.target_accuracy, "X",
      "Validation accuracy that speed is measured to, above 0\nand up to 1", group);
  add(*command, "--current", decide.current, "G=V,G=V",
      "Etas in use now, such as conv=0.1,full=0.01: what they\ncost; the study must have tried them", group);
  add(*command, "--store", decide.store, "STORE", "Store of studies (default: etalon.db)", "Options");
  add(*command, "--study", decide.study, "NAME", "Which study (default: the one changed last)", "Options");
  add_common(*command, decide);
}

void add_store(CLI::App& command, std::string& to) {
  add(command, "--store", to, "STORE", "Store of studies (default: etalon.db)", "Options");
}

template <typename Arguments>
void add_name(CLI::App& command, Arguments& to, const std::string& description) {
  add(command, "NAME,--study", to.study, "NAME", description, "Options");
}

void add_study_commands(Parser& to) {
  const std::string latest = "Which study (default: the one changed last)";
  CLI::App* study = add_command(to.app, "study", help::study);
  study->require_subcommand(0, 1);
  add_help(*study);

  CLI::App* list = add_command(*study, "list", help::study_list);
  add_store(*list, to.study_list.store);
  add_common(*list, to.study_list);

  CLI::App* show = add_command(*study, "show", help::study_show);
  add_name(*show, to.study_show, latest);
  add_store(*show, to.study_show.store);
  add_common(*show, to.study_show);

  CLI::App* copy = add_command(*study, "copy", help::study_copy);
  add(*copy, "FROM", to.study_copy.from, "", "The store that has it", "Arguments");
  add(*copy, "TO", to.study_copy.to, "", "The store that gets it; it is made if missing", "Arguments");
  add(*copy, "--study", to.study_copy.study, "NAME", latest, "Options");
  add_common(*copy, to.study_copy);

  CLI::App* remove = add_command(*study, "delete", help::study_delete);
  add_name(*remove, to.study_delete, "Which study; there is no default");
  add_store(*remove, to.study_delete.store);
  remove->add_flag("--yes", to.study_delete.yes, "Ask nothing")->group("Options");
  remove->add_flag("--force", to.study_delete.force, "Delete it even while workers train for it")
      ->group("Options");
  add_common(*remove, to.study_delete);

  CLI::App* verify = add_command(*study, "verify", help::study_verify);
  add_name(*verify, to.study_verify, latest);
  add_store(*verify, to.study_verify.store);
  add(*verify, "--trials", to.study_verify.trials, "N", "Trials to train again; 0: none (default: 3)",
      "Options");
  add_sources(*verify, to.study_verify.data, "Options");
  add_machine(*verify, to.study_verify, "Options");
  add_common(*verify, to.study_verify);
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

}  // namespace

void add_help(CLI::App& command) {
  command.set_help_flag("-h,--help", "Print this text and stop")->group("Output");
}

void add_commands(Parser& to) {
  add_tune(to);
  add_submit(to);
  add_worker(to);
  add_report(to);
  add_show(to);
  add_decide(to);
  add_study_commands(to);
  add_data(to);
}

}  // namespace etalon
