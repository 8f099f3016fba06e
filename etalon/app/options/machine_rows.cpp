#include "etalon/app/options/given.h"
#include "etalon/app/options/request.h"
#include "etalon/app/options/rows.h"

namespace etalon {
namespace {

using enum Command;
using To = Request;

constexpr Commands trainers{tune, submit, worker, study_verify};
constexpr Commands workers{tune, submit, worker};
constexpr Commands helpers{worker, study_verify};
constexpr Commands every{tune,         submit,     worker,        report,     show,
                         decide,       study_list, study_show,    study_copy, study_delete,
                         study_verify, data_list,  data_describe, data_make};

void read_name(const Given& given, To& to) { to.study.study_name = given.text(); }

void read_store(const Given& given, To& to) {
  to.store = given.text();
  require_expanded(to.store, given.place());
}

constexpr Option stored[] = {
    {.name = "NAME,--study",
     .commands = {study_show, study_verify},
     .value = "NAME",
     .help = "Which study",
     .standard = "the one changed last",
     .read = read_name},
    {.name = "NAME,--study",
     .commands = {study_delete},
     .value = "NAME",
     .help = "Which study; there is no default",
     .required = true,
     .read = read_name},
    {.name = "--store",
     .commands = {worker, report, show, decide, study_list, study_show, study_delete, study_verify},
     .value = "STORE",
     .help = "Store of studies",
     .standard = "etalon.db",
     .field = Field::store,
     .read = read_store},
    {.name = "--study",
     .commands = {report, show, decide, study_copy},
     .value = "NAME",
     .help = "Which study",
     .standard = "the one changed last",
     .read = read_name},
    {.name = "--study",
     .commands = {worker},
     .value = "NAME",
     .help = "Which study",
     .standard = "every one that has not concluded",
     .read = read_name},
};

constexpr Option machine[] = {
    {.name = "--trials",
     .commands = {study_verify},
     .value = "N",
     .help = "Trials to train again; 0: none",
     .standard = "3",
     .read = [](const Given& given, To& to) { to.trials_again = given.count(0, 1'000'000); }},
    {.name = "--data",
     .commands = helpers,
     .value = "NAME=SOURCE",
     .help = "Where a set lies on this machine, if not where the\n"
             "study says: mnist=mnist:DIR; once for each",
     .field = Field::source,
     .repeats = true,
     .read = [](const Given& given, To& to) { to.sources = data_sources(given.values(), given.place()); }},
    {.name = "--threads",
     .commands = trainers,
     .value = "N",
     .help = "Training threads",
     .standard = "one a core",
     .key = {"run", "threads", "training threads",
             "one for each processor that the process may use (affinity mask, control group)"},
     .read = [](const Given& given, To& to) { to.study.threads = given.count(1, most_threads); }},
    {.name = "--memory",
     .commands = trainers,
     .value = "LIMIT",
     .help = "Memory that may be used, such as 800M or 2G: fewer\nthreads are taken",
     .standard = "any",
     .field = Field::memory,
     .read = [](const Given& given, To& to) { to.study.memory = byte_count(given.text(), given.place()); }},
    {.name = "--checkpoint",
     .commands = workers,
     .value = "SECONDS",
     .help = "Keep the state of running trials that often",
     .standard = "10",
     .key = {"run", "checkpoint", "seconds between two checkpoints of a running trial"},
     .read = [](const Given& given,
                To& to) { to.work.checkpoint_seconds = given.number(ranges::checkpoint); }},
    {.name = "--lease",
     .commands = workers,
     .value = "SECONDS",
     .help = "A worker that is silent for so long is taken for dead,\nand its trials go on elsewhere",
     .standard = "60",
     .key = {"run", "lease", "seconds of silence after which a worker's trials go on elsewhere"},
     .read = [](const Given& given, To& to) { to.work.lease_seconds = given.number(ranges::lease); }},
    {.name = "--keep-weights",
     .commands = workers,
     .help = "Keep the weights of every trial, not only of those\nthat may be chosen",
     .key = {"run", "keep_weights", "`true`: at the end, keep the weights of every trial", "`false`"},
     .read = [](const Given& given, To& to) { to.work.keep_weights = given.truth(); }},
    {.name = "--keep-states",
     .commands = workers,
     .value = "LIMIT",
     .help =
         "Room in the store for states of finished trials, from\nwhich more epochs go on, such as 500M; 0: none",
     .standard = "1G",
     .key = {"run", "keep_states", "room for states of finished trials, such as `\"500M\"`; `\"0\"`: none",
             "`\"1G\"`"},
     .read =
         [](const Given& given, To& to) {
           to.work.state_bytes = given.text() == "0" ? 0 : byte_count(given.text(), given.place());
         }},
};

constexpr Option name[] = {
    {.name = "--study",
     .value = "NAME",
     .help = "Name in the store",
     .standard = "made from the study",
     .key = {"study", "name", "name in the store", "made of sets, network and a hash"},
     .field = Field::study_name,
     .read = read_name},
};

constexpr Option place[] = {
    {.name = "--store",
     .value = "STORE",
     .help = "Store of studies: a file, or postgresql://HOST/DATABASE\nfor many machines",
     .standard = "etalon.db",
     .key = {"run", "store", "the store: a file, or `postgresql://HOST/DATABASE`", "`etalon.db`"},
     .field = Field::store,
     .read = read_store},
    {.name = "--out",
     .commands = {tune, submit, report},
     .value = "DIR",
     .help = "Folder of the report",
     .standard = "report",
     .key = {"run", "out", "folder of the report", "`report`"},
     .field = Field::out,
     .read =
         [](const Given& given, To& to) {
           to.out = given.text();
           require_expanded(to.out, given.place());
         }},
    {.name = "--out",
     .commands = {data_describe},
     .value = "DIR",
     .help = "Folder of the contact sheet",
     .standard = "this one",
     .field = Field::out,
     .read = [](const Given& given, To& to) { to.folder = given.text(); }},
    {.name = "--no-report",
     .help = "Write no report",
     .key = {"run", "report", "`false`: write none", "`true`"},
     .read = [](const Given& given, To& to) { to.report = !given.is_typed() && given.truth(); }},
    {.name = "--dry-run",
     .commands = {tune},
     .help = "Print trials, estimated time and memory, and stop",
     .read = [](const Given&, To& to) { to.dry_run = true; }},
    {.name = "--dry-run",
     .commands = {submit},
     .help = "Print the script, and stop",
     .read = [](const Given&, To& to) { to.dry_run = true; }},
    {.name = "--yes",
     .commands = {study_delete},
     .help = "Ask nothing",
     .read = [](const Given&, To& to) { to.yes = true; }},
    {.name = "--force",
     .commands = {study_delete},
     .help = "Delete it even while workers train for it",
     .read = [](const Given&, To& to) { to.force = true; }},
};

constexpr Option output[] = {
    {.name = "--json",
     .commands = every,
     .help = "Print one JSON object on standard output, nothing else",
     .read = [](const Given&, To& to) { to.json = true; }},
    {.name = "--quiet",
     .commands = every,
     .help = "Print errors only (and the JSON, if asked for)",
     .read = [](const Given&, To& to) { to.quiet = true; }},
};

}  // namespace

Options stored_rows() { return stored; }
Options machine_rows() { return machine; }
Options name_rows() { return name; }
Options place_rows() { return place; }
Options output_rows() { return output; }

}  // namespace etalon
