#include "etalon/app/help.h"

#include <fmt/format.h>

namespace etalon::help {

const Page program{"Choose learning rates by measurement", "etalon COMMAND [options]",
                   "Etalon chooses learning rates by measurement. It trains a network once for every\n"
                   "candidate setting - an eta for the convolutional layers, an eta for the fully\n"
                   "connected ones - on several data sets and over several seeds, judges speed and\n"
                   "stability, and recommends one eta for each layer group, with its evidence.",
                   "  etalon tune                           the default grid on three built-in sets\n"
                   "  etalon tune --data mnist:DIR          the same on MNIST\n"
                   "  etalon tune --help                    what can be asked for"};

const Page tune{"Train every setting, choose, write the report", "etalon tune [STUDY.toml] [options]",
                "Trains every setting of a study on every data set and over every seed, recommends\n"
                "one eta for each layer group, and writes the report. With nothing given, the grid\n"
                "1e-4, 1e-3, 1e-2, 1e-1, 1 for conv x the same for full, on three built-in sets.\n"
                "A network without convolutions has one group, full.\n"
                "\n"
                "Finished trials are kept in the store: run the same command again and it goes on\n"
                "where it stopped, or says that the study is complete. More etas or more seeds\n"
                "extend a study. Ctrl-C stops cleanly and prints the line that resumes; running trials go\n"
                "on from their last step. A second tune, or a worker, on the same study helps the first.\n"
                "Without gnuplot the report has no plots, and all else; 'etalon report' adds them later.",
                "  etalon tune --dry-run\n"
                "      how many trials that would be, how long they take, how much memory\n"
                "  etalon tune --data mnist:DIR --epochs 2\n"
                "      the default grid with LeNet-5 on MNIST, whose four IDX files lie in DIR\n"
                "  etalon tune --data cifar10:DIR --network vgg-small --samples 4000 --epochs 2\n"
                "      another network, trained on 4000 samples\n"
                "  etalon tune --data shapes --eta conv=0.03,0.1,0.3 --eta full=0.003,0.01,0.03\n"
                "      a finer grid: nine settings\n"
                "  etalon tune study.toml --seeds 6\n"
                "      what a study file asks for, with more seeds; examples/ holds study files\n"
                "\n"
                "Exit codes: 0 done, 1 failed, or no report could be written, 2 the request was wrong,\n"
                "130 interrupted."};

const Page submit{
    "Let many machines train one study", "etalon submit --slurm [STUDY.toml] [options]",
    "Creates a study in a store that every machine reaches, writes a script for an array job\n"
    "of workers, submits it with sbatch and follows the study: trials done and left, the time\n"
    "left, the best so far, the workers. At the end it prints the conclusion and writes the\n"
    "report, as tune does. Every option of tune may be given.\n"
    "\n"
    "A worker that is pre-empted is queued again and its trials go on from their checkpoints.\n"
    "Ctrl-C ends following, not the jobs. The script and the jobs' output lie in etalon-jobs.",
    "  etalon submit --slurm --nodes 4 --store postgresql://db.lab/etalon --data mnist:DIR\n"
    "      four whole nodes; every node finds the data where this machine does\n"
    "  etalon submit --slurm --workers 16 --cpus-per-worker 4 --partition spare study.toml\n"
    "      16 workers, wherever there is room; the study file names the store\n"
    "  etalon submit --slurm --nodes 4 --store postgresql://db.lab/etalon --dry-run > my.sbatch\n"
    "      the script, to be read and edited; the same with --script my.sbatch submits it\n"
    "  etalon submit --follow --store postgresql://db.lab/etalon --study NAME\n"
    "      follows a study that was submitted before\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 the request was wrong, 130 no longer followed."};

const Page worker{
    "Train for a study that somebody else started", "etalon worker [options]",
    "Joins the studies of a store that have not concluded, takes trials that wait, trains them\n"
    "and stores what they gave, beside any number of other workers; it ends when the studies\n"
    "have concluded. Which trials are trained, and every bit of them, do not depend on who\n"
    "trains. Ctrl-C keeps the state of running trials and gives them back.",
    "  etalon worker --store postgresql://db.lab/etalon\n"
    "      on each machine that shall help\n"
    "  etalon worker --store postgresql://db.lab/etalon --study NAME --threads 8\n"
    "      for one study, with 8 threads\n"
    "  etalon worker --store postgresql://db.lab/etalon --data mnist=mnist:/scratch/mnist\n"
    "      the set mnist lies elsewhere on this machine\n"
    "\n"
    "Exit codes: 0 the studies have concluded, 1 failed, 2 the request was wrong, 130 stopped."};

const Page report{"Write the report again, from the store", "etalon report [options]",
                  "Writes a study's report again from what the store holds; nothing is trained.\n"
                  "DIR/report.md is the report, DIR/assets its plots; beside them trials.csv, curves.csv,\n"
                  "recommendation.json and parameter_groups.py, the recommended eta as PyTorch code.\n"
                  "Only files that an earlier report wrote are replaced or removed; others are refused.\n"
                  "\n"
                  "Exit codes: 0 done, 1 failed, or written without plots (gnuplot draws them), 2 the\n"
                  "request was wrong, 130 interrupted.",
                  "  etalon report\n"
                  "      the study that changed last in etalon.db, into the folder report\n"
                  "  etalon report --store lab.db --study nightly --out nightly-report\n"
                  "      another store, a named study, another folder"};

const Page show{"Print trials, verdicts and the recommendation", "etalon show [options]",
                "Prints each setting of a study with its accuracy, speed and stability, then the\n"
                "recommendation. With --json also every single trial and its measures.",
                "  etalon show\n"
                "      the study that changed last in etalon.db\n"
                "  etalon show --study nightly --json\n"
                "      everything the judge says of one study, for another program"};

const Page decide{
    "Decide again from the store with other rules", "etalon decide [options]",
    "Chooses again from what a study measured, by other rules: what speed and stability weigh,\n"
    "how often a run may fail, which target speed is measured to, and what the setting in use\n"
    "costs. Prints the recommendation and what changed. Nothing is trained, nothing is stored.",
    "  etalon decide --speed-weight 0.9\n"
    "      of settings of nearly the same accuracy, rather the fastest\n"
    "  etalon decide --divergence-limit 0.02\n"
    "      only settings that hardly ever fail\n"
    "  etalon decide --current conv=0.1,full=0.1\n"
    "      what staying with these etas costs, with its interval\n"
    "  etalon decide --study nightly --target-accuracy 0.9 --json\n"
    "      a named study, epochs counted to 90 %, for another program"};

const Page study{"List, show, copy, delete and verify studies", "etalon study COMMAND [options]",
                 "Looks after the studies of a store. 'etalon show' prints what the judge says of one.",
                 "  etalon study list\n"
                 "  etalon study copy etalon.db postgresql://db.lab/etalon"};

const Page study_list{
    "List the studies of a store", "etalon study list [options]",
    "Lists the studies of a store, how far each is and who works on it, and the store's size.",
    "  etalon study list\n"
    "      those of etalon.db\n"
    "  etalon study list --store postgresql://db.lab/etalon --json\n"
    "      those of a database, for another program"};

const Page study_show{"Print how a study's trials stand", "etalon study show [NAME] [options]",
                      "Prints the workers of a study, the trials that they train, how far each is and how\n"
                      "often it was begun, and the trials that wait. With --json also every finished trial,\n"
                      "with its times and the machine that trained it.",
                      "  etalon study show\n"
                      "      the study that changed last in etalon.db\n"
                      "  etalon study show NAME --store postgresql://db.lab/etalon\n"
                      "      one of a database"};

const Page study_copy{
    "Copy a study to another store", "etalon study copy FROM TO [options]",
    "Copies a study with every bit: finished trials, kept weights, test results, times, and\n"
    "trials that wait with their checkpoints. A study that somebody works on is refused, and\n"
    "so is a name that TO has already. FROM stays as it is.",
    "  etalon study copy etalon.db postgresql://db.lab/etalon\n"
    "      the study that changed last, so that more machines may join\n"
    "  etalon study copy postgresql://db.lab/etalon archive.db --study NAME\n"
    "      and back"};

const Page study_delete{
    "Delete a study", "etalon study delete NAME [options]",
    "Deletes a study and all its trials from a store, for ever. Asks first in a terminal, and\n"
    "needs --yes elsewhere. A study that somebody works on is refused, but for --force.",
    "  etalon study delete NAME\n"
    "  etalon study delete NAME --store postgresql://db.lab/etalon --yes"};

const Page study_verify{
    "Check a study's bits", "etalon study verify [NAME] [options]",
    "Reads everything that is stored of a study, which checks every checksum, and trains a\n"
    "sample of its trials again: every loss must have the stored bits. Exit code 1 if anything\n"
    "differs, naming the trial and the step.",
    "  etalon study verify\n"
    "      the study that changed last in etalon.db, three trials\n"
    "  etalon study verify NAME --trials 0\n"
    "      the checksums alone"};

const Page data{"List, describe and make data sets", "etalon data COMMAND [options]",
                "Shows what Etalon can train on, and what a data set holds.",
                "  etalon data list\n"
                "  etalon data describe mnist:DIR\n"
                "  etalon data make shapes shapes-as-files"};

const Page data_list{"List the data sets that --data knows", "etalon data list [options]",
                     "Lists the data sets that --data knows: formats that are read from a folder, and\n"
                     "generated sets that need no file.",
                     "  etalon data list"};

const Page data_describe{"Print the facts of a set and draw a sample of it",
                         "etalon data describe SET [options]",
                         "Prints shape, classes and counts of a data set, how often each class occurs, and\n"
                         "writes a contact sheet: a PNG picture with some images of each class.",
                         "  etalon data describe scenes\n"
                         "      the facts, and scenes.png in this folder\n"
                         "  etalon data describe mnist:DIR --out pictures\n"
                         "      the facts, and pictures/mnist.png"};

const Page data_make{"Write a generated set as files", "etalon data make NAME DIR [options]",
                     "Writes a generated data set as files that other programs read too: grey sets as the\n"
                     "four IDX files of MNIST, colour sets as binary CIFAR-10 files.",
                     "  etalon data make digits digits-as-files\n"
                     "  etalon tune --data mnist:digits-as-files\n"
                     "      the files can be trained on like any others"};

Formatter::Formatter(const Page& page) : page_(&page) { column_width(24); }

std::string Formatter::make_help(const CLI::App* app, std::string, CLI::AppFormatMode mode) const {
  std::string options = make_positionals(app) + make_groups(app, mode);
  for (auto blank = options.find("\n\n\n"); blank != std::string::npos; blank = options.find("\n\n\n"))
    options.erase(blank, 1);
  if (options.ends_with("\n\n")) options.pop_back();
  return fmt::format("Usage: {}\n\n{}\n{}{}\nExamples:\n{}\n", page_->usage, page_->about,
                     make_subcommands(app, mode), options, page_->examples);
}

}  // namespace etalon::help
