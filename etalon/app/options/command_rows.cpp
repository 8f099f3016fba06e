#include "etalon/app/options/given.h"
#include "etalon/app/options/request.h"
#include "etalon/app/options/rows.h"

namespace etalon {
namespace {

using enum Command;
using To = Request;

constexpr Commands only_submit{submit};
constexpr std::uint32_t most_jobs = 10'000;

/// A line break would be another line of the script.
std::string one_line(const Given& given) {
  std::string text = given.text();
  if (text.find_first_of("\n\r") != std::string::npos)
    throw RequestError({given.place(), in_quotes(text), "one line of text", ""});
  return text;
}

constexpr Option argument[] = {
    {.name = "STUDY.toml",
     .help = "Study file; options given win over it",
     .read = [](const Given& given, To& to) { to.study_file = given.text(); }},
    {.name = "FROM",
     .commands = {study_copy},
     .help = "The store that has it",
     .required = true,
     .read = [](const Given& given, To& to) { to.from = given.text(); }},
    {.name = "TO",
     .commands = {study_copy},
     .help = "The store that gets it; it is made if missing",
     .required = true,
     .read = [](const Given& given, To& to) { to.to = given.text(); }},
    {.name = "SET",
     .commands = {data_describe},
     .help = "A set as in --data: shapes, mnist:DIR, ...",
     .required = true,
     .read = [](const Given& given, To& to) { to.set = given.text(); }},
    {.name = "NAME",
     .commands = {data_make},
     .help = "A generated set: shapes, digits or scenes",
     .required = true,
     .read = [](const Given& given, To& to) { to.set = given.text(); }},
    {.name = "DIR",
     .commands = {data_make},
     .help = "Folder that the files are written to",
     .required = true,
     .read = [](const Given& given, To& to) { to.folder = given.text(); }},
};

constexpr Option jobs[] = {
    {.name = "--slurm",
     .commands = only_submit,
     .help = "Submit to Slurm, with sbatch",
     .read = [](const Given&, To& to) { to.jobs.slurm = true; }},
    {.name = "--nodes",
     .commands = only_submit,
     .value = "N",
     .help = "At most N nodes, one worker on each, which has it alone",
     .standard = "1",
     .read = [](const Given& given, To& to) { to.jobs.nodes = given.count(1, most_jobs); }},
    {.name = "--workers",
     .commands = only_submit,
     .value = "N",
     .help = "N workers, wherever there is room; with --nodes: N on\nthe nodes together",
     .read = [](const Given& given, To& to) { to.jobs.workers = given.count(1, most_jobs); }},
    {.name = "--cpus-per-worker",
     .commands = only_submit,
     .value = "N",
     .help = "Processors of each, and training threads (default: 1;\nwith --nodes alone, all of the node)",
     .read = [](const Given& given, To& to) { to.jobs.cpus_per_worker = given.count(1, most_threads); }},
    {.name = "--time",
     .commands = only_submit,
     .value = "TIME",
     .help = "Time limit, as sbatch takes it: 04:00:00",
     .read = [](const Given& given, To& to) { to.jobs.time = one_line(given); }},
    {.name = "--partition",
     .commands = only_submit,
     .value = "NAME",
     .help = "Partition of the cluster",
     .read = [](const Given& given, To& to) { to.jobs.partition = one_line(given); }},
    {.name = "--job-name",
     .commands = only_submit,
     .value = "NAME",
     .help = "Name in the queue",
     .standard = "etalon-STUDY",
     .read =
         [](const Given& given, To& to) {
           to.jobs.job_name = one_line(given);
           if (to.jobs.job_name->find(',') != std::string::npos)
             throw RequestError(
                 {given.place(), in_quotes(*to.jobs.job_name), "a name without commas",
                  "squeue and scancel read a comma as the end of one name and the beginning of another"});
         }},
    {.name = "--script",
     .commands = only_submit,
     .value = "FILE",
     .help = "Submit this script as it stands, not one made here",
     .read = [](const Given& given, To& to) { to.jobs.script = given.text(); }},
    {.name = "--one-machine",
     .commands = only_submit,
     .help = "All nodes are this machine, so that a file may be\nthe store",
     .read = [](const Given&, To& to) { to.jobs.one_machine = true; }},
    {.name = "--follow",
     .commands = only_submit,
     .help = "Submit nothing: follow a study that was submitted",
     .read = [](const Given&, To& to) { to.jobs.follow = true; }},
    {.name = "--no-follow",
     .commands = only_submit,
     .help = "Leave once the jobs are submitted",
     .read = [](const Given&, To& to) { to.jobs.no_follow = true; }},
};

}  // namespace

Options argument_rows() { return argument; }
Options jobs_rows() { return jobs; }

}  // namespace etalon
