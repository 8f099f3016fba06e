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
                "extend a study. Ctrl-C stops cleanly and prints the line that resumes.",
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
                "Exit codes: 0 done, 1 failed, 2 the request was wrong, 130 interrupted."};

const Page report{"Write the report again, from the store", "etalon report [options]",
                  "Writes a study's report again from what the store holds; nothing is trained.\n"
                  "DIR/report.md is the report, DIR/assets its plots; beside them trials.csv, curves.csv,\n"
                  "recommendation.json and parameter_groups.py, the recommended eta as PyTorch code.",
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
